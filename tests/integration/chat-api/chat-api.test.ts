import { afterEach, describe, expect, test } from 'vitest'
import { emptyFolder } from '../../support/damage.ts'
import type { Visitor } from '../../support/planfix-scenes.ts'
import { SHOP_EMPLOYEES } from '../../support/shop.ts'
import { World, type WorldOptions } from '../../support/world.ts'

let world: World
const start = async (options: WorldOptions = {}, switches: Record<string, string> = {}) => {
  world = await World.start({ chat: true, virtual: true, ...options })
  for (const [name, value] of Object.entries(switches)) world.planfix.setSwitch(name as never, value as never)
  return world
}
afterEach(async () => {
  expect(world.planfix.violations).toEqual([])
  await world.stop()
})

const MINUTES = 60_000
/** Longer than two rounds of catching up. */
const CAUGHT_UP = 11 * MINUTES
const texts = (n = 0) => world.feed(world.task(n).id).map(({ text }) => text)
const tickOf = (commentId: number) =>
  world.planfix.tasks.flatMap(({ id }) => world.planfix.comments(id)).find(({ id }) => id === commentId)
    ?.delivery
const ticked = (commentId: number) => world.until('a tick', () => tickOf(commentId))

async function chatOf(name = 'Anna', more: object = {}) {
  const client = world.chatra.visit({ name, ...more })
  client.says('Hello')
  await world.until('a task', () => world.planfix.tasks[0])
  await world.quiet()
  return client
}
/** The client writes on in a task, which is completed, and `afterMs` later begins another one. */
async function secondTask(client: Visitor, afterMs = 0): Promise<void> {
  client.says('thanks')
  await world.quiet()
  world.planfix.completes(world.task().id)
  await world.pass(afterMs)
  client.says('one more question')
  await world.until('a second task', () => world.planfix.tasks[1])
  await world.quiet()
}

const caughtUp = async () => {
  await world.pass(CAUGHT_UP)
  await world.quiet()
}

describe('from the client into Planfix', () => {
  test('a new chat becomes a task, with the facts of a description as a note, and nobody gets an e-mail', async () => {
    await start()
    const anna = await chatOf('Anna', { email: 'anna@example.com', city: 'Chisinau' })
    anna.says('one more thing')
    await world.quiet()
    world.planfix.employeeComments(world.task().id, 5, '<p>Good morning</p>')
    await caughtUp()
    expect(world.planfix.tasks).toHaveLength(1)
    expect(world.task().name).toBe('Anna (Chatra) (WebChat, Chatra)')
    expect(texts()[0]).toBe('Hello')
    expect(texts()).toContain('one more thing')
    expect(texts().join('\n')).toContain('Chisinau')
    expect(world.planfix.mails).toEqual([])
  })

  test('a completed task is followed by a new one, which has a title of its own', async () => {
    await start()
    const anna = await chatOf()
    world.planfix.completes(world.task().id)
    await world.pass(MINUTES)
    anna.says('Again')
    await world.until('a second task', () => world.planfix.tasks[1])
    await world.quiet()
    expect(world.task(1).name).toBe('Anna (Chatra) (WebChat, Chatra)')
    expect(texts(1)[0]).toBe('Again')
    expect(texts(0).filter((text) => text === 'Again')).toEqual([])
  })

  test.each([
    { kind: 'timeout-after-write' },
    { kind: 'timeout-before-write' },
    { kind: 'reset-after-write' },
    { kind: 'reset-before-write' },
    { kind: 'status', status: 502, afterWrite: true },
    { kind: 'status', status: 500 },
  ] as const)('a message without an answer stands in the task once: %j', async (fault) => {
    await start()
    const anna = await chatOf()
    anna.says('OK')
    await world.quiet()
    world.planfix.server.faults.add({ ...fault, path: '/webchat/api', bodyHas: 'newMessage', times: 1 })
    anna.says('OK')
    await world.quiet()
    anna.says('bye')
    await world.quiet()
    expect(texts().filter((text) => text === 'OK')).toHaveLength(2)
    expect(texts().filter((text) => text === 'bye')).toHaveLength(1)
    await caughtUp()
    expect(anna.sees()).toEqual([])
  })

  test.each(['timeout-after-write', 'reset-before-write'] as const)(
    'the first message without an answer begins one task: %s',
    async (kind) => {
      await start()
      world.planfix.server.faults.add({ kind, path: '/webchat/api', bodyHas: 'newMessage', times: 1 })
      await chatOf()
      expect(world.planfix.tasks).toHaveLength(1)
      expect(texts().filter((text) => text === 'Hello')).toHaveLength(1)
    },
  )

  test('an agent of Chatra stands in the task, and the client gets nothing back', async () => {
    await start(
      {
        chatra: {
          agents: [
            { id: 'juliaAgent0000001', name: 'Julia', email: 'julia@shop.example' },
            { id: 'strangerAgent0001', name: 'Oleg', email: 'oleg@elsewhere.example' },
          ],
        },
        connection: { employees: SHOP_EMPLOYEES },
      },
      { 'webchat-echo-callback': 'yes' },
    )
    const anna = await chatOf()
    world.chatra.agentSays(anna.clientId, 'juliaAgent0000001', 'a1: by e-mail')
    world.chatra.agentSays(anna.clientId, 'strangerAgent0001', 'a2: nobody')
    await world.quiet()
    await caughtUp()
    const feed = world.feed(world.task().id)
    expect(feed).toContainEqual({ owner: 'user:6', text: 'a1: by e-mail' })
    expect(feed.map(({ text }) => text)).toContain('Oleg (Chatra): a2: nobody')
    expect(anna.sees()).toEqual(['a1: by e-mail', 'a2: nobody'])
  })

  test('a wrong token stops the messages with a clear word, and REST goes on', async () => {
    await start()
    world.planfix.chats.token = 'another-token-of-planfix'
    const anna = world.chatra.visit({ name: 'Anna' })
    anna.says('Hello')
    await world.until(
      'the word',
      () =>
        world.complaints.some((line) => line.includes('wrong-chat-token')) ||
        world.app.connections.get('shop')?.planfixBreaker.state.state === 'paused',
    )
    expect(world.app.connections.get('shop')?.planfixBreaker.state).toMatchObject({
      code: 'wrong-chat-token',
    })
    world.planfix.chats.token = 'planfix-simulator-chat-token'
    await world.until('a task', () => world.planfix.tasks[0])
    await world.quiet()
    expect(texts().filter((text) => text === 'Hello')).toHaveLength(1)
  })
})

describe('from Planfix to the client', () => {
  const POSITIONS: Record<string, string>[] = [
    {},
    { 'webchat-message-is-comment-id': 'no' },
    { 'webchat-message-id': 'absent' },
    { 'webchat-delivery-twice': 'on' },
    { 'webchat-delivery-twice': 'on', 'webchat-message-id': 'absent' },
    { 'webchat-user-ico': 'plain-url' },
    { 'webchat-user-ico': 'empty' },
    { 'webchat-text': 'html' },
    { 'webchat-reply-check': 'strict', 'webchat-reply': 'json-ids' },
    { 'webchat-data-shape': 'object' },
    { 'webchat-data-shape': 'bare' },
    { 'webchat-newline': 'kept' },
    { 'webchat-title': 'first-only' },
  ]
  test.each(POSITIONS)('each reply arrives once, whatever Planfix does: %j', async (switches) => {
    await start({}, switches)
    const anna = await chatOf()
    const said = [
      '<p>It left <b>today</b>.</p><p>Bye</p>',
      '<p>See <a href="https://shop.example/a">here</a></p>',
      '<p>OK</p>',
      '<p>OK</p>',
    ]
    for (const html of said) {
      world.planfix.employeeComments(world.task().id, 5, html)
      await world.pass(2 * MINUTES)
    }
    anna.says('Thanks')
    await world.quiet()
    await caughtUp()
    expect(anna.sees()).toHaveLength(4)
    expect(anna.sees()[0]).toMatch(/It left today\.\s+Bye/)
    expect(anna.sees()[1]).toContain('https://shop.example/a')
    expect(anna.sees().slice(2)).toEqual(['OK', 'OK'])
  })

  test('a call that never came, or came late, makes a reply late and not double', async () => {
    await start()
    const anna = await chatOf()
    world.planfix.chats.addCallbackFault({ kind: 'drop', times: 1 })
    world.planfix.employeeComments(world.task().id, 5, '<p>dropped</p>')
    world.planfix.employeeComments(world.task().id, 5, '<p>OK</p>')
    await world.until('the second', () => anna.sees().includes('OK'))
    world.planfix.chats.addCallbackFault({ kind: 'delay', ms: 8 * MINUTES, times: 1 })
    world.planfix.employeeComments(world.task().id, 6, '<p>late</p>')
    await caughtUp()
    await caughtUp()
    expect(anna.sees().toSorted()).toEqual(['OK', 'dropped', 'late'])
  })

  test('a reply that only the feed brings goes to the device whose message stands last before it', async () => {
    await start()
    const phone = await chatOf('Anna', { email: 'anna@example.com' })
    const laptop = world.chatra.visit({ name: 'Anna', email: 'anna@example.com' })
    laptop.says('From my laptop')
    await world.quiet()
    phone.says('From my phone')
    await world.quiet()
    world.planfix.chats.addCallbackFault({ kind: 'drop', times: 1 })
    world.planfix.employeeComments(world.task().id, 5, '<p>To the phone</p>')
    await world.pass(1000)
    laptop.says('From my laptop again')
    await caughtUp()
    expect(world.planfix.tasks).toHaveLength(1)
    expect(phone.sees()).toEqual(['To the phone'])
    expect(laptop.sees()).toEqual([])
  })

  test('an edit and a deletion follow, whichever announcement came first', async () => {
    await start()
    const anna = await chatOf()
    const one = world.planfix.employeeComments(world.task().id, 5, '<p>Tomorow</p>')
    const two = world.planfix.employeeComments(world.task().id, 5, '<p>Never mind</p>')
    await world.until('both', () => anna.sees().length === 2)
    world.planfix.editsComment(one.id, '<p>Tomorrow</p>')
    world.planfix.deletesComment(two.id)
    await caughtUp()
    expect(anna.sees()).toEqual(['Tomorrow'])
  })

  test.each<Record<string, string>>([
    { 'webchat-message-is-comment-id': 'no' },
    { 'webchat-message-id': 'absent' },
  ])('a reply whose comment was deleted before it could be read leaves the chat: %j', async (switches) => {
    await start({}, switches)
    const anna = await chatOf()
    const kept = world.planfix.employeeComments(world.task().id, 5, '<p>Never mind</p>')
    world.planfix.server.faults.add({ kind: 'status', status: 503, path: '/comments/list' })
    const gone = world.planfix.employeeComments(world.task().id, 5, '<p>Wrong chat</p>')
    await world.until('both', () => anna.sees().length === 2)
    world.planfix.deletesComment(gone.id)
    await world.pass(3 * MINUTES)
    expect(anna.sees()).toEqual(['Never mind', 'Wrong chat'])
    world.planfix.server.faults.clear()
    await caughtUp()
    expect(anna.sees()).toEqual(['Never mind'])
    world.planfix.editsComment(kept.id, '<p>Kept</p>')
    await caughtUp()
    expect(anna.sees()).toEqual(['Kept'])
  })

  test('a reply that comes before its task is known follows its comment: it is deleted', async () => {
    await start()
    const anna = await chatOf()
    world.planfix.employeeComments(world.task().id, 5, '<p>Good morning</p>')
    await world.until('the reply', () => anna.sees().length > 0)
    await caughtUp()
    const faults = { kind: 'status', status: 502, afterWrite: true, path: '/webchat/api', times: 1 } as const
    world.planfix.server.faults.add({ ...faults, bodyHas: 'newMessage' })
    const boris = world.chatra.visit({ name: 'Boris' })
    boris.says('Hello')
    await world.until('his task', () => world.planfix.tasks[1])
    const reply = world.planfix.employeeComments(world.task(1).id, 5, '<p>Wrong chat</p>')
    await world.until('the reply', () => boris.sees().length > 0)
    world.planfix.deletesComment(reply.id)
    await caughtUp()
    expect(boris.sees()).toEqual([])
    expect(world.planfix.tasks).toHaveLength(2)
  })

  test('a reply that waits for Chatra, and whose comment is deleted before it could be read, is not sent', async () => {
    await start({}, { 'webchat-message-is-comment-id': 'no' })
    const anna = await chatOf()
    world.planfix.server.faults.add({ kind: 'status', status: 503, path: '/comments/list' })
    world.chatra.server.faults.add({ kind: 'status', status: 429, path: '/messages' })
    const gone = world.planfix.employeeComments(world.task().id, 5, '<p>Wrong chat</p>')
    await world.pass(MINUTES)
    world.planfix.deletesComment(gone.id)
    await world.pass(MINUTES)
    world.chatra.server.faults.clear()
    await world.pass(MINUTES)
    world.planfix.server.faults.clear()
    await caughtUp()
    expect(anna.sees()).toEqual([])
    expect((await world.log()).map(({ reason }) => reason)).toContain('deleted-before-sent')
  })

  test.each<Record<string, string>>([{}, { 'webchat-message-is-comment-id': 'no' }])(
    'a call that Planfix repeats after the bridge was away is not sent when its comment is gone by then: %j',
    async (switches) => {
      await start({}, { ...switches, 'webchat-delivery-retry': 'on-failure' })
      const anna = await chatOf()
      world.planfix.employeeComments(world.task().id, 5, '<p>Hello</p>')
      await world.until('the first reply', () => anna.sees().length > 0)
      await world.restart(async () => {
        const gone = world.planfix.employeeComments(world.task().id, 5, '<p>Wrong chat</p>')
        await world.pass(5000)
        world.planfix.deletesComment(gone.id)
        await world.pass(5000)
      })
      const shown = new Set<string>()
      for (let n = 0; n < 40; n++) {
        for (const text of anna.sees()) shown.add(text)
        await world.pass(5000)
      }
      await caughtUp()
      expect([...shown]).toEqual(['Hello'])
      expect(anna.sees()).toEqual(['Hello'])
    },
  )

  test('a message that begins a task because the one before was just completed makes it known', async () => {
    await start()
    const anna = await chatOf()
    await secondTask(anna, 5000)
    expect(texts(1).join('\n')).toContain('Chisinau')
    world.planfix.chats.addCallbackFault({ kind: 'drop', times: 1 })
    world.planfix.employeeComments(world.task(1).id, 5, '<p>Lost</p>')
    await caughtUp()
    expect(anna.sees()).toEqual(['Lost'])
    expect(texts(1).filter((text) => text === 'one more question')).toHaveLength(1)
    expect(world.planfix.tasks).toHaveLength(2)
  })

  test('a lost call in a task that the store does not know is found when the client writes again', async () => {
    await start()
    const anna = await chatOf()
    await secondTask(anna)
    world.planfix.chats.addCallbackFault({ kind: 'drop', times: 1 })
    world.planfix.employeeComments(world.task(1).id, 5, '<p>Lost</p>')
    await world.pass(2 * MINUTES)
    anna.says('Hello?')
    await world.until('the answer', () => anna.sees().length > 0)
    await caughtUp()
    expect(anna.sees()).toEqual(['Lost'])
    expect(texts(1).filter((text) => text === 'one more question')).toHaveLength(1)
  })

  test('what was answered before this store knew the chat is not sent when its first reply waits', async () => {
    await start({}, { 'webchat-message-is-comment-id': 'no' })
    const anna = await chatOf()
    world.planfix.employeeComments(world.task().id, 5, '<p>Before</p>')
    await world.until('the answer', () => anna.sees().length > 0)
    await world.pass(2 * MINUTES)
    await world.restart(() => emptyFolder(world.dataDir))
    anna.says('Hello again')
    await world.until('the message', () => texts().includes('Hello again'))
    await world.quiet()
    world.planfix.server.faults.add({ kind: 'status', status: 503, path: '/comments/list' })
    world.chatra.server.faults.add({ kind: 'status', status: 429, path: '/messages' })
    world.planfix.employeeComments(world.task().id, 5, '<p>After</p>')
    await world.pass(2 * MINUTES)
    world.planfix.server.faults.clear()
    world.chatra.server.faults.clear()
    await caughtUp()
    expect(world.planfix.tasks).toHaveLength(1)
    expect(anna.sees()).toEqual(['Before', 'After'])
  })

  test('a message that Planfix put into a new task makes that task known when it is answered', async () => {
    await start({}, { 'webchat-message-is-comment-id': 'no' })
    const anna = await chatOf()
    // An answer whose call is lost: the next one may be its late call, and is read in the task.
    world.planfix.chats.addCallbackFault({ kind: 'drop', times: 1 })
    world.planfix.employeeComments(world.task().id, 5, '<p>First</p>')
    await world.app.settled()
    await caughtUp()
    expect(anna.sees()).toEqual(['First'])
    // The bridge has just asked, and takes the completed task for the chat's present one.
    await secondTask(anna)
    const answer = world.planfix.employeeComments(world.task(1).id, 5, '<p>Second</p>')
    await world.until('the answer', () => anna.sees().includes('Second'))
    await caughtUp()
    world.planfix.editsComment(answer.id, '<p>Second, better</p>')
    await caughtUp()
    expect(anna.sees()).toEqual(['First', 'Second, better'])
  })

  test('an edit follows although the client’s card was merged into another one since the last poll', async () => {
    await start({}, { 'webchat-message-is-comment-id': 'no' })
    const anna = await chatOf()
    const { id, counterparty } = world.task()
    const reply = world.planfix.employeeComments(id, 5, '<p>Tomorow</p>')
    await world.until('the reply', () => anna.sees().length > 0)
    await caughtUp()
    const other = world.planfix.createsContact({ name: 'Anna Popa' })
    world.planfix.mergesContacts(Number(counterparty?.slice('contact:'.length)), other.id)
    world.planfix.editsComment(reply.id, '<p>Tomorrow</p>')
    // Its call has the task read before the next poll.
    world.planfix.employeeComments(id, 5, '<p>Good morning</p>')
    await caughtUp()
    expect(anna.sees()).toEqual(['Tomorrow', 'Good morning'])
  })

  test('what is internal stays inside', async () => {
    await start()
    const anna = await chatOf()
    world.planfix.employeeComments(world.task().id, 5, '<p>Difficult client</p>', { recipients: ['user:6'] })
    world.planfix.employeeComments(world.task().id, 5, '<p>Hidden too</p>', { hidden: true })
    await caughtUp()
    expect(anna.sees()).toEqual([])
  })

  test('a tick says that it arrived, and an error why not', async () => {
    await start({
      connection: { employees: [{ ...SHOP_EMPLOYEES[0] }, { ...SHOP_EMPLOYEES[1], allowed: false }] },
    })
    const anna = await chatOf()
    const good = world.planfix.employeeComments(world.task().id, 5, '<p>Good morning</p>')
    const bad = world.planfix.employeeComments(world.task().id, 6, '<p>Not allowed</p>')
    await ticked(good.id)
    await ticked(bad.id)
    expect(tickOf(good.id)).toMatchObject({ status: 'sent' })
    expect(tickOf(bad.id)?.status).toBe('error')
    expect(tickOf(bad.id)?.text).toContain('is not allowed to reply to clients')
    await caughtUp()
    expect(anna.sees()).toEqual(['Good morning'])
  })

  test('the log says how the author became known', async () => {
    await start({ connection: { employees: SHOP_EMPLOYEES } }, { 'webchat-user-ico': 'empty' })
    const anna = await chatOf()
    world.planfix.employeeComments(world.task().id, 5, '<p>Good morning</p>')
    await world.until('the reply', () => anna.sees().length > 0)
    expect((await world.log()).map(({ reason }) => reason)).toContain('author-by-name')
  })

  test('a reply while the bridge was away is found at its start', async () => {
    await start()
    const anna = await chatOf()
    await world.restart(async () => {
      world.planfix.employeeComments(world.task().id, 5, '<p>Where are you?</p>')
      await world.pass(MINUTES)
    })
    await world.until('the reply', () => anna.sees().length > 0)
    await caughtUp()
    expect(anna.sees()).toEqual(['Where are you?'])
  })
})
