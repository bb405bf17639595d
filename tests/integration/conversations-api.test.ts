import { afterEach, describe, expect, test } from 'vitest'
import type { ApiContext } from '../../src/main/api/context.ts'
import { conversationCalls } from '../../src/main/api/conversations/index.ts'
import { WaitingClients } from '../../src/main/api/conversations/waiting-clients.ts'
import { createCaller } from '../../src/main/api/dispatcher.ts'
import { logCalls } from '../../src/main/api/log/index.ts'
import type { Answer, Args, CallName, Handlers, Value } from '../../src/shared/api.ts'
import { World, type WorldOptions } from '../support/world.ts'

let world: World

/** The calls of the conversations, through the dispatcher of every interface. */
async function start(options: WorldOptions = {}) {
  world = await World.start({ virtual: true, ...options })
  const note = (fields: object, text: string) => {
    throw new Error(`${text} ${JSON.stringify(fields)}`)
  }
  const log = { info: () => undefined, warn: note, error: note }
  const waiting = new WaitingClients(world.app, log)
  const context = { application: world.app, waiting } as unknown as ApiContext
  const handlers = { ...logCalls(context), ...conversationCalls(context) } as unknown as Handlers
  const caller = createCaller({ handlers, log })
  const ask = async <N extends CallName>(name: N, args: Args<N>) =>
    (await caller.call({ trusted: true }, name, args)) as Answer<Value<N>>
  const call = async <N extends CallName>(name: N, args: Args<N>): Promise<Value<N>> => {
    const answer = await ask(name, args)
    if (!answer.ok) throw new Error(`${name}: ${JSON.stringify(answer.error)}`)
    return answer.value
  }
  const list = async (change: Partial<Args<'conversations.list'>> = {}) =>
    call('conversations.list', { text: '', only: 'all', after: null, limit: 50, ...change })
  const names = async (change: Partial<Args<'conversations.list'>> = {}) =>
    (await list(change)).rows.map(({ clientName }) => clientName)
  return { ask, call, list, names, waiting }
}
afterEach(() => world.stop())

const visits = (name: string, more: object = {}) => world.chatra.visit({ name, ...more })
const taskOf = (name: string) => {
  const task = world.planfix.tasks.find((one) => one.name === `${name} (Chatra)`)
  if (!task) throw new Error(`no task of ${name}`)
  return task
}
/** Client and employee take turns; the last word is the employee's. */
async function talk(name: string, more: object = {}) {
  const visitor = visits(name, more)
  visitor.says(`${name} asks`)
  await world.quiet()
  world.planfix.employeeComments(taskOf(name).id, 5, `<p>Answer to ${name}</p>`)
  await world.until('the reply', () => visitor.sees().includes(`Answer to ${name}`))
  await world.quiet()
  return visitor
}

describe('the list of conversations', () => {
  test('the conversation with the latest message comes first, whoever wrote it, with its last words', async () => {
    const { list, names } = await start()
    await talk('Anna')
    await world.pass(1000)
    visits('Boris').says('Boris asks')
    await world.quiet()
    expect(await names()).toEqual(['Boris', 'Anna'])
    await world.pass(60_000)
    world.planfix.employeeComments(taskOf('Anna').id, 5, '<p>One more word</p>')
    await world.until('the reply', async () => (await list()).rows[0]?.last?.text === 'One more word')
    await world.quiet()
    const [anna, boris] = (await list()).rows
    expect(anna).toMatchObject({
      clientName: 'Anna',
      last: { author: { kind: 'employee' }, state: 'delivered', internal: false },
      waitingSince: null,
      task: { id: taskOf('Anna').id, url: `${world.planfix.webUrl}/task/${taskOf('Anna').id}` },
    })
    expect(boris).toMatchObject({ last: { author: { kind: 'client' }, text: 'Boris asks' } })
    expect(boris?.waitingSince).toBe(boris?.last?.at)
  })

  test('the chats of today, and those that began today, latest first, page by page', async () => {
    const { list, names } = await start()
    await talk('Anna')
    await world.pass(60_000)
    const midnight = world.app.now()
    expect(await names({ only: 'today', since: midnight })).toEqual([])
    await world.pass(1000)
    const boris = visits('Boris')
    boris.says('Boris asks')
    await world.quiet()
    await world.pass(1000)
    visits('Vera').says('Vera asks')
    await world.quiet()
    await world.pass(1000)
    // A reply in a chat of yesterday makes no chat of today; its client's next message does.
    world.planfix.employeeComments(taskOf('Anna').id, 5, '<p>One more thing</p>')
    await world.quiet()
    const since = midnight
    expect(await names({ only: 'today', since })).toEqual(['Vera', 'Boris'])
    boris.says('Are you there?')
    await world.quiet()
    expect(await names({ only: 'today', since })).toEqual(['Boris', 'Vera'])
    const first = await list({ only: 'today', since, limit: 1 })
    expect(first.rows.map(({ clientName }) => clientName)).toEqual(['Boris'])
    const second = await list({ only: 'today', since, limit: 1, after: first.next })
    expect(second.rows.map(({ clientName }) => clientName)).toEqual(['Vera'])
    expect(second.next).toBeNull()
    // Both lists, also together with a search and a connection; without a midnight they are empty.
    expect((await names({ only: 'new', since: midnight - 120_000 })).toSorted()).toEqual([
      'Anna',
      'Boris',
      'Vera',
    ])
    expect(await names({ only: 'today', since, text: 'vera' })).toEqual(['Vera'])
    expect(await names({ only: 'today', since, text: 'anna' })).toEqual([])
    expect(await names({ only: 'today', since, connectionId: 'shop' })).toEqual(['Boris', 'Vera'])
    expect(await names({ only: 'today', since, connectionId: 'other' })).toEqual([])
    expect(await names({ only: 'today' })).toEqual([])
  })

  test('pages follow each other without a gap', async () => {
    const { list, names } = await start()
    for (const name of ['Anna', 'Boris', 'Vera']) {
      visits(name).says('Hello')
      await world.quiet()
      await world.pass(1000)
    }
    const first = await list({ limit: 2 })
    expect(first.rows.map((row) => row.clientName)).toEqual(['Vera', 'Boris'])
    expect(await names({ limit: 2, after: first.next })).toEqual(['Anna'])
    expect((await list({ limit: 3, after: first.next })).next).toBeNull()
  })

  test('a conversation is found by name, e-mail, phone and the number of its task', async () => {
    const { call, names } = await start()
    await talk('Anna', { email: 'anna@example.com', phone: '+373 69 123 456' })
    visits('Boris').says('Hello')
    await world.quiet()
    const number = taskOf('Anna').id
    for (const text of ['ANNA', 'anna@exam', '69123456', `#${number}`, String(number), 'no such'])
      expect(await names({ text }), text).toEqual(text === 'no such' ? [] : ['Anna'])
    for (const search of ['anna@exam', '069-123-456'.slice(1), `#${number}`])
      expect((await call('log.outline', { filter: { search } })).total, search).toBe(2)
  })
})

describe('waiting for an answer', () => {
  test('who waits longest comes first; an internal comment is no answer, a reply is', async () => {
    const { names, waiting } = await start()
    const anna = await talk('Anna')
    visits('Boris').says('Hello')
    await world.pass(10_000)
    anna.says('And the price?')
    await world.quiet()
    expect(await names({ only: 'waiting' })).toEqual(['Boris', 'Anna'])
    world.planfix.employeeComments(taskOf('Boris').id, 5, '<p>Who is that?</p>', { recipients: ['user:7'] })
    await world.pass(20_000)
    await world.quiet()
    expect(await names({ only: 'waiting' })).toEqual(['Boris', 'Anna'])
    world.planfix.employeeComments(taskOf('Boris').id, 5, '<p>Hello Boris</p>')
    await world.until('only Anna', async () => (await names({ only: 'waiting' })).join() === 'Anna')
    expect(waiting.now()).toMatchObject({ count: 1, since: expect.any(Number) })
  })

  test('what needs no answer leaves the list until the client writes again', async () => {
    const { call, list, names } = await start()
    const anna = await talk('Anna')
    anna.says('OK, I wait')
    await world.quiet()
    const id = (await list()).rows[0]!.id
    expect(await names({ only: 'waiting' })).toEqual(['Anna'])
    await call('conversation.mark', { id, noAnswer: true })
    expect(await names({ only: 'waiting' })).toEqual([])
    await call('conversation.mark', { id, noAnswer: false })
    expect(await names({ only: 'waiting' })).toEqual(['Anna'])
    await call('conversation.mark', { id, noAnswer: true })
    anna.says('One more thing')
    await world.quiet()
    expect(await names({ only: 'waiting' })).toEqual(['Anna'])
  })
})

describe('wishes for a conversation', () => {
  test('a muted conversation causes no notification, and is passed on as before', async () => {
    const { call, list, names } = await start()
    const anna = await talk('Anna')
    const heard: string[] = []
    world.app.subscribe({ clientWrote: (_connection, id) => heard.push(String(id)) })
    const { id } = (await list()).rows[0]!
    await call('conversation.mark', { id, muted: true })
    anna.says('Hello again')
    await world.quiet()
    expect(heard).toEqual([])
    expect(world.feed(taskOf('Anna').id).at(-1)?.text).toContain('Hello again')
    expect(await names({ only: 'muted' })).toEqual(['Anna'])
    await call('conversation.mark', { id, muted: false })
    anna.says('And again')
    await world.quiet()
    expect(heard).toEqual([String(id)])
  })

  test('a blocked chat is recorded and not passed on; unblocked it goes on, and what came can be sent', async () => {
    const { call, list, names } = await start()
    const anna = await talk('Anna')
    const { id } = (await list()).rows[0]!
    const before = world.feed(taskOf('Anna').id).length
    await call('conversation.mark', { id, blocked: true })
    anna.says('BUY NOW')
    await world.quiet()
    expect(world.feed(taskOf('Anna').id)).toHaveLength(before)
    expect(await names({ only: 'waiting' })).toEqual([])
    expect(await names({ only: 'blocked' })).toEqual(['Anna'])
    const { rows } = await call('log.page', { filter: { search: 'buy' }, fromId: null, limit: 1 })
    expect(rows[0]).toMatchObject({ state: 'skipped', reason: 'blocked', conversationId: id, canRetry: true })

    await call('conversation.mark', { id, blocked: false })
    anna.says('Sorry')
    await world.quiet()
    expect(world.feed(taskOf('Anna').id).at(-1)?.text).toContain('Sorry')
    await call('log.retry', { id: rows[0]!.id })
    await world.quiet()
    expect(world.feed(taskOf('Anna').id).at(-1)?.text).toContain('BUY NOW')
  })

  test('a forgotten client leaves neither name nor words, and the task stays in Planfix', async () => {
    const { ask, call, list } = await start()
    await talk('Anna', { email: 'anna@example.com' })
    const { id } = (await list()).rows[0]!
    expect(await call('conversation.forget', { id })).toEqual({ messages: 2, notDelivered: 0 })
    const found = JSON.stringify([
      await list(),
      await call('conversation.messages', { id, beforeId: null, limit: 10 }),
      await call('conversation.get', { id }),
    ])
    expect(found).not.toMatch(/Anna|anna@/)
    expect(world.feed(taskOf('Anna').id).length).toBeGreaterThan(0)
    expect(await ask('conversation.forget', { id: 999_999 })).toMatchObject({ ok: false })
  })
})
