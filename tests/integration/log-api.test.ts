import { afterEach, describe, expect, test } from 'vitest'
import type { ApiContext } from '../../src/main/api/context.ts'
import { WaitingClients } from '../../src/main/api/conversations/waiting-clients.ts'
import { createCaller } from '../../src/main/api/dispatcher.ts'
import { logCalls } from '../../src/main/api/log/index.ts'
import { rowsOf } from '../../src/main/api/log/message-rows.ts'
import { overviewCalls } from '../../src/main/api/state/overview.ts'
import type { Answer, Args, CallName, Handlers, Value } from '../../src/shared/api.ts'
import { SECRET, World, type WorldOptions } from '../support/world.ts'

const DAY = 86_400_000
let world: World

/** The calls of the log and the overview, through the dispatcher of every interface. */
async function start(options: WorldOptions = {}) {
  world = await World.start(options)
  const context = {
    application: world.app,
    waiting: new WaitingClients(world.app, { warn: bug }),
    secrets: {
      get: async (_id: string, name: string) =>
        name === 'PLANFIX_TOKEN' ? world.planfix.token : world.chatra.secretKey,
    },
  } as unknown as ApiContext
  const handlers = { ...logCalls(context), ...overviewCalls(context) } as unknown as Handlers
  const log = { info: () => undefined, warn: () => undefined, error: bug }
  const caller = createCaller({ handlers, log })
  const ask = async <N extends CallName>(name: N, args: Args<N>) =>
    (await caller.call({ trusted: true }, name, args)) as Answer<Value<N>>
  const call = async <N extends CallName>(name: N, args: Args<N>): Promise<Value<N>> => {
    const answer = await ask(name, args)
    if (!answer.ok) throw new Error(`${name}: ${JSON.stringify(answer.error)}`)
    return answer.value
  }
  const rows = async () => (await call('log.page', { filter: {}, fromId: null, limit: 200 })).rows
  return { ask, call, rows }
}
const bug = (fields: object, text: string) => {
  throw new Error(`${text} ${JSON.stringify(fields)}`)
}
afterEach(async () => {
  expect(world.complaints.filter((line) => line.includes('bug:'))).toEqual([])
  await world.stop()
})

/** Anna writes, Ana answers. */
async function talk() {
  const anna = world.chatra.visit({ name: 'Anna', email: 'anna@example.com', city: 'Chisinau' })
  anna.says('Where is my order?')
  await world.until('a task', () => world.planfix.tasks[0])
  world.planfix.employeeComments(world.task().id, 5, '<p>It left today.</p>')
  await world.until('the reply', () => anna.sees().includes('It left today.'))
  await world.quiet()
  return anna
}

describe('a message', () => {
  test('a message is shown with people, state and links into both services', async () => {
    const { rows } = await start()
    const anna = await talk()
    const [reply, question] = await rows()
    const { planfix, chatra } = world
    expect(question).toMatchObject({
      ...{
        connectionId: 'shop',
        clientName: 'Anna',
        direction: 'to-planfix',
        kind: 'text',
        state: 'delivered',
      },
      author: { kind: 'client', name: 'Anna' },
      text: 'Where is my order?',
      planfixTaskId: world.task().id,
      taskUrl: `${planfix.webUrl}/task/${world.task().id}`,
      canRetry: false,
      canDismiss: false,
    })
    expect(question?.chatUrl).toBe(`${chatra.apiUrl.replace(/\/api$/, '')}/conversations/${anna.chatId}`)
    expect(reply).toMatchObject({
      clientName: 'Anna',
      direction: 'to-chatra',
      state: 'delivered',
      text: 'It left today.',
      author: { kind: 'employee' },
      conversationId: question?.conversationId,
      chatUrl: question?.chatUrl,
    })
  })

  test('a message shows its state changes and its original payload without secrets', async () => {
    const { call, rows } = await start()
    const anna = world.chatra.visit({ name: 'Anna', email: 'anna@example.com' })
    anna.says(`${'long '.repeat(100)} my token is ${world.planfix.token}, ${SECRET}`)
    await world.quiet()
    const [row] = await rows()
    expect(row?.text.length).toBe(300)
    const { message, life } = await call('log.message', { id: row!.id })
    expect(message.text).toContain('my token is')
    expect(life.map(({ state }) => state)).toEqual(['received', 'queued', 'sending', 'delivered'])
    expect(life.every((step, n) => n === 0 || step.time >= life[n - 1]!.time)).toBe(true)
    const { text } = await call('log.payload', { id: row!.id })
    expect(text).toContain('anna@example.com')
    expect(text).toContain('\n  "')
    expect(text).not.toContain(world.planfix.token)
    expect(text).not.toContain(SECRET)
  })

  test('an unusable message is shown with its reason among the others', async () => {
    const { rows } = await start()
    await fetch(world.chatra.webhookUrl!, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"eventName":"chatInvented"}',
    })
    await world.until('a line', async () => (await rows())[0])
    expect((await rows())[0]).toMatchObject({
      kind: 'event',
      author: { kind: 'bridge', name: '' },
      state: 'skipped',
      conversationId: null,
      clientName: null,
      chatUrl: null,
      taskUrl: null,
      canRetry: false,
      canDismiss: false,
    })
  })

  test('a failed message is retried or dismissed once; then its state has changed', async () => {
    const { ask, call, rows } = await start()
    const anna = world.chatra.visit({ name: 'Anna' })
    anna.says('Hello')
    await world.until('a task', () => world.planfix.tasks[0])
    await world.quiet()
    world.chatra.server.faults.add({ kind: 'status', status: 422, method: 'POST', times: 2 })
    world.planfix.employeeComments(world.task().id, 5, '<p>First</p>')
    const failed = async (text: string) =>
      (await rows()).find((row) => row.text === text && row.state === 'failed')
    const first = await world.until('a failed reply', () => failed('First'))
    world.planfix.employeeComments(world.task().id, 5, '<p>Second</p>')
    const second = await world.until('another', () => failed('Second'))
    expect(first).toMatchObject({ canRetry: true, canDismiss: true })
    expect((await call('log.outline', { filter: { states: ['failed'] } })).total).toBe(2)

    await call('log.retry', { id: first.id })
    await world.until('the reply', () => anna.sees().includes('First'))
    await call('log.dismiss', { id: second.id })
    await world.quiet()
    expect(anna.sees()).toEqual(['First'])
    const { message } = await call('log.message', { id: second.id })
    expect(message).toMatchObject({
      state: 'skipped',
      reason: 'dismissed',
      canRetry: true,
      canDismiss: false,
    })

    // Many at once; a dismissal can be taken back, and nothing else.
    const bulk = (action: 'retry' | 'dismiss' | 'restore', ids: number[] | null) =>
      call('log.bulk', { action, ids, filter: {} })
    expect(await bulk('restore', [first.id, second.id, 999_999])).toEqual({ ids: [second.id] })
    expect((await call('log.message', { id: second.id })).message).toMatchObject({ state: 'failed' })
    expect((await call('log.message', { id: second.id })).message.reason).toBe(second.reason)
    expect(await bulk('dismiss', null)).toEqual({ ids: [second.id] })
    expect(await bulk('dismiss', null)).toEqual({ ids: [] })

    const refusal = (code: string) => ({ ok: false, error: { code } })
    expect(await ask('log.retry', { id: first.id })).toMatchObject(refusal('conflict'))
    expect(await ask('log.dismiss', { id: second.id })).toMatchObject(refusal('conflict'))
    for (const name of ['log.retry', 'log.dismiss', 'log.message', 'log.payload'] as const)
      expect(await ask(name, { id: 999_999 })).toMatchObject(refusal('not-found'))
  })
})

describe('a conversation', () => {
  test('a conversation is found by its client and reads as the chat, page by page', async () => {
    const { call } = await start()
    const anna = await talk()
    anna.says('Thanks')
    await world.quiet()
    const { conversations } = await call('conversations.find', { text: 'ANNA@example', limit: 10 })
    expect(conversations).toMatchObject([
      { connectionId: 'shop', clientName: 'Anna', email: 'anna@example.com' },
    ])
    const { id } = conversations[0]!

    const view = await call('conversation.get', { id })
    const [contact] = world.planfix.contacts
    expect(view).toMatchObject({
      id,
      clientName: 'Anna',
      email: 'anna@example.com',
      clientLeft: false,
      paused: null,
      messages: 3,
      contact: { id: contact?.id, url: `${world.planfix.webUrl}/contact/${contact?.id}` },
      tasks: [{ id: world.task().id, url: `${world.planfix.webUrl}/task/${world.task().id}`, active: true }],
      devices: [{ clientId: anna.clientId, chatUrl: expect.stringContaining(anna.chatId) }],
    })
    expect(view.place).toContain('Chisinau')

    const last = await call('conversation.messages', { id, beforeId: null, limit: 2 })
    expect(last.rows.map(({ text }) => text)).toEqual(['It left today.', 'Thanks'])
    expect(last.hasOlder).toBe(true)
    const before = await call('conversation.messages', { id, beforeId: last.rows[0]!.id, limit: 2 })
    expect(before).toMatchObject({ rows: [{ text: 'Where is my order?' }], hasOlder: false })
  })

  test('a joined conversation shows why, and can be separated again', async () => {
    const { call, ask } = await start()
    const anna = await talk()
    const { email } = (await call('conversations.find', { text: 'anna', limit: 1 })).conversations[0]!
    const phone = world.chatra.visit({ name: 'Anna', email: email ?? '', os: 'Android' })
    phone.says('From my phone')
    await world.quiet()
    const { id } = (await call('conversations.find', { text: 'anna', limit: 1 })).conversations[0]!
    const { devices } = await call('conversation.get', { id })
    const joined = devices.find(({ clientId }) => clientId === phone.clientId)?.joined
    expect(joined).toMatchObject({ why: 'second-particular' })
    expect(devices.find(({ clientId }) => clientId === anna.clientId)?.joined).toBeNull()
    await call('conversation.separate', { id: joined!.conversationId })
    expect((await call('conversation.get', { id })).devices.map(({ clientId }) => clientId)).toEqual([
      anna.clientId,
    ])
    const own = await call('conversation.get', { id: joined!.conversationId })
    expect(own.devices).toMatchObject([{ clientId: phone.clientId, joined: null }])
    expect(await ask('conversation.separate', { id: joined!.conversationId })).toMatchObject({
      error: { code: 'conflict' },
    })
    expect(await ask('conversation.separate', { id: 999_999 })).toMatchObject({
      error: { code: 'not-found' },
    })
  })

  test('a conversation that does not exist is reported as missing', async () => {
    const { ask } = await start()
    for (const answer of [
      await ask('conversation.get', { id: 5 }),
      await ask('conversation.messages', { id: 5, beforeId: null, limit: 5 }),
    ])
      expect(answer).toMatchObject({ ok: false, error: { code: 'not-found' } })
  })
})

test('the log of a removed connection is readable, without links', async () => {
  const { call, rows } = await start()
  await talk()
  const { id } = world.app.configuration.connections[0]!
  const application = {
    store: world.app.store,
    configuration: { ...world.app.configuration, connections: [] },
  }
  const ids = (await rows()).map((row) => row.id)
  for (const row of await rowsOf(application, ids)) {
    expect(row).toMatchObject({ connectionId: id, clientName: 'Anna', taskUrl: null, chatUrl: null })
  }
  expect((await call('log.outline', { filter: { connectionId: id } })).total).toBe(2)
})

test('the export contains every message once, over all of its parts', async () => {
  const { call } = await start()
  await talk()
  const part = await call('log.export', { filter: {}, format: 'json', afterId: 0 })
  expect(part.next).toBeNull()
  expect(JSON.parse(part.text)).toMatchObject([{ text: 'Where is my order?' }, { text: 'It left today.' }])
  const csv = await call('log.export', {
    filter: { direction: 'to-chatra' },
    format: 'csv',
    afterId: 0,
  })
  expect(csv.text.split('\r\n')).toHaveLength(3)

  // More messages than one part has.
  const { store } = world.app
  const original = (await world.messages())[0]!
  const many = Array.from({ length: 2500 }, () => store.newId())
  await store.commit(
    many.map((id) => ({
      type: 'message.add',
      message: { ...original, id, originKey: `copy:${id}`, text: `copy ${id}` },
      states: [{ state: 'delivered', reason: null }],
    })),
  )
  let text = ''
  let parts = 0
  for (let afterId: number | null = 0; afterId !== null; parts++) {
    const one: Value<'log.export'> = await call('log.export', {
      filter: { search: 'copy' },
      format: 'json',
      afterId,
    })
    text += one.text
    afterId = one.next
  }
  expect(parts).toBe(2)
  expect((JSON.parse(text) as { id: string }[]).map(({ id }) => Number(id))).toEqual(many)
})

test('the next request of a list cancels the previous one, not those of other lists', async () => {
  const { ask, call } = await start()
  const anna = world.chatra.visit({ name: 'Anna' })
  anna.says('Hello')
  await world.quiet()
  const filter = { search: 'hello' }
  const [older, other, newer, nobody] = await Promise.all([
    ask('log.outline', { filter, list: 'one' }),
    ask('log.outline', { filter, list: 'two' }),
    ask('log.outline', { filter, list: 'one' }),
    call('log.outline', { filter }),
  ])
  expect(older).toMatchObject({ ok: false, error: { code: 'conflict' } })
  expect(other).toMatchObject({ ok: true, value: { total: 1 } })
  expect(newer).toMatchObject({ ok: true, value: { total: 1 } })
  expect(nobody.total).toBe(1)
})

test('the overview shows the day, its hours, the days before, and gaps', async () => {
  const { call } = await start()
  await talk()
  const failing = { from: world.clock.now() - 50_000, to: world.clock.now() - 40_000 }
  await world.app.store.commit([
    {
      type: 'event.add',
      event: {
        time: failing.to,
        connectionId: null,
        level: 'warning',
        key: 'event.gap',
        params: failing,
      },
    },
  ])
  // A zone half an hour off the others: its midnight was some hours ago.
  const midnight = Math.floor(world.clock.now() / 3_600_000) * 3_600_000 - 5.5 * 3_600_000
  const seen = await call('overview.get', { dayStarts: [midnight - DAY, midnight] })
  expect(seen.today).toMatchObject({
    chats: 1,
    newChats: 1,
    toPlanfix: 1,
    toChatra: 1,
    failed: 0,
    uncertain: 0,
  })
  expect(seen.today.medianFirstReplyMs).toBeGreaterThan(0)
  expect(seen.days).toEqual([
    { from: midnight - DAY, toPlanfix: 0, toChatra: 0 },
    { from: midnight, toPlanfix: 1, toChatra: 1 },
  ])
  expect(seen.hours).toHaveLength(24)
  expect(seen.hours.every(({ from }) => (from - midnight) % 3_600_000 === 0)).toBe(true)
  expect(seen.hours.at(-1)!.from).toBeLessThanOrEqual(world.clock.now())
  expect(seen.hours.at(-1)!.from).toBeGreaterThan(world.clock.now() - 3_600_000 - 60_000)
  expect(seen.hours.reduce((sum, one) => sum + one.toPlanfix, 0)).toBe(1)
  expect(seen.gaps).toEqual([failing])
})
