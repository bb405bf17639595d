import { afterEach, describe, expect, test } from 'vitest'
import { withOpenTasks } from '../bench/day/open-tasks.ts'
import { playDay } from '../bench/day/play.ts'
import { DayWorld, type DayWorldOptions } from '../bench/day/world.ts'
import { quantile } from '../bench/measure.ts'

/** Nine in the morning in the account's zone. */
const MORNING = Date.UTC(2026, 0, 5, 7, 0, 7)
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

let world: DayWorld
afterEach(() => world.stop())

const start = async (
  options: Partial<DayWorldOptions> = {},
  prepare?: (world: DayWorld) => Promise<void>,
) => {
  world = await DayWorld.start({ start: MORNING, ...options }, prepare)
  return world
}
const pass = (ms: number) => world.clock.runUntil(world.clock.now() + ms)
async function begun(name = 'Anna', n = 0) {
  const visitor = world.chatras[n]!.visit({ name })
  visitor.says('Hello')
  await pass(20_000)
  const task = world.planfix.tasks.findLast((one) => one.name === `${name} (Chatra)`)!
  return { visitor, task }
}
const events = async () => (await world.store.events(0, 100)).map(({ key }) => key)
const paths = (from: number) => world.planfix.server.requests.slice(from).map(({ path }) => path)

describe('a reply is noticed', () => {
  test('a reply in a task without activity for more than a year is noticed', async () => {
    await start({}, async (one) => {
      await withOpenTasks(one, 1, 400 * DAY)
    })
    const [task] = world.planfix.tasks
    await pass(HOUR)
    world.planfix.employeeComments(task!.id, 5, '<p>It is there!</p>')
    await pass(5 * MINUTE)
    const messages = await world.store.messagesOfTask('shop1', task!.id, 0)
    expect(messages.map(({ text }) => text)).toEqual(['It is there!'])
  })

  test('a reply after a quiet hour is noticed soon, once the bridge has created a task', async () => {
    await start()
    await pass(3 * HOUR)
    const { visitor, task } = await begun()
    world.planfix.employeeComments(task.id, 5, '<p>Good day</p>')
    await pass(15_000)
    expect(visitor.sees()).toEqual(['Good day'])
  })

  test.each(['400-code41', 'ignored'] as const)(
    'a reply is noticed where the account refuses the list of changes (%s)',
    async (position) => {
      await start({ planfix: { switches: { 'changed-filter': position } } }, (one) => withOpenTasks(one, 130))
      await pass(10 * MINUTE)
      const { visitor, task } = await begun()
      await pass(3 * MINUTE)
      world.planfix.employeeComments(task.id, 5, '<p>One</p>')
      await pass(MINUTE)
      const old = world.planfix.tasks[3]!
      world.planfix.employeeComments(old.id, 5, '<p>Two</p>')
      await pass(MINUTE)
      expect(visitor.sees()).toEqual(['One'])
      expect(await world.store.messagesOfTask('shop1', old.id, 0)).toHaveLength(1)
      const refused = world.planfix.server.requests.filter(({ body }) =>
        JSON.stringify(body ?? '').includes('"type":79'),
      )
      expect(refused.length).toBeLessThanOrEqual(2)
    },
  )

  test.each(['utc', 'account-zone', 'with-dateTimeUtcSeconds'] as const)(
    'a reply is noticed with any time format (%s), also at the turn of a day',
    async (position) => {
      const switches = { 'datetime-zone': position }
      await start({ start: Date.UTC(2026, 0, 5, 20, 57), planfix: { switches, zoneOffsetMinutes: 180 } })
      const { visitor, task } = await begun()
      for (let n = 1; n <= 8; n++) {
        world.planfix.employeeComments(task.id, 5, `<p>${n}</p>`)
        await pass(47_000)
      }
      await pass(2 * MINUTE)
      expect(visitor.sees()).toEqual(['1', '2', '3', '4', '5', '6', '7', '8'])
    },
  )

  test('a reply is noticed after two thousand comments sorted oldest first', async () => {
    await start({ planfix: { switches: { 'result-order': 'ignored' } } })
    const { visitor, task } = await begun()
    await pass(3 * MINUTE)
    for (let n = 0; n < 2150; n++) {
      world.planfix.employeeComments(task.id, 5, `<p>note ${n}</p>`, { recipients: ['user:6'] })
    }
    await pass(3 * MINUTE)
    world.planfix.employeeComments(task.id, 5, '<p>Answer</p>')
    await pass(2 * MINUTE)
    expect(visitor.sees()).toEqual(['Answer'])
    const before = world.calls().feeds
    world.planfix.employeeComments(task.id, 5, '<p>Another</p>')
    await pass(2 * MINUTE)
    expect(visitor.sees()).toEqual(['Answer', 'Another'])
    expect(world.calls().feeds - before, 'read from near the end').toBeLessThan(30)
  })
})

describe('numbers of comments', () => {
  test.each(['id-at-sending', 'id-at-writing'] as const)(
    'a comment sent later arrives (%s)',
    async (position) => {
      await start({ planfix: { switches: { 'delayed-comment': position } } })
      const { visitor, task } = await begun()
      const send = world.planfix.employeeWillComment(task.id, 5, '<p>Later</p>')
      world.planfix.employeeComments(task.id, 5, '<p>First</p>')
      await pass(3 * MINUTE)
      send()
      await pass(2 * MINUTE)
      expect(visitor.sees()).toEqual(['First', 'Later'])
    },
  )

  test.each(['old-ids', 'new-ids'] as const)(
    'a comment moved here from another task is not sent, and the owner is notified (%s)',
    async (position) => {
      await start({ planfix: { switches: { 'moved-comment': position } } })
      const one = await begun('Anna')
      world.planfix.employeeComments(one.task.id, 5, '<p>For Anna</p>')
      world.planfix.employeeComments(one.task.id, 5, '<p>Internal</p>', { recipients: ['user:6'] })
      await pass(2 * DAY)
      const other = await begun('Boris')
      world.planfix.employeeComments(other.task.id, 5, '<p>For Boris</p>')
      await pass(MINUTE)
      world.planfix.mergesTasks(one.task.id, other.task.id)
      await pass(5 * MINUTE)
      expect(other.visitor.sees()).toEqual(['For Boris'])
      expect(await events()).toContain('event.comment-moved')
    },
  )

  test('a deleted reply is not requested again', async () => {
    await start()
    const { visitor, task } = await begun()
    const replies = [1, 2, 3].map((n) => world.planfix.employeeComments(task.id, 5, `<p>${n}</p>`))
    await pass(2 * MINUTE)
    for (const { id } of replies) world.planfix.deletesComment(id)
    await pass(2 * MINUTE)
    expect(visitor.sees()).toEqual([])
    const before = world.planfix.server.requests.length
    for (let n = 0; n < 5; n++) {
      visitor.says(`More ${n}`)
      await pass(MINUTE)
    }
    expect(paths(before).filter((path) => path.includes('/comment/'))).toEqual([])
  })

  test('a comment deleted before the first read arrives when it is restored', async () => {
    await start()
    const { visitor, task } = await begun()
    const reply = world.planfix.employeeComments(task.id, 5, '<p>Oh</p>')
    world.planfix.deletesComment(reply.id)
    await pass(2 * MINUTE)
    world.planfix.restoresComment(reply.id)
    await pass(2 * MINUTE)
    expect(visitor.sees()).toEqual(['Oh'])
  })
})

test('a conversation follows a task assigned to another card, and its replies go out', async () => {
  await start()
  const { visitor, task } = await begun()
  const card = world.planfix.createsContact({ name: 'The customer' })
  world.planfix.givesTaskTo(task.id, card.id)
  await pass(30_000)
  world.planfix.employeeComments(task.id, 5, '<p>Good day</p>')
  await pass(MINUTE)
  expect(visitor.sees()).toEqual(['Good day'])
  expect(await events()).toContain('event.task-given')
})

describe('one account, several connections', () => {
  test('connections of one account share rate and poll, and each reply has its own chat', async () => {
    await start({ connections: 3 })
    const all = [await begun('A', 0), await begun('B', 1), await begun('C', 2)]
    const before = world.planfix.server.requests.length
    await pass(10 * MINUTE)
    const times = world.planfix.server.requests.map(({ time }) => time)
    const seconds = new Map<number, number>()
    for (const time of times) {
      const second = Math.floor(time / 1000)
      seconds.set(second, (seconds.get(second) ?? 0) + 1)
    }
    expect(Math.max(...seconds.values())).toBeLessThanOrEqual(2)
    for (let at = 1; at < times.length; at++) expect(times[at]! - times[at - 1]!).toBeGreaterThan(980)
    const lists = paths(before).filter((path) => path.endsWith('/task/list'))
    expect(lists.length).toBeLessThan(80)
    for (const [n, { task }] of all.entries()) world.planfix.employeeComments(task.id, 5, `<p>To ${n}</p>`)
    await pass(MINUTE)
    expect(all.map(({ visitor }) => visitor.sees())).toEqual([['To 0'], ['To 1'], ['To 2']])
  })
})

describe('the requests of a day', () => {
  test('with far too few requests every client message is delivered, and some remain', async () => {
    await start({ planfix: { dailyLimit: 2500 } })
    const figures = await playDay(world, { chats: 60 })
    expect(world.planfix.server.requests.some(({ answered }) => answered === 403)).toBe(false)
    expect(Math.max(...figures.client)).toBeLessThan(30_000)
    expect(figures.doubled).toBe(0)
    const [connection] = [...world.app.connections.values()]
    expect(connection!.account.watcher.plan().reserved).toBe(250)
  }, 120_000)

  test('while only the reserve is left one request in ten minutes shows when there are more again', async () => {
    await start({ planfix: { dailyLimit: 2500 } })
    const { visitor, task } = await begun()
    const { limits } = world.planfix
    limits.dailyLimit = limits.dailyUsed + 200
    // Planfix's number is up to ten minutes old.
    await pass(12 * MINUTE)
    const { account } = [...world.app.connections.values()][0]!
    expect(account.watcher.plan().isReserveOnly).toBe(true)
    const before = world.planfix.server.requests.length
    world.planfix.employeeComments(task.id, 5, '<p>Later</p>')
    await pass(HOUR)
    expect(paths(before).map((path) => path.split('/').slice(-2).join('/'))).toEqual(
      Array.from({ length: 6 }, () => 'task/list'),
    )
    expect(visitor.sees()).toEqual([])
    limits.dailyLimit = limits.dailyUsed + 2500
    await pass(11 * MINUTE)
    expect(visitor.sees()).toEqual(['Later'])
  })

  test('marks with seconds cost fewer readings of comments than marks with minutes', async () => {
    await start()
    const minutes = await playDay(world, { chats: 12 })
    await world.stop()
    await start({ planfix: { switches: { 'datetime-zone': 'with-dateTimeUtcSeconds' } } })
    const seconds = await playDay(world, { chats: 12 })
    expect(seconds.lost).toBe(0)
    expect(seconds.calls.feeds).toBeLessThan(minutes.calls.feeds * 0.8)
  }, 120_000)

  test('the Chat API leaves REST the catch-up, every five minutes, and the upkeep of tasks', async () => {
    await start({ chat: true })
    const figures = await playDay(world, { chats: 12 })
    expect(figures).toMatchObject({ lost: 0, doubled: 0 })
    expect(quantile(figures.reply, 0.95)).toBeLessThan(1000)
    const { lists, rest } = figures.calls
    expect(lists).toBeGreaterThan(270)
    expect(lists).toBeLessThan(310)
    expect(rest - lists).toBeLessThan(100 + 12 * 8)
  }, 120_000)

  test('where polls are rare one that fails is made again within seconds', async () => {
    await start({ chat: true })
    await begun()
    await pass(20 * MINUTE)
    const { requests, faults } = world.planfix.server
    const lists = (from: number) =>
      requests.flatMap(({ path, time }) => (path.endsWith('/task/list') && time >= from ? [time] : []))
    const last = lists(0).at(-1)!
    faults.add({ kind: 'status', status: 500, path: '/task/list$', times: 1 })
    await pass(last + 9 * MINUTE - world.clock.now())
    const [failed, again, ...others] = lists(last + 1)
    expect(failed! - last).toBeGreaterThan(280_000)
    expect(again! - failed!).toBeGreaterThan(9000)
    expect(again! - failed!).toBeLessThan(13_000)
    expect(others).toEqual([])
  })

  test('a poll that failed before the list of changes was refused makes the polls by number no denser', async () => {
    await start({ chat: true })
    await begun()
    await pass(20 * MINUTE)
    const { requests, faults } = world.planfix.server
    faults.add({ kind: 'status', status: 500, path: '/task/list$', times: 1 })
    world.planfix.setSwitch('changed-filter', '400-code41')
    await pass(10 * MINUTE)
    const from = world.clock.now()
    await pass(20 * MINUTE)
    const lists = requests.filter(({ path, time }) => path.endsWith('/task/list') && time >= from)
    expect(lists.length).toBeGreaterThan(0)
    expect(lists.length).toBeLessThan(10)
  })

  test('hints for every reply make polls rare, until the first reply without a hint', async () => {
    await start({ scenario: true })
    const { visitor, task } = await begun()
    for (let n = 1; n <= 12; n++) {
      world.planfix.employeeComments(task.id, 5, `<p>${n}</p>`)
      await pass(20_000)
    }
    const { account } = [...world.app.connections.values()][0]!
    expect(account.watcher.pollEveryMs).toBe(90_000)
    world.planfix.scenarioUrl = undefined
    world.planfix.employeeComments(task.id, 5, '<p>13</p>')
    await pass(3 * MINUTE)
    expect(visitor.sees()).toHaveLength(13)
    expect(account.watcher.pollEveryMs).toBeLessThan(MINUTE)
  })
})
