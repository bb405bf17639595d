import { describe, expect, test } from 'vitest'
import { type Configuration, parseConfiguration } from '../../src/shared/config.ts'
import { conversationsOf } from '../support/conversations.ts'
import { chatMarks, feedMarks, quiet, withWorld } from '../support/planfix-scenes.ts'
import { shopConnection } from '../support/shop.ts'
import { SECRET, type World } from '../support/world.ts'

const OTHER_SECRET = 'another-hook-secret-0123456789'

type Raw = Record<string, unknown>

/** The world's configuration with its connection changed, and further connections. */
function configured(world: World, change: (shop: Raw) => Raw, ...others: Raw[]): Configuration {
  const shop: Raw = shopConnection(world.chatra, world.planfix, { webhookSecret: SECRET })
  return parsed({ connections: [change(shop), ...others] })
}
function parsed(input: object): Configuration {
  const read = parseConfiguration(input)
  if (!read.ok) throw new Error(read.problems.join('\n'))
  return read.value
}
const same = (shop: Raw): Raw => shop
const planfixOf = (shop: Raw, change: object): Raw => ({
  ...shop,
  planfix: { ...(shop.planfix as object), ...change },
})
/** A second connection to the same Planfix account, with a separate key. */
const second = (world: World): Raw => ({
  id: 'second',
  chatra: { baseUrl: world.chatra.apiUrl, publicKey: 'another-key' },
  planfix: { baseUrl: world.planfix.restUrl, requestsPerSecond: 1000 },
  webhookSecret: OTHER_SECRET,
})
const numbered = (letter: string, count: number) => Array.from({ length: count }, (_, n) => `#${letter}${n}`)
const post = (world: World, path: string) =>
  fetch(`${world.app.hooksUrl}/hooks/${path}`, { method: 'POST', body: '{"task": 1}' })

describe('while messages flow in both directions', () => {
  test('connections are added, changed and removed while each message arrives once and in order', async () => {
    await withWorld({ chatra: { switches: { 'webhook-retry': 'on-non-200' } } }, async (world) => {
      const anna = world.chatra.visit({ name: 'Anna' })
      anna.says('#a0')
      await world.until('a task', () => world.planfix.tasks[0])
      const task = world.task().id
      const count = 40
      const changes: ((n: number) => Configuration)[] = [
        () => configured(world, same, second(world)),
        (n) => configured(world, (shop) => planfixOf(shop, { pollSeconds: 1 + (n % 3) }), second(world)),
        () => configured(world, same),
        () => ({ ...configured(world, same), language: 'ro' }),
      ]
      const reconfigurations: Promise<void>[] = []
      for (let n = 1; n < count; n++) {
        anna.says(`#a${n}`)
        world.planfix.employeeComments(task, 5, `<p>#p${n - 1}</p>`)
        reconfigurations.push(world.app.reconfigure(changes[n % changes.length]!(n)))
        if (n % 4 === 0) await reconfigurations.at(-1)
        else await new Promise((resolve) => setTimeout(resolve, 7))
      }
      await Promise.all(reconfigurations)
      await world.until(
        'every message',
        () => feedMarks(world, 'Anna').filter((mark) => mark[1] === 'a').length >= count,
      )
      await world.until(
        'every reply',
        () => chatMarks(anna).filter((mark) => mark[1] === 'p').length >= count - 1,
      )
      await quiet(world)
      expect(feedMarks(world, 'Anna').filter((mark) => mark[1] === 'a')).toEqual(numbered('a', count))
      expect(chatMarks(anna).filter((mark) => mark[1] === 'p')).toEqual(numbered('p', count - 1))
      expect(world.planfix.tasks).toHaveLength(1)
    })
  })

  test('a change waits for the call under way, whose message arrives once', async () => {
    await withWorld({ speed: 5 }, async (world) => {
      const anna = world.chatra.visit({ name: 'Anna' })
      anna.says('#a0')
      await quiet(world)
      world.planfix.server.faults.add({
        kind: 'latency',
        ms: 400,
        path: '/comments/$',
        method: 'POST',
        times: 1,
      })
      anna.says('#a1')
      await world.until('a call under way', async () => {
        const [conversation] = await conversationsOf(world.app.store, 'shop')
        return conversation?.attempt?.kind === 'comment'
      })
      await world.app.reconfigure(configured(world, (shop) => ({ ...shop, name: 'other.example' })))
      expect(feedMarks(world, 'Anna')).toEqual(['#a0', '#a1'])
      anna.says('#a2')
      await world.until('the next one', () => feedMarks(world, 'Anna').length === 3)
      await quiet(world)
      expect(feedMarks(world, 'Anna')).toEqual(['#a0', '#a1', '#a2'])
    })
  })

  test("a change does not wait for callers that queue for Planfix's one request a second", async () => {
    await withWorld({ requestsPerSecond: 0.5, speed: 1 }, async (world) => {
      for (let n = 0; n < 12; n++) world.chatra.visit({ name: `Client ${n}` }).says(`#a${n}`)
      await world.chatra.flush()
      await world.app.settled()
      const began = performance.now()
      await world.app.reconfigure(configured(world, same))
      expect(performance.now() - began).toBeLessThan(1500)
      await world.until('all of them', () => world.planfix.tasks.length === 12)
      await quiet(world)
      expect(world.planfix.tasks.map((task) => task.name).toSorted()).toEqual(
        Array.from({ length: 12 }, (_, n) => `Client ${n} (Chatra)`).toSorted(),
      )
    })
  })
})

describe('a connection', () => {
  test('an unchanged connection keeps its clients, and unrelated changes interrupt nothing', async () => {
    await withWorld({}, async (world) => {
      const shop = world.app.connections.get('shop')
      const next = configured(world, same)
      await world.app.reconfigure({ ...next, theme: 'dark', startAtLogin: false, retentionDays: 7 })
      expect(world.app.configuration.theme).toBe('dark')
      expect(world.app.connections.get('shop')).toBe(shop)
      await world.app.reconfigure(configured(world, same, second(world)))
      expect(world.app.connections.get('shop')).toBe(shop)
      expect([...world.app.connections.keys()]).toEqual(['shop', 'second'])
      await world.app.reconfigure(configured(world, (one) => planfixOf(one, { pollSeconds: 2 })))
      expect(world.app.connections.get('shop')).not.toBe(shop)
      expect([...world.app.connections.keys()]).toEqual(['shop'])
    })
  })

  test('a disabled connection keeps waiting messages, and delivers them when enabled', async () => {
    await withWorld({}, async (world) => {
      const anna = world.chatra.visit({ name: 'Anna' })
      anna.says('#a0')
      await quiet(world)
      world.planfix.server.faults.add({ kind: 'status', status: 503, method: 'POST', path: '/comments/$' })
      anna.says('#a1')
      await world.until('it failed once', async () =>
        (await world.log()).some((one) => one.state === 'retrying'),
      )
      await world.app.reconfigure(configured(world, (shop) => ({ ...shop, enabled: false })))
      world.planfix.server.faults.clear()
      expect(world.app.connections.size).toBe(0)
      anna.says('#a2 while it is off')
      await world.chatra.flush()
      await world.app.settled()
      expect(feedMarks(world, 'Anna')).toEqual(['#a0'])
      await world.app.reconfigure(configured(world, same))
      await world.until('it is carried', () => feedMarks(world, 'Anna').includes('#a2'))
      await quiet(world)
      expect(feedMarks(world, 'Anna')).toEqual(['#a0', '#a1', '#a2'])
      expect((await world.log()).filter((one) => one.state === 'skipped')).toEqual([])
    })
  })

  test('a disabled connection gives up messages that wait too long, and reports it', async () => {
    await withWorld({}, async (world) => {
      const off = (shop: Raw): Raw => ({ ...shop, enabled: false, options: { keepWhilePausedDays: 1 } })
      await world.app.reconfigure(configured(world, off))
      const { store } = world.app
      world.chatra.visit({ name: 'Boris' }).says('#b1 long ago')
      await world.chatra.flush()
      const receivedAt = world.clock.now() - 25 * 3_600_000
      for (const row of await store.inboxPending(10)) {
        await store.commit([
          { type: 'inbox.settle', seq: row.seq, outcome: 'skipped', reason: 'moved into the past' },
          { type: 'inbox.add', row: { ...row, receivedAt } },
        ])
      }
      world.chatra.visit({ name: 'Anna' }).says('#a1 while it is off')
      await world.chatra.flush()
      // Read again, as after a restart.
      await world.app.reconfigure({ ...configured(world, off), language: 'ro' })
      await world.app.settled()
      expect(new Set((await world.log()).map((one) => one.reason))).toEqual(new Set(['connection-off']))
      await world.app.reconfigure(configured(world, same))
      await world.until('it is carried', () => feedMarks(world, 'Anna').length > 0)
      await quiet(world)
      expect(feedMarks(world, 'Anna')).toEqual(['#a1'])
      expect(feedMarks(world, 'Boris')).toEqual([])
    })
  })

  test('a connection accepts webhooks only at its new address, and none after its removal', async () => {
    await withWorld({}, async (world) => {
      const status = async (secret: string) => (await post(world, `shop/${secret}/planfix`)).status
      expect([await status(SECRET), await status(OTHER_SECRET)]).toEqual([200, 404])
      await world.app.reconfigure(configured(world, (shop) => ({ ...shop, webhookSecret: OTHER_SECRET })))
      expect([await status(SECRET), await status(OTHER_SECRET)]).toEqual([404, 200])
      await world.app.reconfigure(parsed({}))
      expect([await status(SECRET), await status(OTHER_SECRET)]).toEqual([404, 404])
    })
  })

  test("a connection keeps the count of the day's requests over changes and restarts", async () => {
    await withWorld({}, async (world) => {
      const anna = world.chatra.visit({ name: 'Anna' })
      anna.says('#a0')
      await quiet(world)
      const used = () => world.app.connections.get('shop')!.planfix.quota().usedToday
      const before = used()
      expect(before).toBeGreaterThan(1)
      await world.app.reconfigure(configured(world, (shop) => planfixOf(shop, { pollSeconds: 3600 })))
      expect(used()).toBeGreaterThanOrEqual(before)
      const last = used()
      await world.restart()
      expect(used()).toBeGreaterThanOrEqual(last)
    })
  })
})

describe('a change that is not finished', () => {
  test('a change runs after earlier ones, and the last one wins', async () => {
    await withWorld({}, async (world) => {
      const all = Array.from({ length: 10 }, (_, n) =>
        world.app.reconfigure(configured(world, (shop) => ({ ...shop, name: `name-${n}` }))),
      )
      await Promise.all(all)
      expect(world.app.configuration.connections[0]?.name).toBe('name-9')
      expect(world.app.connections.get('shop')?.settings.name).toBe('name-9')
    })
  })

  test('a change does not prevent the application from stopping at any moment', async () => {
    for (const ms of [0, 1, 3, 10, 30]) {
      await withWorld({}, async (world) => {
        const anna = world.chatra.visit({ name: 'Anna' })
        for (let n = 0; n < 5; n++) anna.says(`#a${n}`)
        await world.chatra.flush()
        const changes = [0, 1, 2].map((n) =>
          world.app.reconfigure(configured(world, (shop) => ({ ...shop, name: `name-${n}` }), second(world))),
        )
        await new Promise((resolve) => setTimeout(resolve, ms))
        await world.restart(async () => void (await Promise.all(changes)))
        await world.until('all of them', () => feedMarks(world, 'Anna').length >= 5)
        await quiet(world)
        expect(feedMarks(world, 'Anna')).toEqual(numbered('a', 5))
      })
    }
  })
})

test('the time of the last webhook is known per service, also after a restart', async () => {
  await withWorld({}, async (world) => {
    expect(world.app.webhookTimes('shop')).toEqual({ chatra: null, planfix: null, 'planfix-chat': null })
    world.chatra.visit({ name: 'Anna' }).says('#a0')
    await quiet(world)
    await post(world, `shop/${SECRET}/planfix`)
    const heard = world.app.webhookTimes('shop')
    expect(heard.planfix).toBeGreaterThanOrEqual(heard.chatra ?? Number.POSITIVE_INFINITY)
    await world.restart()
    expect(world.app.webhookTimes('shop')).toEqual(heard)
  })
})
