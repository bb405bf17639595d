import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import {
  type ChatraOptions,
  type ChatraSimulator,
  startChatraSimulator,
} from '../../../src/simulators/chatra/index.ts'

// biome-ignore lint/suspicious/noExplicitAny: bodies of every shape are looked into
type Body = any

/** A receiver that keeps every request; `answer` decides the status, 0 never answers. */
class Receiver {
  bodies: Body[] = []
  url = ''
  connections = 0
  answer: (body: Body) => number = () => 200
  private readonly server: Server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Body
      this.bodies.push(body)
      const status = this.answer(body)
      if (status) response.writeHead(status).end()
    })
  }).on('connection', () => {
    this.connections += 1
  })

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve))
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hook`
    return this
  }

  stop(): void {
    this.server.closeAllConnections()
    this.server.close()
  }

  get names(): string[] {
    return this.bodies.map(({ eventName }) => eventName.replace('chat', ''))
  }

  /** Texts of the messages of all events, `+` within one event. */
  get texts(): string[] {
    return this.bodies.map((body) =>
      (body.messages ?? [body.message]).map((m: Body) => m.text ?? m.message).join('+'),
    )
  }
}

const started: { stop: () => unknown }[] = []
afterEach(async () => {
  for (const thing of started.splice(0)) await thing.stop()
})

async function setUp(
  options: ChatraOptions = {},
): Promise<{ simulator: ChatraSimulator; receiver: Receiver }> {
  const receiver = await new Receiver().start()
  const simulator = await startChatraSimulator({
    seed: 11,
    timeScale: 0.01,
    webhookUrl: receiver.url,
    agents: [{ id: 'bnRzp4CioKudG4aHm', name: 'Julia', email: 'julia@shop.example' }],
    ...options,
    // Short waits must not become so short that a busy machine misses them.
    switches: { 'webhook-timeout': '30 s', ...options.switches },
  })
  started.push(simulator, receiver)
  return { simulator, receiver }
}

const julia = 'bnRzp4CioKudG4aHm'
const plain = { 'extra-keys': 'off' } as const

async function post(
  simulator: ChatraSimulator,
  clientId: string,
  text: string,
  resource = 'messages',
): Promise<Body> {
  const response = await fetch(`${simulator.apiUrl}/${resource}`, {
    method: 'POST',
    headers: {
      authorization: `Chatra.Simple ${simulator.publicKey}:${simulator.secretKey}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({
      clientId,
      text,
      agentId: julia,
      ...(resource === 'messages' && { receivedFrom: 'bridge' }),
    }),
  })
  return response.json()
}

describe('bodies', () => {
  test("a visit has the bodies of the contract's samples", async () => {
    const { simulator, receiver } = await setUp({ switches: plain })
    const visitor = simulator.visit({ name: 'Anna', integrationData: { Order: '1001' } })
    const id = visitor.says('Hello')
    await simulator.flush()
    const client = {
      id: visitor.clientId,
      chatId: visitor.chatId,
      displayedName: 'Anna',
      basicInfo: { name: 'Anna', email: null, phone: null, notes: null },
      integrationData: { Order: '1001' },
      info: { name: 'Anna', Order: '1001' },
      groupId: null,
      ip: '192.0.2.10',
      country: 'Moldova',
      city: 'Chisinau',
      browser: 'Chrome 141',
      os: 'Windows 10',
      userAgent: expect.any(String),
      browserLanguage: 'ro',
      lastVisit: {
        startedAt: expect.any(Number),
        finishedAt: null,
        hostName: 'shop.example',
        viewedPages: [{ link: 'https://shop.example/red-shoes', title: 'Red shoes' }],
      },
    }
    const message = { id, type: 'client', text: 'Hello', message: 'Hello', createdAt: expect.any(Number) }
    const chatStartedPage = { link: 'https://shop.example/red-shoes', title: 'Red shoes' }
    expect(receiver.bodies).toEqual([
      { eventName: 'chatStarted', chatStartedPage, message, client },
      { eventName: 'chatFragment', client, agents: [], messages: [message] },
    ])
    visitor.introduces({ email: 'anna@example.com' })
    const answer = await post(simulator, visitor.clientId, 'Hi')
    visitor.leaves()
    await simulator.flush()
    const echo = {
      id: answer.id,
      type: 'agent',
      text: 'Hi',
      message: 'Hi',
      createdAt: expect.any(Number),
      agentId: julia,
      agentName: 'Julia',
      receivedFrom: 'bridge',
    }
    const agents = [{ id: julia, name: 'Julia', email: 'julia@shop.example' }]
    expect(receiver.bodies[2]).toMatchObject({
      agents,
      messages: [echo],
      client: { info: { email: 'anna@example.com' } },
    })
    expect(receiver.bodies[3]).toMatchObject({
      eventName: 'chatTranscript',
      chatStartedPage,
      agents,
      messages: [message, echo],
      client: { lastVisit: { finishedAt: expect.any(Number) } },
    })
  })

  test('an agent may begin a chat', async () => {
    const { simulator, receiver } = await setUp({ switches: plain })
    const visitor = simulator.visit()
    simulator.agentStarts(visitor.clientId, julia, 'May I help?')
    await simulator.flush()
    expect(receiver.names).toEqual(['Started', 'Fragment'])
    const agent = { id: julia, name: 'Julia', email: 'julia@shop.example' }
    expect(receiver.bodies[0]).toMatchObject({ agent, message: { type: 'agent' } })
  })

  test('keys of a message follow their switches', async () => {
    const { simulator, receiver } = await setUp({
      switches: { 'text-key': 'message', 'message-id': 'absent', 'created-at': 'absent', ...plain },
    })
    const visitor = simulator.visit()
    visitor.says('a')
    await simulator.flush()
    expect(receiver.bodies[1].messages).toEqual([{ type: 'client', message: 'a' }])
    simulator.setSwitch('text-key', 'text')
    simulator.setSwitch('created-at', 'iso-string')
    visitor.says('b')
    await simulator.flush()
    const createdAt = expect.stringMatching(/^\d{4}-.*Z$/)
    expect(receiver.bodies[2].messages).toEqual([{ type: 'client', text: 'b', createdAt }])
  })

  test('keys of a client follow their switches', async () => {
    const { simulator, receiver } = await setUp()
    const visitor = simulator.visit({ email: 'a@example.com' })
    const next = async () => {
      visitor.says('x')
      await simulator.flush()
      return receiver.bodies.at(-1).client
    }
    const whole = await next()
    expect(whole.displayedName).toMatch(/^[A-Z][a-z]+ [A-Z][a-z]+$/)
    expect(whole).toHaveProperty('leadScore')
    simulator.setSwitch('extra-keys', 'off')
    expect(await next()).not.toHaveProperty('leadScore')
    simulator.setSwitch('visitor-name', 'given')
    expect((await next()).displayedName).toBe('')
    simulator.setSwitch('visitor-name', 'missing')
    expect(await next()).not.toHaveProperty('displayedName')
    simulator.setSwitch('info-present', 'no-basic-info')
    expect(await next()).not.toHaveProperty('basicInfo')
    simulator.setSwitch('info-present', 'info-missing')
    expect(await next()).toMatchObject({ basicInfo: { email: 'a@example.com' } })
    expect(await next()).not.toHaveProperty('info')
    simulator.setSwitch('client-keys', 'minimal')
    simulator.setSwitch('info-present', 'full')
    expect(Object.keys(await next())).toEqual(['id', 'chatId', 'integrationData', 'info'])
  })

  test('agents are listed according to the switch', async () => {
    const { simulator, receiver } = await setUp({ switches: { 'agents-list': 'ids-only' } })
    const visitor = simulator.visit()
    visitor.says('x')
    simulator.agentSays(visitor.clientId, julia, 'y')
    await simulator.flush()
    expect(receiver.bodies.at(-1).agents).toEqual([{ id: julia }])
    simulator.setSwitch('agents-list', 'empty')
    simulator.agentSays(visitor.clientId, julia, 'z')
    await simulator.flush()
    expect(receiver.bodies.at(-1).agents).toEqual([])
  })

  test('the start page has either name or none', async () => {
    const { simulator, receiver } = await setUp({ switches: { 'start-page': 'conversationStartPage' } })
    simulator.visit({ page: 'https://shop.example/a' }).says('x')
    await simulator.flush()
    expect(receiver.bodies[0].conversationStartPage.link).toBe('https://shop.example/a')
    simulator.setSwitch('start-page', 'absent')
    simulator.visit().says('y')
    await simulator.flush()
    expect(Object.keys(receiver.bodies[2]).filter((key) => /page/i.test(key))).toEqual([])
  })

  test('a file comes as an object, as a link in the text, or as a bare name', async () => {
    const { simulator, receiver } = await setUp()
    const visitor = simulator.visit()
    const png = Buffer.alloc(24)
    png.writeUInt32BE(0x89504e47)
    png.writeUInt32BE(40, 16)
    png.writeUInt32BE(30, 20)
    const sent = async () => {
      visitor.sendsFile({ name: 'a.png', content: png, type: 'image/png' })
      await simulator.flush()
      return receiver.bodies.at(-1).messages[0]
    }
    expect(await sent()).not.toHaveProperty('file')
    simulator.setSwitch('files', 'link-in-text')
    expect((await sent()).text).toMatch(/^a\.png http:.*\/a\.png$/)
    simulator.setSwitch('files', 'brevo-file-object')
    const one = (await sent()).file
    expect(one).toMatchObject({
      name: 'a.png',
      size: 24,
      isImage: true,
      imageInfo: { width: 40, height: 30 },
    })
    expect(Buffer.from(await (await fetch(one.url)).arrayBuffer())).toEqual(png)
    expect((await sent()).file).toMatchObject({ filename: 'a.png', link: expect.any(String) })
  })

  test('system messages come when switched on', async () => {
    const { simulator, receiver } = await setUp({ switches: { 'system-messages': 'on' } })
    const visitor = simulator.visit({ name: 'Anna' })
    visitor.says('x')
    simulator.agentSays(visitor.clientId, julia, 'y')
    visitor.leaves()
    await simulator.flush()
    expect(receiver.texts).toEqual([
      ...['x', 'x', 'y', 'Julia joined the chat', 'Anna left the site'],
      'x+y+Julia joined the chat+Anna left the site',
    ])
    expect(receiver.bodies[3].messages[0].type).toBe('system')
    expect(visitor.sees()).toEqual(['y'])
  })
})

describe('events', () => {
  test('the first message comes in either event or both', async () => {
    const { simulator, receiver } = await setUp({ switches: { 'first-message-events': 'fragment-only' } })
    simulator.visit().says('x')
    await simulator.flush()
    simulator.setSwitch('first-message-events', 'started-only')
    const visitor = simulator.visit()
    visitor.says('y')
    visitor.says('z')
    await simulator.flush()
    expect(receiver.names).toEqual(['Fragment', 'Started', 'Fragment'])
    expect(receiver.texts).toEqual(['x', 'y', 'z'])
  })

  test('messages sent in short order share a fragment', async () => {
    const { simulator, receiver } = await setUp({
      switches: { 'fragment-size': 'up-to-5', 'first-message-events': 'fragment-only' },
    })
    const visitor = simulator.visit()
    for (const text of '1234567') visitor.says(text)
    await simulator.flush()
    expect(receiver.texts).toEqual(['1+2+3+4+5', '6+7'])
    simulator.setSwitch('fragment-size', 'up-to-50')
    for (let i = 0; i < 60; i++) visitor.says('x')
    visitor.leaves()
    await simulator.flush()
    expect(receiver.bodies.slice(2).map(({ messages }) => messages.length)).toEqual([50, 10, 67])
  })

  test('messages posted by REST come back according to the switch', async () => {
    const { simulator, receiver } = await setUp()
    const visitor = simulator.visit()
    visitor.says('x')
    await post(simulator, visitor.clientId, 'a')
    simulator.setSwitch('rest-echo', 'without-received-from')
    await post(simulator, visitor.clientId, 'b')
    simulator.setSwitch('rest-echo', 'none')
    await post(simulator, visitor.clientId, 'c')
    await simulator.flush()
    const echoes = receiver.bodies.slice(2).map(({ messages: [m] }) => [m.text, m.receivedFrom])
    expect(echoes).toEqual([
      ['a', 'bridge'],
      ['b', undefined],
    ])
    expect(visitor.sees()).toEqual(['a', 'b', 'c'])
  })

  test('an echo arrives before or after the answer', async () => {
    const { simulator, receiver } = await setUp()
    const visitor = simulator.visit()
    visitor.says('x')
    await simulator.flush()
    simulator.pauseWebhooks()
    await post(simulator, visitor.clientId, 'a')
    expect(receiver.texts).not.toContain('a')
    simulator.resumeWebhooks()
    simulator.setSwitch('echo-before-reply', 'on')
    simulator.setSwitch('fragment-size', 'up-to-50')
    await post(simulator, visitor.clientId, 'b')
    expect(receiver.texts.at(-1)).toBe('b')
  })

  test('a pushed message starts no chat and comes back according to the switch', async () => {
    const { simulator, receiver } = await setUp()
    const visitor = simulator.visit()
    await post(simulator, visitor.clientId, 'a', 'pushedMessages')
    simulator.setSwitch('pushed-echo', 'bare')
    simulator.pushes(visitor.clientId, 'b')
    await simulator.flush()
    simulator.setSwitch('pushed-echo', 'none')
    simulator.pushes(visitor.clientId, 'c')
    visitor.leaves()
    await simulator.flush()
    expect(receiver.bodies.map(({ eventName, messages: [m] }) => [eventName, m.text, m.isPushed])).toEqual([
      ['chatFragment', 'a', true],
      ['chatFragment', 'b', undefined],
    ])
  })

  test('an edit or deletion is sent according to the switch', async () => {
    const { simulator, receiver } = await setUp()
    const visitor = simulator.visit()
    visitor.says('x')
    const id = simulator.agentSays(visitor.clientId, julia, 'a')
    simulator.agentEdits(id, 'b')
    await simulator.flush()
    expect(receiver.bodies).toHaveLength(3)
    simulator.setSwitch('edit-event', 'fragment-same-id')
    simulator.agentEdits(id, 'c')
    simulator.setSwitch('edit-event', 'fragment-new-id')
    simulator.agentEdits(id, 'd')
    simulator.setSwitch('edit-event', 'fragment-same-id')
    simulator.agentDeletes(id)
    await simulator.flush()
    const told = receiver.bodies.slice(3).map(({ messages: [m] }) => [m.id === id, m.text])
    expect(told).toEqual([
      [true, 'c'],
      [false, 'd'],
      [true, ''],
    ])
  })

  test('an answer by e-mail is a fragment or is lost', async () => {
    const { simulator, receiver } = await setUp()
    const visitor = simulator.visit({ email: 'a@example.com' })
    visitor.says('x')
    visitor.leaves()
    expect(visitor.repliesByEmail('mail')).toEqual(expect.any(String))
    simulator.setSwitch('email-reply', 'lost')
    expect(visitor.repliesByEmail('lost')).toBeNull()
    await simulator.flush()
    expect(receiver.names).toEqual(['Started', 'Fragment', 'Transcript', 'Fragment'])
  })
})

describe('the end of a visit', () => {
  test('a transcript comes on leaving, minutes later, during the chat, or never', async () => {
    const { simulator, receiver } = await setUp({ timeScale: 0.002 })
    const names = async (position: 'on-leave' | 'minutes-later' | 'never' | 'during-chat') => {
      simulator.setSwitch('transcript-timing', position)
      receiver.bodies = []
      const visitor = simulator.visit()
      for (const text of 'ab') visitor.says(text)
      simulator.agentSays(visitor.clientId, julia, 'c')
      visitor.leaves()
      if (position === 'minutes-later') expect(receiver.names).not.toContain('Transcript')
      await simulator.flush()
      return receiver.names.slice(2).join(' ')
    }
    expect(await names('on-leave')).toBe('Fragment Fragment Transcript')
    expect(await names('minutes-later')).toBe('Fragment Fragment Transcript')
    expect(await names('never')).toBe('Fragment Fragment')
    expect(await names('during-chat')).toBe('Fragment Transcript Fragment Transcript')
  })

  test('a resumed chat has a second transcript of all, of new messages, or none', async () => {
    const { simulator, receiver } = await setUp()
    const texts = async (position: 'all-messages' | 'new-messages' | 'none') => {
      simulator.setSwitch('transcript-repeat', position)
      receiver.bodies = []
      const visitor = simulator.visit()
      visitor.says('a')
      visitor.leaves()
      visitor.comesBack()
      visitor.says('b')
      visitor.leaves()
      visitor.comesBack()
      visitor.leaves()
      await simulator.flush()
      return receiver.texts.filter((_, i) => receiver.names[i] === 'Transcript')
    }
    expect(await texts('all-messages')).toEqual(['a', 'a+b'])
    expect(await texts('new-messages')).toEqual(['a', 'b'])
    expect(await texts('none')).toEqual(['a'])
  })

  test('a late transcript is cancelled by a visitor who returns to the chat', async () => {
    const { simulator, receiver } = await setUp({
      timeScale: 0.002,
      switches: { 'transcript-timing': 'minutes-later' },
    })
    const visitor = simulator.visit()
    visitor.says('a')
    visitor.leaves()
    visitor.comesBack()
    await simulator.flush()
    expect(receiver.names).toEqual(['Started', 'Fragment'])
  })

  test('a new visit starts later, with another chat id if the switch says so', async () => {
    const { simulator, receiver } = await setUp()
    const visitor = simulator.visit()
    visitor.says('a')
    const first = visitor.chatId
    visitor.comesBack('https://shop.example/b')
    visitor.says('b')
    expect(visitor.chatId).toBe(first)
    simulator.setSwitch('chat-id-life', 'new-per-chat')
    visitor.leaves()
    visitor.comesBack()
    visitor.says('c')
    await simulator.flush()
    expect(visitor.chatId).not.toBe(first)
    const starts = receiver.bodies.filter(({ eventName }) => eventName === 'chatStarted')
    expect(starts.map(({ client }) => client.chatId)).toEqual([first, first, visitor.chatId])
    const [one, two, three] = starts.map(({ client }) => client.lastVisit.startedAt)
    expect(one < two && two < three).toBe(true)
    expect(receiver.texts.at(-1)).toBe('c')
    expect(simulator.messages(visitor.clientId)).toHaveLength(3)
  })

  test('leaving is sent as a transcript, as a finished visit alone, or not at all', async () => {
    const { simulator, receiver } = await setUp({ switches: { 'leave-signal': 'finished-at-only' } })
    const leave = async () => {
      const visitor = simulator.visit()
      visitor.says('a')
      visitor.leaves()
      await simulator.flush()
      return simulator.clients.at(-1)?.visit.finishedAt
    }
    expect(await leave()).toEqual(expect.any(Number))
    simulator.setSwitch('leave-signal', 'none')
    expect(await leave()).toBeNull()
    expect(receiver.names).not.toContain('Transcript')
  })
})

describe('delivery', () => {
  test('one chat is in order, and a slow chat delays no other', async () => {
    const { simulator, receiver } = await setUp({ timeScale: 0.01 })
    const [slow, quick] = [simulator.visit(), simulator.visit()]
    receiver.answer = ({ client }) => (client.id === slow.clientId ? 0 : 200)
    for (const text of 'abc') {
      slow.says(text)
      quick.says(text)
    }
    await simulator.flush()
    expect(receiver.texts.filter((_, i) => receiver.bodies[i].client.id === quick.clientId).join('')).toBe(
      'aabc',
    )
    const errors = simulator.webhooks
      .filter(({ clientId }) => clientId === slow.clientId)
      .map(({ error }) => error)
    expect(errors).toEqual(['timeout', 'timeout', 'timeout', 'timeout'])
    expect(simulator.webhooks.slice(0, 4).filter(({ status }) => status === 200)).toHaveLength(4)
  })

  test('the time limit follows the switch', async () => {
    const { simulator, receiver } = await setUp({
      timeScale: 0.05,
      switches: { 'webhook-timeout': '3 s', 'first-message-events': 'started-only' },
    })
    receiver.answer = () => 0
    const before = Date.now()
    simulator.visit().says('x')
    await simulator.flush()
    expect(Date.now() - before).toBeGreaterThanOrEqual(140)
    expect(Date.now() - before).toBeLessThan(480)
  })

  test('a failed webhook is retried only according to the switch', async () => {
    const { simulator, receiver } = await setUp({
      timeScale: 0.01,
      switches: { 'webhook-timeout': '10 s', 'first-message-events': 'fragment-only' },
    })
    const attempts = async (answer: number) => {
      let left = 2
      receiver.bodies = []
      receiver.answer = () => (left-- > 0 ? answer : 200)
      simulator.visit().says('x')
      await simulator.flush()
      return receiver.bodies.length
    }
    expect(await attempts(500)).toBe(1)
    simulator.setSwitch('webhook-retry', 'on-timeout')
    expect(await attempts(500)).toBe(1)
    expect(await attempts(0)).toBe(3)
    simulator.setSwitch('webhook-retry', 'on-non-200')
    expect(await attempts(500)).toBe(3)
    expect(simulator.webhooks.slice(-3).map(({ attempt, status }) => [attempt, status])).toEqual([
      [1, 500],
      [2, 500],
      [3, 200],
    ])
  })

  test('events come twice, by switch or on request', async () => {
    const { simulator, receiver } = await setUp({ switches: { 'first-message-events': 'fragment-only' } })
    const visitor = simulator.visit()
    simulator.duplicateNextWebhooks(1)
    visitor.says('a')
    visitor.says('b')
    await simulator.flush()
    simulator.setSwitch('webhook-duplicate', 'same-event-twice')
    visitor.says('c')
    await simulator.flush()
    expect(receiver.texts).toEqual(['a', 'a', 'b', 'c', 'c'])
  })

  test('events of a chat come out of order when shuffled, without loss', async () => {
    const { simulator, receiver } = await setUp({
      switches: { 'webhook-order': 'shuffled-within-chat', 'first-message-events': 'fragment-only' },
    })
    const visitor = simulator.visit()
    for (const text of 'abcdef') visitor.says(text)
    await simulator.flush()
    expect(receiver.texts.join('')).not.toBe('abcdef')
    expect(receiver.texts.toSorted().join('')).toBe('abcdef')
  })

  test('lost webhooks are completed only by the transcript', async () => {
    const { simulator, receiver } = await setUp()
    const visitor = simulator.visit()
    visitor.says('a')
    simulator.dropNextWebhooks(1)
    visitor.says('b')
    visitor.leaves()
    await simulator.flush()
    expect(receiver.texts).toEqual(['a', 'a', 'a+b'])
    expect(simulator.webhooks.filter(({ error }) => error === 'dropped')).toHaveLength(1)
  })

  test('paused webhooks wait in order and go to the address set by then', async () => {
    const { simulator, receiver } = await setUp()
    simulator.webhookUrl = 'http://127.0.0.1:1/'
    simulator.pauseWebhooks()
    const visitor = simulator.visit()
    for (const text of 'ab') visitor.says(text)
    simulator.webhookUrl = receiver.url
    simulator.resumeWebhooks()
    await simulator.flush()
    expect(receiver.texts).toEqual(['a', 'a', 'b'])
    simulator.webhookUrl = null
    visitor.says('c')
    await simulator.flush()
    expect(receiver.bodies).toHaveLength(3)
  })

  test('a failed receiver is recorded as such', async () => {
    const { simulator, receiver } = await setUp()
    receiver.stop()
    simulator.visit().says('x')
    await simulator.flush()
    expect(simulator.webhooks.map(({ error }) => error)).toEqual(['ECONNREFUSED', 'ECONNREFUSED'])
  })

  test('the simulator sustains 50 visitors over kept-alive connections', async () => {
    const { simulator, receiver } = await setUp({
      recordWebhooks: false,
      timeScale: 1,
      switches: { 'first-message-events': 'fragment-only' },
    })
    const visitors = Array.from({ length: 50 }, () => simulator.visit())
    const before = performance.now()
    for (let i = 0; i < 100; i++) for (const visitor of visitors) visitor.says(`message ${i}`)
    await simulator.flush()
    const seconds = (performance.now() - before) / 1000
    console.log(
      `chatra simulator: ${Math.round(5_000 / seconds)} webhooks a second, ${receiver.connections} connections`,
    )
    expect(receiver.bodies).toHaveLength(5_000)
    expect(simulator.webhooks).toHaveLength(0)
  })
})
