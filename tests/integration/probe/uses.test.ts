import { afterEach, describe, expect, test } from 'vitest'
import { learnedFrom } from '../../../src/main/diagnostics/probe/learned.ts'
import { probedOf } from '../../../src/main/engine/index.ts'
import { answersOf, probeIn } from '../../support/probe.ts'
import { World, type WorldOptions } from '../../support/world.ts'

let world: World
afterEach(() => world.stop())

async function begin(options: Partial<WorldOptions> = {}): Promise<void> {
  world = await World.start({ virtual: true, ...options })
}
/** The probe, and its answers in the store, as the command line keeps them. */
async function learn(): Promise<void> {
  const connection = world.app.configuration.connections[0]!
  const { store } = world.app
  const probing = await probeIn(world)
  const { id, planfix } = connection
  const about = { connectionId: id, baseUrl: planfix.baseUrl, at: world.clock.now(), version: '1.0.0' }
  await store.commit(learnedFrom(probing, { ...about, before: await probedOf(store, connection) }))
}
const fact = (key: string) => world.app.store.fact('shop', key)
const lists = () =>
  world.planfix.server.requests.filter(
    ({ path, body }) => path.endsWith('/task/list') && JSON.stringify(body).includes('"type":79'),
  ).length

describe('what the probe learned is used', () => {
  test('the facts that the engine learns by and by are there from the first message on', async () => {
    await begin()
    await learn()
    const known = ['seesCommentIds', 'commentIdsHandedBack', 'seesTaskIds', 'assigner', 'tokenUserId']
    expect(await Promise.all(known.map(fact))).toEqual([true, true, true, 'contact', 1])
    world.chatra.visit({ name: 'Anna' }).says('Hello')
    await world.until('the task', () => world.planfix.tasks.length === 2)
    // The client is the assigner at once, without a test of the first task.
    expect(world.task(1).assigner).toMatch(/^contact:/)
    await world.quiet()
    const changes = world.planfix.server.requests.filter(({ path }) =>
      path.endsWith(`/task/${world.task(1).id}`),
    )
    expect(changes.filter(({ method }) => method === 'POST')).toEqual([])
  })

  test('what the account does not do is known too', async () => {
    await begin({
      planfix: {
        switches: {
          'comment-list-source': 'empty',
          'source-read': 'never',
          'assigner-contact': 'becomes-token-user',
        },
      },
    })
    await learn()
    const known = ['seesCommentIds', 'commentIdsHandedBack', 'seesTaskIds', 'assigner']
    expect(await Promise.all(known.map(fact))).toEqual([false, false, false, 'no'])
  })

  test('a list of changes that Planfix refuses is not asked for after the next start', async () => {
    await begin({ planfix: { switches: { 'changed-filter': '400-code41' } } })
    world.chatra.visit({ name: 'Anna' }).says('Hello')
    await world.until('the task', () => world.planfix.tasks.length === 1)
    await learn()
    await world.restart()
    const before = lists()
    world.planfix.employeeComments(world.task().id, 5, '<p>An answer</p>', {
      recipients: [world.task().counterparty ?? ''],
    })
    await world.until('the answer', async () =>
      (await world.messages()).some(({ text, state }) => text === 'An answer' && state === 'delivered'),
    )
    expect(lists()).toBe(before)
  })

  test.each([
    ['is noticed within hours where the probe found that', true],
    ['waits for the next day where nobody knows', false],
  ])('an edit that leaves no mark %s', async (_name, isKnown) => {
    const planfix = { switches: { 'edit-mark': 'unmarked' as const } }
    await begin({ planfix, planfixSettings: { pollSeconds: 600 } })
    const visitor = world.chatra.visit({ name: 'Anna' })
    visitor.says('Hello')
    await world.until('the task', () => world.planfix.tasks.length === 1)
    if (isKnown) await learn()
    const task = world.task()
    const reply = world.planfix.employeeComments(task.id, 5, '<p>At nine</p>', {
      recipients: [task.counterparty ?? ''],
    })
    await world.pass(25 * 60_000)
    expect(visitor.sees()).toEqual(['At nine'])
    world.planfix.editsComment(reply.id, '<p>At ten</p>')
    await world.pass(6.5 * 3_600_000)
    expect(visitor.sees()).toEqual([isKnown ? 'At ten' : 'At nine'])
  })

  test('after a write without an answer the task is looked up by its id, and no other one is taken for it', async () => {
    await begin()
    await learn()
    world.planfix.server.faults.add({
      kind: 'timeout-before-write',
      method: 'POST',
      path: '/task/$',
      times: 1,
    })
    const visitor = world.chatra.visit({ name: 'Anna' })
    visitor.says('Hello')
    await world.until('the delivery', async () =>
      (await world.messages()).some(({ text, state }) => text === 'Hello' && state === 'delivered'),
    )
    expect(world.planfix.tasks.filter(({ name }) => name.startsWith('Anna'))).toHaveLength(1)
  })

  test.each([
    ['yes', 1],
    ['no', 0],
  ] as const)('calls of the Chat API are counted where they count (%s)', async (position, counted) => {
    const switches = { 'webchat-counts-as-rest': position, 'rate-header': 'exact' as const }
    await begin({
      chat: true,
      planfix: { switches, fetchFile: async () => undefined },
      planfixSettings: { pollSeconds: 3600 },
    })
    await learn()
    world.planfix.setSwitch('rate-header', 'absent')
    await world.restart()
    const used = () => world.app.connections.get('shop')!.account.quota.state().usedToday
    const before = { used: used(), ...world.planfix.requestCounts }
    world.chatra.visit({ name: 'Anna' }).says('Hello')
    await world.until('the task', () => world.planfix.tasks.some(({ name }) => name.startsWith('Anna')))
    await world.quiet()
    const { rest, webchat } = world.planfix.requestCounts
    expect(webchat - before.webchat).toBeGreaterThan(1)
    expect(used() - before.used).toBe(rest - before.rest + counted * (webchat - before.webchat))
  })

  test('facts of another account count for nothing', async () => {
    await begin()
    await learn()
    const connection = world.app.configuration.connections[0]!
    expect(await probedOf(world.app.store, connection)).not.toBeNull()
    const other = {
      ...connection,
      planfix: { ...connection.planfix, baseUrl: 'https://other.planfix.com/rest' },
    }
    expect(await probedOf(world.app.store, other)).toBeNull()
  })

  test('a later probe keeps what it cannot ask', async () => {
    await begin()
    await learn()
    world.planfix.scopes.delete('comment_add')
    await learn()
    const known = await probedOf(world.app.store, world.app.configuration.connections[0]!)
    expect(known?.positions).toMatchObject({ newlines: 'dropped', 'rate-header': 'stale-10-min' })
    expect(answersOf((await probeIn(world)).findings).newlines).toBe('(missing-scope)')
  })
})
