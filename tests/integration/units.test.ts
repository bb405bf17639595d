import { afterEach, describe, expect, test } from 'vitest'
import type { Sharing } from '../../src/main/runtime/units/deps.ts'
import { storeUnavailable } from '../../src/main/store/errors.ts'
import type { ApplicationStore } from '../../src/main/store/index.ts'
import { chatMarks } from '../support/planfix-scenes.ts'
import { Shops, type ShopsOptions } from '../support/shops.ts'

let shops: Shops
afterEach(async () => {
  await shops.stop()
  expect(shops.bugs).toEqual([])
  for (const { planfix } of shops.all) expect(planfix.violations).toEqual([])
})

async function start(options: ShopsOptions) {
  shops = await Shops.start(options)
  return shops.all
}
/** Refuses commits as the store does when this host has lost the unit. */
const fencedStore = (store: ApplicationStore, isFenced: () => boolean): ApplicationStore =>
  new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      if ((name === 'commit' || name === 'stage') && isFenced())
        return () => Promise.reject(storeUnavailable('lease'))
      return value.bind(target) as unknown
    },
  })

const changed = { name: 'other.example' }
const numbered = (letter: string, count: number) => Array.from({ length: count }, (_, n) => `#${letter}${n}`)

/** A client of this shop whose first message is in Planfix; `says` waits for nothing. */
async function client(shop: Shops['all'][number], name: string, letter: string) {
  const visitor = shop.chatra.visit({ name })
  const marks = () => shops.feedMarks(shop, name).filter((mark) => mark[1] === letter)
  let count = 0
  const scene = {
    visitor,
    marks,
    /** The mark of what is said next. */
    next: () => `#${letter}${count}`,
    says: () => void visitor.says(`#${letter}${count++}`),
    task: () => shop.planfix.tasks.find((task) => task.name === `${name} (Chatra)`)!.id,
    answered: () => chatMarks(visitor).filter((mark) => mark[1] === 'r'),
    arrived: () => shops.until(`all of ${name}`, () => marks().length >= count),
  }
  scene.says()
  await scene.arrived()
  return scene
}

/** The next comment of this client's shop is under way for so many milliseconds. */
async function callUnderWay(
  shop: Shops['all'][number],
  anna: Awaited<ReturnType<typeof client>>,
  ms: number,
) {
  shops.slowComment(shop, anna.next(), ms)
  anna.says()
  await shops.until('a call under way', () => shops.isWriting(shop))
}

describe('a change of the configuration', () => {
  test('a shop of another account is added and works while a call of the first one is under way', async () => {
    const [first, second] = await start({ accounts: [0, 1], served: 1 })
    const anna = await client(first!, 'Anna', 'a')
    const live = shops.app.connections.get('shop0')
    await callUnderWay(first!, anna, 4000)
    await shops.app.reconfigure(shops.configured(shops.all))
    expect(shops.app.connections.get('shop0')).toBe(live)
    const boris = await client(second!, 'Boris', 'b')
    const clara = await client(first!, 'Clara', 'c')
    expect(await shops.isWriting(first!), 'the call is still under way').toBe(true)
    expect(boris.marks()).toEqual(['#b0'])
    expect(clara.marks()).toEqual(['#c0'])
    await anna.arrived()
    expect(anna.marks()).toEqual(['#a0', '#a1'])
  })

  test('a shop is removed while a call of another one is under way, and its own last call ends', async () => {
    const [first, second] = await start({ accounts: [0, 1] })
    const anna = await client(first!, 'Anna', 'a')
    const boris = await client(second!, 'Boris', 'b')
    await callUnderWay(first!, anna, 6000)
    await callUnderWay(second!, boris, 1000)
    const removed = shops.app.reconfigure(shops.configured([first!]))
    await shops.until('the removal is in use', () => shops.app.connections.size === 1)
    const clara = await client(first!, 'Clara', 'c')
    await removed
    expect(boris.marks(), 'the change is over when the last call is').toEqual(['#b0', '#b1'])
    expect(await shops.isWriting(first!), 'the other call is still under way').toBe(true)
    await anna.arrived()
    expect([anna.marks(), clara.marks()]).toEqual([['#a0', '#a1'], ['#c0']])
    await shops.app.reconfigure(shops.configured(shops.all))
    boris.says()
    await boris.arrived()
    expect(boris.marks()).toEqual(numbered('b', 3))
  })

  test('a shop that is removed and added again at once waits for its own call alone', async () => {
    const [first, second] = await start({ accounts: [0, 1] })
    const anna = await client(first!, 'Anna', 'a')
    await callUnderWay(first!, anna, 3000)
    const changes = [
      shops.app.reconfigure(shops.configured([second!])),
      shops.app.reconfigure(shops.configured(shops.all)),
      shops.app.reconfigure(shops.configured(shops.all, ({ id }) => (id === 'shop1' ? changed : {}))),
    ]
    await changes[2]
    anna.says()
    const boris = await client(second!, 'Boris', 'b')
    expect(await shops.isWriting(first!), 'the call is still under way').toBe(true)
    expect(boris.marks()).toEqual(['#b0'])
    await Promise.all(changes)
    await anna.arrived()
    expect(anna.marks()).toEqual(['#a0', '#a1', '#a2'])
  })

  test('connections of one account are replaced together, and keep what they share', async () => {
    const [first, second] = await start({ accounts: [0, 0] })
    const anna = await client(first!, 'Anna', 'a')
    const boris = await client(second!, 'Boris', 'b')
    const { account } = shops.app.connections.get('shop0')!
    await callUnderWay(first!, anna, 400)
    await shops.app.reconfigure(shops.configured(shops.all, ({ id }) => (id === 'shop1' ? changed : {})))
    expect(await shops.isWriting(first!), 'the change waits for the call').toBe(false)
    expect([...shops.app.connections.values()].map((one) => one.account)).toEqual([account, account])
    anna.says()
    boris.says()
    await Promise.all([anna.arrived(), boris.arrived()])
    expect([anna.marks(), boris.marks()]).toEqual([numbered('a', 3), numbered('b', 2)])
  })
})

describe('units of several hosts', () => {
  const sharing = (carried: string[] = []): Sharing => ({
    carried,
    storeFor: (_unit, store) => store,
    mayWrite: () => true,
  })

  test('a host carries the units that it gains, and nothing of a unit begins once it is lost', async () => {
    const [first, second] = await start({ accounts: [0, 1], sharing: sharing() })
    expect(shops.app.connections.size).toBe(0)
    await shops.app.gain(first!.unit)
    const anna = await client(first!, 'Anna', 'a')
    const boris = second!.chatra.visit({ name: 'Boris' })
    boris.says('#b0')
    await callUnderWay(first!, anna, 500)
    const lost = shops.app.lose(first!.unit)
    expect(shops.app.connections.size).toBe(0)
    anna.says()
    await second!.chatra.flush()
    await shops.app.gain(second!.unit)
    await shops.until('the unit that was gained', () => shops.feedMarks(second!, 'Boris').length === 1)
    expect(anna.marks(), 'the call under way has not ended').toEqual(['#a0'])
    await lost
    expect(anna.marks(), 'and what came later waits').toEqual(['#a0', '#a1'])
    const before = first!.planfix.server.requests.length
    await new Promise<void>((resolve) => void shops.clock.after(5000, resolve))
    expect(first!.planfix.server.requests.length).toBe(before)
    await shops.app.gain(first!.unit)
    await anna.arrived()
    expect(anna.marks()).toEqual(numbered('a', 3))
  })

  test('connections of one account are lost and gained together', async () => {
    const [first] = await start({ accounts: [0, 0, 1], sharing: sharing() })
    for (const unit of new Set(shops.all.map((shop) => shop.unit))) await shops.app.gain(unit)
    expect([...shops.app.connections.keys()]).toEqual(['shop0', 'shop1', 'shop2'])
    const used = () => shops.app.connections.get('shop1')!.planfix.quota().usedToday
    const before = used()
    await shops.app.lose(first!.unit)
    expect([...shops.app.connections.keys()]).toEqual(['shop2'])
    await shops.app.gain(first!.unit)
    expect([...shops.app.connections.keys()]).toEqual(['shop0', 'shop1', 'shop2'])
    expect(used(), 'the count of the day went with it').toBeGreaterThanOrEqual(before)
  })

  test('a unit writes through its own store alone, and is asked itself whether it may', async () => {
    const fenced = new Set<string>()
    const forbidden = new Set<string>()
    const [first, second] = await start({
      accounts: [0, 1],
      sharing: {
        carried: [],
        storeFor: (unit, store) => fencedStore(store, () => fenced.has(unit)),
        mayWrite: (unit) => !forbidden.has(unit),
      },
    })
    await Promise.all(shops.all.map(({ unit }) => shops.app.gain(unit)))
    const anna = await client(first!, 'Anna', 'a')
    const boris = await client(second!, 'Boris', 'b')
    for (const gate of [fenced, forbidden]) {
      gate.add(first!.unit)
      const before = anna.marks()
      // A note of an earlier job may still be on its way.
      const mark = anna.next()
      const writes = () =>
        first!.planfix.server.requests.filter(({ body }) => (JSON.stringify(body) ?? '').includes(mark))
          .length
      const written = writes()
      anna.says()
      boris.says()
      await boris.arrived()
      await first!.chatra.flush()
      await new Promise<void>((resolve) => void shops.clock.after(2000, resolve))
      expect([anna.marks(), writes()]).toEqual([before, written])
      gate.clear()
      await anna.arrived()
    }
    expect([anna.marks(), boris.marks()]).toEqual([numbered('a', 3), numbered('b', 3)])
    shops.bugs.length = 0
  })

  test('a unit whose secrets cannot be read is not carried, and others are', async () => {
    const [first, second] = await start({
      accounts: [0, 1],
      sharing: sharing(),
      secrets: {
        get: async (id, name) => {
          if (id === 'shop0') throw new Error('the secrets cannot be read')
          return shops.secret(id, name)
        },
        whereToPut: (_id, name) => name,
      },
    })
    const [refused] = await Promise.allSettled([shops.app.gain(first!.unit), shops.app.gain(second!.unit)])
    expect(refused).toMatchObject({ status: 'rejected', reason: { message: 'the secrets cannot be read' } })
    expect([...shops.app.connections.keys()]).toEqual(['shop1'])
    await client(second!, 'Boris', 'b')
  })

  test('a unit is lost and gained while messages flow both ways: each message arrives once, in order', async () => {
    const [first, second] = await start({ accounts: [0, 1], sharing: sharing() })
    await Promise.all(shops.all.map(({ unit }) => shops.app.gain(unit)))
    const anna = await client(first!, 'Anna', 'a')
    const boris = await client(second!, 'Boris', 'b')
    const count = 40
    for (let n = 0; n < count; n++) {
      anna.says()
      boris.says()
      first!.planfix.employeeComments(anna.task(), 5, `<p>#r${n}</p>`)
      if (n % 3 === 0) void shops.app.lose(first!.unit)
      if (n % 3 === 1) void shops.app.gain(first!.unit)
      if (n % 10 === 4) void shops.app.reconfigure(shops.configured(shops.all, () => ({ name: `name-${n}` })))
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    await shops.app.gain(first!.unit)
    await Promise.all([anna.arrived(), boris.arrived()])
    await shops.until('every reply', () => anna.answered().length >= count)
    await new Promise<void>((resolve) => void shops.clock.after(10_000, resolve))
    expect([anna.marks(), boris.marks()]).toEqual([numbered('a', count + 1), numbered('b', count + 1)])
    expect(anna.answered()).toEqual(numbered('r', count))
    const uncertain = (await shops.app.store.logPage({ limit: 10_000 })).filter(
      ({ state }) => state === 'uncertain' || state === 'failed',
    )
    expect(uncertain).toEqual([])
  })
})
