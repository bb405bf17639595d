import { describe, expect, test } from 'vitest'
import type {
  TunnelChange,
  TunnelProblem,
  TunnelProvider,
  TunnelStart,
} from '../../../src/main/tunnel/provider.ts'
import { type Proof, type Remembered, Tunnel, type TunnelEvent } from '../../../src/main/tunnel/tunnel.ts'
import { FakeClock } from '../../support/fake-clock.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const ADDRESS = 'https://a.example'
const BEHIND: Proof = { ok: false, problem: { key: 'settings.address.problem.behind', params: {} } }
const trouble = (retries = true): TunnelProblem => ({
  words: { key: 'tunnel.problem.ssh.closed', params: { host: 'h', user: 'u' } },
  retries,
  detail: 'closed',
})

/** A provider whose starts end as `answers` says, the last one for ever; and a proof that `proves`. */
function scene(
  options: { before?: Remembered | null; random?: number; provider?: Partial<TunnelProvider> } = {},
) {
  const clock = new FakeClock()
  const starts: number[] = []
  const stops: number[] = []
  const proofs: { address: string; at: number; limitMs: number }[] = []
  const events: TunnelEvent[] = []
  const remembered: string[] = []
  let isOpen = false
  const scene = {
    clock,
    starts,
    stops,
    proofs,
    events,
    remembered,
    answer: { ok: true, address: ADDRESS } as TunnelStart | Promise<TunnelStart>,
    proof: { ok: true } as Proof | Promise<Proof>,
    tell: (_change: TunnelChange) => {},
    get isOpen() {
      return isOpen
    },
    /** Seconds between the starts. */
    get waits() {
      return starts.slice(1).map((at, index) => (at - (starts[index] ?? 0)) / SECOND)
    },
  }
  const provider: TunnelProvider = {
    kind: 'ssh',
    async start(_target, tell) {
      starts.push(clock.now())
      scene.tell = tell
      const answer = await scene.answer
      isOpen = answer.ok
      return answer
    },
    async stop() {
      stops.push(clock.now())
      isOpen = false
    },
    ...options.provider,
  }
  const tunnel = new Tunnel({
    clock,
    random: () => options.random ?? 1,
    async prove(address, limitMs) {
      proofs.push({ address, at: clock.now(), limitMs })
      return scene.proof
    },
    changed: () => {},
    notify: (event) => events.push(event),
    remember: (address) => remembered.push(address),
    log: () => {},
  })
  const use = (one: TunnelProvider | null = provider) =>
    tunnel.use(one, { host: '127.0.0.1', port: 4000 }, options.before ?? null)
  /** In steps, with time for everything between them to settle. */
  const pass = async (ms: number) => {
    for (let left = ms; ; left -= 500) {
      await new Promise(setImmediate)
      await clock.advance(Math.max(0, Math.min(500, left)))
      await new Promise(setImmediate)
      if (left <= 0) return
    }
  }
  return Object.assign(scene, { tunnel, provider, use, pass })
}

describe('a public address', () => {
  test('a tunnel counts as reachable only after a request came in through it', async () => {
    const s = scene()
    const { promise, resolve } = Promise.withResolvers<Proof>()
    s.proof = promise
    s.use()
    await s.pass(SECOND)
    expect(s.tunnel.state).toMatchObject({ address: ADDRESS, state: 'proving', provenAt: null })
    expect(s.tunnel.usable).toBeNull()
    resolve({ ok: true })
    await s.pass(0)
    expect(s.tunnel.state).toMatchObject({ state: 'proven', provenAt: s.clock.now(), since: s.clock.now() })
    expect(s.tunnel.usable).toBe(ADDRESS)
  })

  test('without a provider nothing runs', async () => {
    const s = scene()
    s.use(null)
    await s.pass(60 * MINUTE)
    s.tunnel.wake()
    await s.pass(0)
    expect([s.clock.waiting, s.starts, s.proofs]).toEqual([0, [], []])
    expect(s.tunnel.state).toMatchObject({ provider: 'none', state: 'none', address: null })
  })

  test('a tunnel is proven every five minutes, and more rarely where requests count', async () => {
    const often = scene()
    const rarely = scene({ provider: { kind: 'ngrok', proofEveryMs: 10 * MINUTE } })
    for (const s of [often, rarely]) {
      s.use()
      await s.pass(20 * MINUTE + SECOND)
    }
    expect([often.proofs.length, rarely.proofs.length]).toEqual([5, 3])
    expect(often.starts).toHaveLength(1)
  })

  test('a tunnel stays proven while it is being proven again', async () => {
    const s = scene()
    s.use()
    await s.pass(SECOND)
    s.proof = new Promise(() => {})
    await s.pass(6 * MINUTE)
    expect(s.proofs).toHaveLength(2)
    expect(s.tunnel.state.state).toBe('proven')
  })

  test('a stopped tunnel leaves nothing open and no timer', async () => {
    const s = scene()
    s.use()
    await s.pass(SECOND)
    await s.tunnel.stop()
    expect([s.isOpen, s.clock.waiting]).toEqual([false, 0])
    s.tell({ type: 'lost', problem: trouble() })
    await s.pass(5 * MINUTE)
    expect(s.starts).toHaveLength(1)
  })

  test('a hanging tunnel is given up after half a minute and retried', async () => {
    const s = scene()
    s.answer = new Promise(() => {})
    s.use()
    await s.pass(30 * SECOND)
    expect(s.tunnel.state).toMatchObject({ state: 'failing', problem: 'tunnel.problem.time-out' })
    s.answer = { ok: true, address: ADDRESS }
    await s.pass(SECOND)
    expect(s.tunnel.state.state).toBe('proven')
  })

  test('a tunnel whose provider throws is retried, and the owner is notified', async () => {
    const s = scene()
    s.answer = Promise.reject(new Error('undefined is not a function'))
    s.use()
    await s.pass(0)
    expect(s.tunnel.state).toMatchObject({ problem: 'tunnel.problem.bug', needsOwner: false })
    s.answer = { ok: true, address: ADDRESS }
    await s.pass(SECOND)
    expect(s.tunnel.state.state).toBe('proven')
  })
})

describe('a public address that is lost', () => {
  test('a lost tunnel is reopened after 1 s, doubling up to 60 s', async () => {
    const s = scene()
    s.answer = { ok: false, problem: trouble() }
    s.use()
    await s.pass(10 * MINUTE)
    expect(s.waits.slice(0, 8)).toEqual([1, 2, 4, 8, 16, 32, 60, 60])
  })

  test('delays are between half and the whole value, to spread many computers', async () => {
    const s = scene({ random: 0 })
    s.answer = { ok: false, problem: trouble() }
    s.use()
    await s.pass(5 * MINUTE)
    expect(s.waits.slice(0, 8)).toEqual([0.5, 1, 2, 4, 8, 16, 30, 30])
  })

  test('delays are short again only after a lasting tunnel', async () => {
    const s = scene()
    s.use()
    for (let n = 0; n < 4; n++) {
      await s.pass(20 * SECOND)
      s.tell({ type: 'lost', problem: trouble() })
    }
    await s.pass(20 * SECOND)
    // It was lost again after 20 s each time; the waits in between were 1, 2, 4 and 8 s.
    expect(s.waits).toEqual([21, 21, 22, 24])
    await s.pass(MINUTE)
    s.tell({ type: 'lost', problem: trouble() })
    const before = s.starts.length
    await s.pass(SECOND)
    expect(s.starts).toHaveLength(before + 1)
  })

  test('a tunnel is not retried when only the owner can help', async () => {
    const s = scene()
    s.answer = { ok: false, problem: trouble(false) }
    s.use()
    await s.pass(60 * MINUTE)
    s.tunnel.wake()
    await s.pass(MINUTE)
    expect(s.starts).toHaveLength(1)
    expect(s.tunnel.state).toMatchObject({ state: 'failing', needsOwner: true, retryAt: null })
    expect(s.clock.waiting).toBe(0)
  })

  test("a tunnel is retried at once on the owner's request", async () => {
    const s = scene()
    s.answer = { ok: false, problem: trouble(false) }
    s.use()
    await s.pass(MINUTE)
    s.answer = { ok: true, address: ADDRESS }
    const asked = s.tunnel.proveNow()
    await s.pass(0)
    await asked
    expect(s.tunnel.state).toMatchObject({ state: 'proven', needsOwner: false, problem: null })
  })

  test('after one failed proof the tunnel is proven again, after two reopened', async () => {
    const s = scene()
    s.use()
    await s.pass(SECOND)
    s.proof = BEHIND
    await s.pass(5 * MINUTE)
    expect(s.tunnel.state).toMatchObject({ state: 'failing', problem: 'settings.address.problem.behind' })
    expect([s.proofs.length, s.starts.length]).toEqual([2, 1])
    await s.pass(4.5 * SECOND)
    expect([s.proofs.length, s.starts.length]).toEqual([3, 1])
    s.proof = { ok: true }
    await s.pass(SECOND)
    expect(s.starts).toHaveLength(2)
    expect(s.tunnel.state.state).toBe('proven')
  })

  test('a tunnel is closed before it is opened again', async () => {
    const s = scene()
    s.use()
    await s.pass(SECOND)
    const before = s.stops.length
    s.tell({ type: 'lost', problem: trouble() })
    await s.pass(SECOND)
    expect(s.stops.length).toBeGreaterThan(before)
    expect(s.isOpen).toBe(true)
  })

  test('a tunnel repaired by its provider is proven at once and not reopened', async () => {
    const s = scene()
    s.use()
    await s.pass(MINUTE)
    s.proof = BEHIND
    s.tell({ type: 'doubtful', problem: trouble() })
    await s.pass(0)
    expect(s.tunnel.state.state).toBe('failing')
    s.proof = { ok: true }
    await s.pass(5 * SECOND)
    expect(s.tunnel.state.state).toBe('proven')
    expect(s.starts).toHaveLength(1)
  })
})

describe('after waking up or a change of the network', () => {
  test('after a wake a waiting tunnel is opened at once', async () => {
    const s = scene()
    s.answer = { ok: false, problem: trouble() }
    s.use()
    await s.pass(2 * MINUTE)
    const before = s.starts.length
    s.answer = { ok: true, address: ADDRESS }
    s.tunnel.wake()
    await s.pass(0)
    expect(s.starts).toHaveLength(before + 1)
    expect(s.tunnel.state.state).toBe('proven')
  })

  test('after a wake an open tunnel is proven at once, and one failure is enough', async () => {
    const s = scene()
    s.use()
    await s.pass(2 * MINUTE)
    s.proof = BEHIND
    s.tunnel.wake()
    await s.pass(0)
    expect(s.proofs[1]?.limitMs).toBe(5 * SECOND)
    expect(s.starts).toHaveLength(2)
  })

  test('after a wake the provider is notified, and a dead tunnel reopened at once', async () => {
    const s: ReturnType<typeof scene> = scene({
      provider: { wake: () => s.tell({ type: 'lost', problem: trouble() }) },
    })
    s.use()
    await s.pass(2 * MINUTE)
    s.tunnel.wake()
    await s.pass(SECOND)
    expect(s.starts).toHaveLength(2)
    expect(s.tunnel.state.state).toBe('proven')
  })

  test('a burst of wake notices is one attempt', async () => {
    const s = scene()
    s.use()
    await s.pass(2 * MINUTE)
    for (let n = 0; n < 10; n++) s.tunnel.wake()
    await s.pass(0)
    expect([s.proofs.length, s.starts.length]).toEqual([2, 1])
  })

  test('an opening that hangs on the old network is restarted', async () => {
    const s = scene()
    s.answer = new Promise(() => {})
    s.use()
    await s.pass(10 * SECOND)
    const late = Promise.withResolvers<TunnelStart>()
    s.provider.stop = async () => late.resolve({ ok: false, problem: trouble() })
    s.answer = { ok: true, address: ADDRESS }
    s.tunnel.wake()
    await s.pass(20 * SECOND)
    expect(s.tunnel.state.state).toBe('proven')
  })
})

describe('reports to the owner', () => {
  const told = (s: ReturnType<typeof scene>) => s.events.map(({ words }) => [words.key, words.params])

  test('a changed address is reported with old and new host, once proven', async () => {
    const s = scene({ before: { address: 'https://old.example', same: true } })
    const { promise, resolve } = Promise.withResolvers<Proof>()
    s.proof = promise
    s.use()
    await s.pass(SECOND)
    expect([s.events, s.tunnel.usable]).toEqual([[], 'https://old.example'])
    resolve({ ok: true })
    await s.pass(0)
    expect(told(s)).toEqual([['event.address-changed', { old: 'old.example', new: 'a.example' }]])
    expect([s.remembered, s.tunnel.usable]).toEqual([[ADDRESS], ADDRESS])
  })

  test('a changed address is reported at once when the service changes it', async () => {
    const s = scene()
    s.use()
    await s.pass(SECOND)
    s.tell({ type: 'address', address: 'https://b.example' })
    await s.pass(0)
    expect(told(s)).toEqual([['event.address-changed', { old: 'a.example', new: 'b.example' }]])
    expect(s.starts).toHaveLength(1)
  })

  test('the first address, and the same one again, are not reported', async () => {
    const s = scene()
    s.use()
    await s.pass(SECOND)
    s.tell({ type: 'lost', problem: trouble() })
    await s.pass(10 * SECOND)
    expect([s.events, s.remembered]).toEqual([[], [ADDRESS]])
  })

  test('a change from one provider to another is reported', async () => {
    const s = scene()
    s.use()
    await s.pass(SECOND)
    s.use({
      kind: 'own',
      start: async () => ({ ok: true, address: 'https://own.example' }),
      stop: async () => {},
    })
    expect(s.tunnel.usable).toBeNull()
    await s.pass(SECOND)
    expect(told(s)).toEqual([['event.address-changed', { old: 'a.example', new: 'own.example' }]])
    expect(s.tunnel.state).toMatchObject({ provider: 'own', address: 'https://own.example' })
  })

  test('a gap of more than a minute is reported, and no shorter one', async () => {
    const s = scene()
    s.use()
    await s.pass(MINUTE)
    s.tell({ type: 'lost', problem: trouble() })
    await s.pass(SECOND)
    expect(s.events).toEqual([])
    await s.pass(MINUTE)
    const from = s.clock.now()
    s.answer = { ok: false, problem: trouble() }
    s.tell({ type: 'lost', problem: trouble() })
    expect(s.tunnel.state.lostAt).toBe(from)
    await s.pass(2 * MINUTE)
    s.answer = { ok: true, address: ADDRESS }
    await s.pass(MINUTE)
    const { since: to } = s.tunnel.state
    expect(told(s)).toEqual([['event.address-gap', { from, to }]])
    expect(s.tunnel.state).toMatchObject({ lostAt: null, gap: { from, to, kept: false } })
  })

  test('the time asleep is reported, also when the tunnel survived it', async () => {
    const s = scene()
    s.use()
    await s.pass(MINUTE)
    const asleepSince = s.clock.now()
    await s.pass(4 * MINUTE)
    s.tunnel.wake(asleepSince)
    await s.pass(0)
    const to = s.clock.now()
    expect(told(s)).toEqual([['event.address-gap', { from: asleepSince, to }]])
  })

  test('a gap with stored messages is reported differently', async () => {
    const s = scene({ provider: { kind: 'relay', storesWhileClosed: true } })
    s.use()
    await s.pass(MINUTE)
    s.tunnel.wake(s.clock.now() - 30 * SECOND)
    await s.pass(0)
    expect(s.events).toEqual([])
    const asleepSince = s.clock.now()
    await s.pass(90 * SECOND)
    s.tunnel.wake(asleepSince)
    await s.pass(0)
    expect(told(s)[0]?.[0]).toBe('event.address-gap-kept')
    expect(s.tunnel.state.gap?.kept).toBe(true)
  })

  test('the gap since a start is reported, if the address was proven before', async () => {
    for (const before of [{ address: ADDRESS, same: true }, null]) {
      const s = scene({ before })
      s.answer = { ok: false, problem: trouble() }
      s.use()
      await s.pass(2 * MINUTE)
      s.answer = { ok: true, address: ADDRESS }
      await s.pass(MINUTE)
      expect(told(s).map(([key]) => key)).toEqual(before ? ['event.address-gap'] : [])
    }
  })

  test("the provider's notices are reported", async () => {
    const s = scene()
    s.use()
    await s.pass(SECOND)
    s.tell({ type: 'notice', words: { key: 'event.relay-refused', params: { count: 3 } } })
    expect(told(s)).toEqual([['event.relay-refused', { count: 3 }]])
  })
})

test('after a sleep a failed proof begins the gap at the last sign of life', async () => {
  const s = scene()
  s.use()
  await s.pass(MINUTE)
  s.tunnel.webhookArrived()
  const heard = s.clock.now()
  await s.pass(3 * MINUTE)
  s.proof = BEHIND
  s.tunnel.wake()
  await s.pass(0)
  expect(s.tunnel.state.lostAt).toBe(heard)
})

test('a static address is used before it is proven', () => {
  const s = scene()
  s.use({ kind: 'own', start: async () => ({ ok: true, address: ADDRESS }), stop: async () => {} })
  return s.pass(0).then(() => expect(s.tunnel.usable).toBe(ADDRESS))
})
