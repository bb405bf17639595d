import { afterEach, describe, expect, test } from 'vitest'
import {
  type ChatraOptions,
  type ChatraSimulator,
  chatraSwitches,
  startChatraSimulator,
} from '../../../src/simulators/chatra/index.ts'

const running: ChatraSimulator[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((simulator) => simulator.stop()))
})

async function start(options: ChatraOptions = {}): Promise<ChatraSimulator> {
  const simulator = await startChatraSimulator({ seed: 7, ...options })
  running.push(simulator)
  return simulator
}

// biome-ignore lint/suspicious/noExplicitAny: answers of every shape are looked into
type Answer = { status: number; body: any; text: string; headers: Headers }

async function call(
  simulator: ChatraSimulator,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(simulator.apiUrl + path, {
    method,
    headers: {
      authorization: `Chatra.Simple ${simulator.publicKey}:${simulator.secretKey}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    signal: AbortSignal.timeout(400),
  })
  const text = await response.text()
  const json = (response.headers.get('content-type') ?? '').includes('json')
  return {
    status: response.status,
    body: json ? JSON.parse(text) : undefined,
    text,
    headers: response.headers,
  }
}

const byEmail = { agentEmail: 'bridge@shop.example', agentName: 'shop.example', receivedFrom: 'bridge' }

describe('REST', () => {
  test('every switch starts at its default and accepts each of its positions', async () => {
    const simulator = await start()
    expect(Object.keys(simulator.switches)).toHaveLength(41)
    for (const [name, row] of Object.entries(chatraSwitches)) {
      for (const position of row) simulator.setSwitch(name as 'rate-limit', position as 'off')
    }
    expect(() => simulator.setSwitch('rate-limit', 'sometimes' as 'off')).toThrow('no position')
    expect(() => simulator.setSwitch('rate' as 'rate-limit', 'off')).toThrow('no switch')
  })

  test('a message is posted, read, changed and deleted, and the visitor sees each change', async () => {
    const simulator = await start()
    const [julia] = simulator.agents
    const visitor = simulator.visit({ name: 'Anna' })
    const posted = await call(simulator, 'POST', '/messages/', {
      clientId: visitor.clientId,
      text: 'Your order left today.',
      agentId: julia?.id,
    })
    expect(posted.status).toBe(200)
    expect(posted.body.id).toMatch(/^[0-9A-Za-z]{17}$/)
    expect(posted.body).toMatchObject({ type: 'agent', agentName: 'Julia', clientId: visitor.clientId })
    expect(visitor.sees()).toEqual(['Your order left today.'])
    const path = `/messages/${posted.body.id}`
    expect((await call(simulator, 'GET', path)).body).toEqual(posted.body)
    expect((await call(simulator, 'PUT', `${path}/`, { text: 'It left.' })).body.text).toBe('It left.')
    expect(visitor.sees()).toEqual(['It left.'])
    expect((await call(simulator, 'DELETE', path)).body.id).toBe(posted.body.id)
    expect(visitor.sees()).toEqual([])
    expect(simulator.messages(visitor.clientId)[0]).toMatchObject({
      deleted: true,
      editedAt: expect.any(Number),
    })
    expect((await call(simulator, 'GET', path)).status).toBe(404)
  })

  test('a pushed message is posted, read, changed and deleted, and is no ordinary one', async () => {
    const simulator = await start()
    const visitor = simulator.visit()
    const posted = await call(simulator, 'POST', '/pushedMessages', {
      clientId: visitor.clientId,
      text: 'Sale!',
    })
    expect(posted.body).toMatchObject({ isPushed: true, agentName: 'Julia' })
    const path = `/pushedMessages/${posted.body.id}`
    expect((await call(simulator, 'GET', path)).status).toBe(200)
    expect((await call(simulator, 'GET', `/messages/${posted.body.id}`)).status).toBe(404)
    expect((await call(simulator, 'PUT', path, { text: 'Sale ends.' })).body.text).toBe('Sale ends.')
    expect((await call(simulator, 'DELETE', path)).status).toBe(200)
    expect(visitor.sees()).toEqual([])
  })

  test('a client is read and changed; only passed fields change and null removes one', async () => {
    const simulator = await start()
    const visitor = simulator.visit({
      clientId: 'site user/7%',
      name: 'Anna',
      email: 'anna@example.com',
      integrationData: { Order: '1001' },
    })
    const path = `/clients/${encodeURIComponent(visitor.clientId)}`
    const got = await call(simulator, 'GET', path)
    expect(got.body).toMatchObject({
      id: 'site user/7%',
      chatId: visitor.chatId,
      displayedName: 'Anna',
      basicInfo: { name: 'Anna', email: 'anna@example.com', phone: null, notes: null },
      info: { name: 'Anna', email: 'anna@example.com', Order: '1001' },
      lastVisit: { hostName: 'shop.example', finishedAt: null },
      chatUrl: `https://app.chatra.io/conversations/${visitor.chatId}`,
    })
    const put = await call(simulator, 'PUT', path, { email: null, phone: '+373', notes: 'VIP' })
    expect(put.body.basicInfo).toEqual({ name: 'Anna', email: null, phone: '+373', notes: 'VIP' })
    expect((await call(simulator, 'PUT', path, { notes: 'Mornings' })).body.basicInfo.notes).toBe('Mornings')
    simulator.setSwitch('notes-put', 'append')
    expect((await call(simulator, 'PUT', path, { notes: 'Calls' })).body.basicInfo.notes).toBe(
      'Mornings\nCalls',
    )
    simulator.setSwitch('client-keys', 'minimal')
    expect((await call(simulator, 'GET', path)).body).not.toHaveProperty('lastVisit')
  })

  test('only the ten operations exist', async () => {
    const simulator = await start()
    const { clientId, chatId } = simulator.visit()
    const calls = [
      ['GET', '/messages'],
      ['GET', '/clients'],
      ['DELETE', `/clients/${clientId}`],
      ['POST', `/clients/${clientId}`],
      ['GET', `/chats/${chatId}`],
      ['POST', `/chats/${chatId}/messages`],
      ['GET', '/agents'],
      ['POST', '/v1/messages'],
      ['GET', `/messages/a/b`],
    ] as const
    for (const [method, path] of calls)
      expect([path, (await call(simulator, method, path)).status]).toEqual([path, 404])
    expect((await fetch(`${simulator.url}/api`)).status).toBe(404)
  })

  test("only this account's own authorization is accepted", async () => {
    const simulator = await start()
    const { clientId } = simulator.visit()
    const keys = `${simulator.publicKey}:${simulator.secretKey}`
    const as = (authorization: string) =>
      call(simulator, 'GET', `/clients/${clientId}`, undefined, { authorization })
    expect((await as(`Bearer ${simulator.secretKey}`)).body.message).toContain('Bearer is not accepted')
    expect((await as(`Chatra.Simple ${Buffer.from(keys).toString('base64')}`)).status).toBe(401)
    expect((await as('')).status).toBe(401)
    const basic = `Basic ${Buffer.from(keys).toString('base64')}`
    expect((await as(basic)).status).toBe(200)
    simulator.setSwitch('basic-auth', 'refused')
    expect((await as(basic)).status).toBe(401)
    simulator.setSwitch('bad-key-status', '403')
    expect((await as(`Chatra.Simple ${keys}x`)).status).toBe(403)
  })

  test('a message needs a client, a text and an author', async () => {
    const simulator = await start()
    const { clientId } = simulator.visit()
    const post = (body: unknown, headers?: Record<string, string>) =>
      call(simulator, 'POST', '/messages', body, headers)
    expect((await post({ text: 'x', ...byEmail })).status).toBe(400)
    expect((await post({ clientId, ...byEmail })).status).toBe(400)
    expect((await post({ clientId, text: 'x' })).body).toMatchObject({ code: 'missing_field' })
    for (const key of ['agentEmail', 'agentName', 'receivedFrom']) {
      expect([key, (await post({ clientId, text: 'x', ...byEmail, [key]: undefined })).status]).toEqual([
        key,
        400,
      ])
    }
    expect((await post({ clientId, text: 'x', agentId: 'nobody' })).status).toBe(404)
    expect((await post('{"clientId":')).status).toBe(400)
    expect((await post('[]')).status).toBe(400)
    expect((await post('clientId=1', { 'content-type': 'application/x-www-form-urlencoded' })).status).toBe(
      400,
    )
    simulator.setSwitch('missing-field-status', '422')
    expect((await post({ clientId, text: 'x' })).status).toBe(422)
    expect(simulator.messages(clientId)).toEqual([])
    expect(simulator.agents).toHaveLength(1)
  })

  test('an unknown e-mail makes a dummy agent once, a known one is its agent', async () => {
    const simulator = await start()
    const { clientId } = simulator.visit()
    const first = await call(simulator, 'POST', '/messages', { clientId, text: 'a', ...byEmail })
    const second = await call(simulator, 'POST', '/messages', { clientId, text: 'b', ...byEmail })
    expect(second.body.agentId).toBe(first.body.agentId)
    expect(simulator.agents).toMatchObject([{ name: 'Julia' }, { name: 'shop.example', dummy: true }])
    const julia = { ...byEmail, agentEmail: 'Julia@shop.example' }
    expect(
      (await call(simulator, 'POST', '/messages', { clientId, text: 'c', ...julia })).body.agentName,
    ).toBe('Julia')
    simulator.setSwitch('agent-by-email', '400')
    const other = { ...byEmail, agentEmail: 'other@shop.example' }
    expect((await call(simulator, 'POST', '/messages', { clientId, text: 'd', ...other })).status).toBe(400)
  })

  test("an unknown client is refused according to the switch, a chat's id is no client", async () => {
    const simulator = await start()
    const { chatId } = simulator.visit()
    const post = () => call(simulator, 'POST', '/messages', { clientId: chatId, text: 'x', ...byEmail })
    const refusal = await post()
    expect(refusal.status).toBe(404)
    expect(refusal.body.message).toContain("chat's id")
    simulator.setSwitch('unknown-client-send', '400')
    expect((await post()).status).toBe(400)
    simulator.setSwitch('unknown-client-send', '200-and-lost')
    const lost = await post()
    expect(lost.status).toBe(200)
    expect((await call(simulator, 'GET', `/messages/${lost.body.id}`)).status).toBe(404)
    simulator.setSwitch('unknown-id-status', '400')
    expect((await call(simulator, 'GET', `/clients/${chatId}`)).status).toBe(400)
    simulator.setSwitch('unknown-id-status', '200-null')
    expect(await call(simulator, 'GET', `/clients/${chatId}`)).toMatchObject({ status: 200, text: 'null' })
  })

  test('long, empty and HTML texts are handled according to the switches', async () => {
    const simulator = await start()
    const visitor = simulator.visit()
    const { clientId } = visitor
    const post = (text: string) => call(simulator, 'POST', '/messages', { clientId, text, ...byEmail })
    expect((await post('x'.repeat(5_001))).status).toBe(400)
    expect((await post('')).status).toBe(400)
    simulator.setSwitch('long-text', 'cut-at-5000')
    expect((await post('x'.repeat(5_001))).body.text).toHaveLength(5_000)
    simulator.setSwitch('long-text', 'accepted')
    expect((await post('x'.repeat(5_001))).body.text).toHaveLength(5_001)
    simulator.setSwitch('empty-text', 'accepted')
    expect((await post('')).status).toBe(200)
    await post('<b>5 < 6</b>')
    expect(visitor.sees().at(-1)).toBe('<b>5 < 6</b>')
    simulator.setSwitch('html-text', 'stripped')
    expect((await post('<b>5 < 6</b>')).body.text).toBe('5 < 6')
    simulator.setSwitch('html-text', 'rendered')
    expect((await post('<b>a &amp; b</b>')).body.text).toBe('<b>a &amp; b</b>')
    expect(visitor.sees().at(-1)).toBe('a & b')
  })

  test('a client’s message can be read but not changed', async () => {
    const simulator = await start()
    const id = simulator.visit().says('Hello')
    expect((await call(simulator, 'GET', `/messages/${id}`)).body).toMatchObject({
      type: 'client',
      text: 'Hello',
    })
    for (const position of chatraSwitches['edit-client-message']) {
      simulator.setSwitch('edit-client-message', position)
      expect((await call(simulator, 'DELETE', `/messages/${id}`)).status).toBe(Number(position))
      expect((await call(simulator, 'PUT', `/messages/${id}`, { text: 'x' })).status).toBe(Number(position))
    }
  })

  test('refusals have every format', async () => {
    const simulator = await start()
    const get = () => call(simulator, 'GET', '/messages/none')
    expect((await get()).body).toEqual({ code: 'not_found', message: 'no message none' })
    simulator.setSwitch('error-body', 'error-string')
    expect((await get()).body).toEqual({ error: 'no message none' })
    simulator.setSwitch('error-body', 'empty')
    expect((await get()).text).toBe('')
    simulator.setSwitch('error-body', 'html')
    expect((await get()).text).toContain('<h1>404</h1>')
  })

  test('an unpaid account and too many requests are refused', async () => {
    const simulator = await start({ switches: { 'plan-refusal': '402' } })
    const { clientId } = simulator.visit()
    const get = () => call(simulator, 'GET', `/clients/${clientId}`)
    expect((await get()).status).toBe(402)
    simulator.setSwitch('plan-refusal', 'off')
    simulator.setSwitch('rate-limit', '429-retry-after')
    simulator.rateLimitPerSecond = 2
    expect([(await get()).status, (await get()).status]).toEqual([200, 200])
    const refused = await get()
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1'])
    simulator.setSwitch('rate-limit', '429-bare')
    expect((await get()).headers.has('retry-after')).toBe(false)
    simulator.setSwitch('rate-limit', '403')
    expect((await get()).status).toBe(403)
  })

  test('an indeterminate send is executed or not, according to the switch', async () => {
    const simulator = await start()
    const visitor = simulator.visit()
    const post = (text: string) =>
      call(simulator, 'POST', '/messages/', { clientId: visitor.clientId, text, ...byEmail }).then(
        ({ status }) => status,
        (error: Error) => error.name,
      )
    simulator.setSwitch('chatra-write-outcome', 'timeout-after-commit')
    expect(await post('a')).toBe('TimeoutError')
    simulator.setSwitch('chatra-write-outcome', 'timeout-before-commit')
    expect(await post('b')).toBe('TimeoutError')
    simulator.setSwitch('chatra-write-outcome', '502-after-commit')
    expect(await post('c')).toBe(502)
    expect(visitor.sees()).toEqual(['a', 'c'])
    expect((await call(simulator, 'GET', `/clients/${visitor.clientId}`)).status).toBe(200)
  })

  test('faults affect only REST, not control and page', async () => {
    const simulator = await start()
    const { clientId } = simulator.visit()
    simulator.server.faults.add({ kind: 'status', status: 503, times: 1 })
    expect((await fetch(`${simulator.url}/control/summary`)).status).toBe(200)
    expect((await call(simulator, 'GET', `/clients/${clientId}`)).status).toBe(503)
    expect((await call(simulator, 'GET', `/clients/${clientId}`)).status).toBe(200)
    expect(simulator.server.requests).toHaveLength(2)
  })
})

describe('people', () => {
  test("times of a chat strictly rise and ids look like Chatra's", async () => {
    const simulator = await start()
    const visitor = simulator.visit()
    expect(visitor.clientId).toMatch(/^[a-z0-9]{39}$/)
    expect(visitor.chatId).toMatch(/^[0-9A-Za-z]{17}$/)
    for (let i = 0; i < 50; i++) visitor.says(`${i}`)
    const times = simulator.messages(visitor.clientId).map(({ createdAt }) => createdAt)
    expect(times).toEqual([...new Set(times)].sort((a, b) => a - b))
  })

  test('the same seed gives the same ids', async () => {
    const [one, other] = [await start({ seed: 3 }), await start({ seed: 3 })]
    expect(one.visit().clientId).toBe(other.visit().clientId)
  })

  test('a reply to a visitor who left is mailed when the e-mail is known', async () => {
    const simulator = await start()
    const [julia] = simulator.agents
    const known = simulator.visit({ email: 'anna@example.com' })
    const unknown = simulator.visit()
    for (const visitor of [known, unknown]) {
      visitor.says('Hi')
      visitor.leaves()
      simulator.agentSays(visitor.clientId, julia?.id ?? '', 'Hello')
    }
    expect([known.mailed(), unknown.mailed()]).toEqual([['Hello'], []])
    expect(() => unknown.repliesByEmail('x')).toThrow('no e-mail')
  })
})

describe('control and page', () => {
  test('another process controls everything over HTTP', async () => {
    const simulator = await start()
    const post = async (verb: string, body: unknown) => {
      const response = await fetch(`${simulator.url}/control/${verb}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      return { status: response.status, ...((await response.json()) as Record<string, unknown>) }
    }
    const view = async (path: string) => (await fetch(`${simulator.url}/control/${path}`)).json()
    const { clientId } = (await post('visit', { name: 'Anna' })) as unknown as { clientId: string }
    await post('say', { clientId, text: 'Hello' })
    await post('say', { clientId, texts: ['a', 'b'] })
    await post('agentSays', { clientId, text: 'Hi' })
    await post('introduce', { clientId, email: 'anna@example.com' })
    await post('openPage', { clientId, link: 'https://shop.example/cart' })
    await post('leave', { clientId })
    await post('replyByEmail', { clientId, text: 'by mail' })
    await post('comeBack', { clientId })
    await post('push', { clientId, text: 'Sale' })
    await post('switch', { name: 'text-key', position: 'message' })
    await post('webhookUrl', { url: 'http://127.0.0.1:1/hook' })
    expect(await post('fault', { kind: 'status', status: 500, times: 1 })).toMatchObject({ status: 200 })
    await post('clearFaults', {})
    await post('flush', {})
    const messages = (await view(`messages?clientId=${clientId}`)) as { text: string }[]
    expect(messages.map(({ text }) => text)).toEqual(['Hello', 'a', 'b', 'Hi', 'by mail', 'Sale'])
    expect(await view(`sees?clientId=${clientId}`)).toEqual(['Hi', 'Sale'])
    expect(await view('summary')).toMatchObject({ clients: 1, messages: 6, messagesByOrigin: { visitor: 3 } })
    expect(await view('state')).toMatchObject({
      switches: { 'text-key': 'message' },
      webhookUrl: 'http://127.0.0.1:1/hook',
      clients: [{ basicInfo: { email: 'anna@example.com' }, present: true }],
    })
    expect(await view('webhooks')).toEqual([])
    expect(await view('requests')).toEqual([])
    expect(await post('say', { clientId: 'nobody', text: 'x' })).toMatchObject({
      status: 400,
      error: 'no client nobody',
    })
    expect(await post('switch', { name: 'nope', position: 'x' })).toMatchObject({ status: 400 })
    expect(await post('constructor', {})).toMatchObject({ status: 404 })
  })

  test('the visitor page is self-contained and says that it is a simulator', async () => {
    const simulator = await start()
    const page = await (await fetch(`${simulator.url}/visitor`)).text()
    expect(page).toContain('Simulator: a stand-in for the Chatra widget')
    expect(page).not.toMatch(/(?:src|href)="(?:https?:)?\/\//)
    expect(page).not.toContain('innerHTML')
  })

  test('the visitor page is in the language that is asked for at each visit', async () => {
    let language: 'ro' | 'ru' = 'ro'
    const simulator = await start({ pageLanguage: () => language })
    const read = async () => (await fetch(`${simulator.url}/visitor`)).text()
    expect(await read()).toMatch(/<html lang="ro">.*Părăsește site-ul.*"you":"Dumneavoastră"/s)
    language = 'ru'
    const page = await read()
    expect(page).toMatch(/<html lang="ru">.*Уйти с сайта.*"you":"Вы"/s)
    expect(page).not.toMatch(/Leave the website|Write a message/)
  })

  test("the page's state contains both sides' messages, and nothing when unchanged", async () => {
    const simulator = await start()
    const visitor = simulator.visit({ name: 'Anna' })
    visitor.says('<script>alert(1)</script>')
    simulator.agentSays(visitor.clientId, simulator.agents[0]?.id ?? '', 'Hi')
    const ask = async (since = '') =>
      (await (await fetch(`${simulator.url}/visitor/state?client=${visitor.clientId}${since}`)).json()) as {
        version: number
        messages?: object[]
      }
    const state = await ask()
    expect(state.messages).toMatchObject([{ mine: true }, { mine: false, name: 'Julia', text: 'Hi' }])
    expect(await ask(`&since=${state.version}`)).toEqual({ version: state.version })
  })

  test("a visitor's file can be downloaded by others", async () => {
    const simulator = await start()
    const visitor = simulator.visit()
    visitor.sendsFile({ name: 'список №1.txt', content: Buffer.from('hello'), type: 'text/plain' })
    const [message] = simulator.messages(visitor.clientId)
    const response = await fetch(message?.fileUrl ?? '')
    expect([await response.text(), response.headers.get('content-type')]).toEqual(['hello', 'text/plain'])
  })
})
