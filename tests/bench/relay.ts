import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from '../../scripts/build.ts'
import { systemClock } from '../../src/main/process/clock.ts'
import { offerCode } from '../../src/main/relay/pairing.ts'
import { RelayStore } from '../../src/main/relay/store.ts'
import { openStore, type SqliteStore } from '../../src/main/store/index.ts'
import { relayInbox } from '../../src/main/tunnel/relay/inbox.ts'
import { pairWithRelay } from '../../src/main/tunnel/relay/pair.ts'
import { createRelayProvider, type RelayProvider } from '../../src/main/tunnel/relay/provider.ts'
import { startReceiver } from '../../src/main/webhooks/receiver.ts'
import { type Running, startProgram } from '../crash/processes.ts'
import { droppingProxy } from '../support/proxies.ts'
import { hook, SECRET, until } from '../support/relay.ts'
import { quantile, type Row, round, rssMb } from './measure.ts'

const EVENTS = 10_000
const LANES = 16

/** A relay in its own process, and a desktop with a real store in this one. */
interface Stage {
  relay: Running<{ control: string }>
  url: string
  store: SqliteStore
  /** Time at which each event was on the desktop's disk, by its number. */
  arrived: Map<string, number>
  provider(url: string): RelayProvider
  end(): Promise<void>
}

async function stage(): Promise<Stage> {
  const dir = await mkdtemp(join(tmpdir(), 'bench-relay-'))
  const relay = await startProgram<{ control: string }>([
    ...[join(ROOT, 'scripts/run.ts'), 'relay', '--data-dir', join(dir, 'relay'), '--port', '0'],
  ])
  const url = relay.ready.control
  const beside = RelayStore.beside(join(dir, 'relay'))
  const paired = await pairWithRelay({ url, code: offerCode(beside, Date.now()), name: 'bench' })
  await beside.close()
  if (!paired.ok) throw new Error(paired.problem.detail)
  const store = await openStore({ dir: join(dir, 'desktop') })
  const arrived = new Map<string, number>()
  const providers: RelayProvider[] = []
  return {
    relay,
    url,
    store,
    arrived,
    provider(at) {
      const made = createRelayProvider({
        url: at,
        key: async () => paired.key,
        connections: () => [{ id: 'shop', secret: SECRET }],
        inbox: (name) =>
          relayInbox(store, name, (events) => {
            for (const { body } of events) arrived.set(body, performance.now())
          }),
        clock: systemClock,
      })
      providers.push(made)
      return made
    },
    async end() {
      for (const provider of providers) await provider.stop()
      await relay.end()
      await store.close()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

const started = async (provider: RelayProvider) => {
  const answer = await provider.start({ host: '127.0.0.1', port: 9 }, () => undefined)
  if (!answer.ok) throw new Error(answer.problem.detail)
}
const known = (url: string) =>
  until('the address is known', async () => (await hook(url, '-')).status === 400)

/** (d) The relay: the delay it adds, its throughput, and the time until it works again. */
export async function relayRows(): Promise<Row[]> {
  const row = (
    metric: string,
    measured: string,
    target: string | null = null,
    met: boolean | null = null,
  ) => ({
    topic: 'relay',
    metric,
    measured,
    target,
    met,
  })
  const direct = await directDelays(300)
  const on = await stage()
  try {
    await new Promise((resolve) => setTimeout(resolve, 5000))
    const idle = rssMb(on.relay.child.pid)
    const provider = on.provider(on.url)
    await started(provider)
    await known(on.url)
    await delays(on.url, on.arrived, 'warm', 100)
    const relayed = await delays(on.url, on.arrived, 'delay', 300)
    await provider.stop()
    const added = quantile(relayed, 0.95) - quantile(direct, 0.5)

    const storing = await fill(on.url)
    const begun = performance.now()
    await started(provider)
    await until('all were handed over', () => countOf(on.arrived, 'drain') === EVENTS, 120_000)
    const drained = (performance.now() - begun) / 1000
    const faults = await disorder(on.store)
    const rss = rssMb(on.relay.child.pid)
    await provider.stop()

    const back = await reconnects(on, 5)
    return [
      row(
        'added delay, from sending to the inbox: p95 over the direct median',
        `${round(added, 1)} ms`,
        '<= 50 ms',
        added <= 50,
      ),
      row('the same, direct and relayed: median', `${ms(direct, 0.5)} and ${ms(relayed, 0.5)}`),
      row(
        `${round(EVENTS)} stored events handed over, in order`,
        `${round(drained, 1)} s${faults === 0 ? '' : `, ${faults} out of order`}`,
        '<= 60 s',
        drained <= 60 && faults === 0,
      ),
      row('stored and answered meanwhile, 16 senders', `${round(EVENTS / storing)}/s`),
      row(
        'back after wake with a dead line, at most',
        `${round(Math.max(...back) / 1000, 2)} s`,
        '<= 3 s',
        Math.max(...back) <= 3000,
      ),
      row('resident memory when idle', `${round(idle)} MB`, '< 70 MB', idle < 70),
      row('memory of the relay afterwards', `${round(rss)} MB`),
    ]
  } finally {
    await on.end()
  }
}

async function directDelays(count: number): Promise<number[]> {
  const dir = await mkdtemp(join(tmpdir(), 'bench-direct-'))
  const store = await openStore({ dir })
  const arrived = new Map<string, number>()
  const receiver = await startReceiver({
    host: '127.0.0.1',
    port: 0,
    health: () => ({}),
    connections: () => [{ id: 'shop', secret: SECRET }],
    accept: async (connectionId, source, body) => {
      await store.commit([{ type: 'inbox.add', row: { connectionId, source, receivedAt: Date.now(), body } }])
      arrived.set(body, performance.now())
    },
  })
  await delays(receiver.url, arrived, 'warm', 100)
  const measured = await delays(receiver.url, arrived, 'direct', count)
  await receiver.stop()
  await store.close()
  await rm(dir, { recursive: true, force: true })
  return measured
}

/** One after the other, about 50 a second. */
async function delays(
  url: string,
  arrived: Map<string, number>,
  tag: string,
  count: number,
): Promise<number[]> {
  const measured: number[] = []
  for (let n = 0; n < count; n++) {
    const body = bodyOf(tag, 0, n)
    const sent = performance.now()
    await hook(url, body)
    await until('it arrives', () => arrived.has(body))
    measured.push(arrived.get(body)! - sent)
    await new Promise((resolve) => setTimeout(resolve, 15))
  }
  return measured
}

/** Seconds to store them while no desktop was connected. */
async function fill(url: string): Promise<number> {
  const begun = performance.now()
  await Promise.all(
    Array.from({ length: LANES }, async (_, lane) => {
      for (let n = 0; n < EVENTS / LANES; n++) {
        const { status } = await hook(url, bodyOf('drain', lane, n))
        if (status !== 200) throw new Error(`answered ${status}`)
      }
    }),
  )
  return (performance.now() - begun) / 1000
}

/** Events that are in the inbox before an earlier event of the same sender. */
async function disorder(store: SqliteStore): Promise<number> {
  const last = new Map<number, number>()
  let faults = 0
  for (const { body } of await store.inboxPending(10 * EVENTS)) {
    const { tag, lane, n } = JSON.parse(body) as { tag: string; lane: number; n: number }
    if (tag !== 'drain') continue
    if (n !== (last.get(lane) ?? -1) + 1) faults++
    last.set(lane, n)
  }
  return faults
}

async function reconnects(on: Stage, rounds: number): Promise<number[]> {
  const proxy = await droppingProxy(Number(new URL(on.url).port))
  const provider = on.provider(proxy.url)
  await started(provider)
  const measured: number[] = []
  for (let n = 0; n < rounds; n++) {
    proxy.drop()
    const body = bodyOf('wake', 0, n)
    await hook(on.url, body)
    const woken = performance.now()
    provider.wake?.()
    await until('it comes', () => on.arrived.has(body))
    measured.push(on.arrived.get(body)! - woken)
  }
  await provider.stop()
  await proxy.stop()
  return measured
}

const bodyOf = (tag: string, lane: number, n: number) =>
  JSON.stringify({ tag, lane, n, text: 'Hello, is the blue one still there?'.repeat(10) })
const countOf = (arrived: Map<string, number>, tag: string): number => {
  let count = 0
  for (const body of arrived.keys()) if (body.startsWith(`{"tag":"${tag}"`)) count++
  return count
}
const ms = (values: number[], share: number): string => `${round(quantile(values, share), 1)} ms`
