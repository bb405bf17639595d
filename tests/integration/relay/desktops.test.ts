import { afterEach, expect, test } from 'vitest'
import { systemClock } from '../../../src/main/process/clock.ts'
import { RelayStore } from '../../../src/main/relay/store.ts'
import { droppingProxy } from '../../support/proxies.ts'
import {
  type Desktop,
  desktop,
  hook,
  pairedDesktop,
  type RelayStage,
  relayStage,
  SECRET,
  until,
} from '../../support/relay.ts'

let stage: RelayStage
let ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.toReversed()) await end()
  ends = []
})

async function started(options: Parameters<typeof relayStage>[0] = {}) {
  stage = await relayStage({ leaseMs: 600, ...options })
  ends.push(() => stage.stop())
}
async function paired(options: Parameters<typeof pairedDesktop>[1] = {}): Promise<Desktop> {
  const one = await pairedDesktop(stage, options)
  ends.push(() => one.provider.stop())
  return one
}
const known = () =>
  until('the address is known', async () => (await hook(stage.relay.control, '-')).status === 400)
let sent = 0
const send = async (count = 1) => {
  for (let n = 0; n < count; n++) {
    expect((await hook(stage.relay.control, `{"n":${sent++}}`)).status).toBe(200)
  }
}
const all = (...desktops: Desktop[]) => desktops.reduce((sum, { inbox }) => sum + inbox.events.length, 0)

test('one of two desktops is active; the other is notified, and takes over on release', async () => {
  await started({ leaseMs: 30_000 })
  const [first, second] = [await paired(), await paired()]
  await first.start()
  await second.start()
  await known()
  expect([first.roles, second.roles]).toEqual([[true], [false]])
  expect(second.notices()).toEqual(['event.relay-standby'])
  await send(3)
  await until('they come', () => first.inbox.events.length === 3)
  await first.provider.stop()
  await send(3)
  await until('the other takes over', () => second.inbox.events.length === 3)
  expect(second.roles).toEqual([false, true])
  await first.start()
  expect(first.roles).toEqual([true, false])
  await second.provider.stop()
  await send(3)
  await until('and back', () => first.inbox.events.length === 6)
  expect([...first.inbox.bodies, ...second.inbox.bodies].toSorted()).toHaveLength(9)
  expect(new Set([...first.inbox.bodies, ...second.inbox.bodies]).size).toBe(9)
})

test('a desktop that vanishes is replaced after the lease, and not before', async () => {
  await started({ leaseMs: 900 })
  const proxy = await droppingProxy(Number(new URL(stage.relay.control).port))
  ends.push(() => proxy.stop())
  // Its waiting times are a tenth of the usual.
  const clock = { ...systemClock, after: (ms: number, run: () => void) => systemClock.after(ms / 10, run) }
  const first = await paired({ url: proxy.url, clock })
  const second = await paired()
  await first.start()
  await second.start()
  await known()
  proxy.drop(true)
  const gone = performance.now()
  await send(5)
  await until('the other takes over', () => second.inbox.events.length === 5)
  expect(performance.now() - gone).toBeGreaterThan(500)
  await until('it says that it carries nothing', () => first.notices().includes('event.relay-unreached'))
  proxy.heal()
  // It comes back and finds the other one active.
  await until('it is told', () => first.roles.at(-1) === false)
  await send(2)
  await until('they come', () => second.inbox.events.length === 7)
  expect(first.inbox.events).toEqual([])
})

test('an active desktop that reconnects within its lease stays active', async () => {
  await started({ leaseMs: 5_000 })
  const [first, second] = [await paired(), await paired()]
  await first.start()
  await second.start()
  await known()
  await stage.restart()
  await until('both are back', () => first.changes.length > 0 && second.changes.length > 1)
  await send(3)
  await until('they come', () => all(first, second) === 3)
  expect(second.inbox.events).toEqual([])
})

test('an event of a connection that only one desktop has waits for that desktop', async () => {
  await started({ leaseMs: 30_000 })
  const first = await paired()
  const second = await paired({ connections: () => [{ id: 'club', secret: SECRET }] })
  await second.start()
  await until(
    'it is known',
    async () => (await hook(stage.relay.control, '-', { id: 'club' })).status === 400,
  )
  await second.provider.stop()
  await first.start()
  await known()
  expect((await hook(stage.relay.control, '{"of":"club"}', { id: 'club' })).status).toBe(200)
  await send()
  await until('its own comes', () => first.inbox.events.length === 1)
  await first.provider.stop()
  await second.start()
  await until('the other comes', () => second.inbox.events.length === 1)
  expect(second.inbox.bodies).toEqual(['{"of":"club"}'])
})

test('a desktop cannot read events from before its pairing, and leaves them to others', async () => {
  await started({ leaseMs: 30_000 })
  const first = await paired()
  await first.start()
  await known()
  await first.provider.stop()
  await send(2)
  const second = await paired()
  await second.start()
  await send(1)
  await until('the later one comes', () => second.inbox.events.length === 1)
  await second.provider.stop()
  await first.start()
  await until('the earlier ones come', () => first.inbox.events.length === 2)
})

test('an unpaired desktop is disconnected at once, and told that only the owner can help', async () => {
  await started()
  const one = await paired()
  await one.start()
  await known()
  const store = RelayStore.beside(stage.dir)
  expect(store.unpair(one.deviceId)).toBe(true)
  await store.close()
  await until('it is told', () => one.changes.some(({ type }) => type === 'lost'))
  expect(one.changes.at(-1)).toMatchObject({
    problem: { words: { key: 'tunnel.problem.relay.unpaired' }, retries: false },
  })
  expect(await one.start()).toMatchObject({ ok: false, problem: { retries: false } })
  expect((await hook(stage.relay.control, '{}')).status).toBe(404)
})

test('the same key on two computers stops the first instead of endless reconnects', async () => {
  await started()
  const one = await paired()
  await one.start()
  const copy = desktop({ url: stage.relay.control, key: async () => one.key }, one)
  ends.push(() => copy.provider.stop())
  await copy.start()
  await until('it is told', () => one.changes.some(({ type }) => type === 'lost'))
  expect(one.changes.at(-1)).toMatchObject({
    problem: { words: { key: 'tunnel.problem.relay.replaced' } },
  })
})
