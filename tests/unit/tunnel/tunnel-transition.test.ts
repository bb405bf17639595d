import { describe, expect, test } from 'vitest'
import type { TunnelProblem } from '../../../src/main/tunnel/provider.ts'
import {
  initialState,
  proofOf,
  publicState,
  type TunnelInput,
  type TunnelState,
  usableAddress,
  wakeAt,
} from '../../../src/main/tunnel/tunnel-state.ts'
import { transition } from '../../../src/main/tunnel/tunnel-transition.ts'

const NOW = 1_000_000_000
const ADDRESS = 'https://a.example'
const OTHER = 'https://b.example'
const words = { key: 'tunnel.problem.ssh.closed', params: {} }
const problem = (retries: boolean): TunnelProblem => ({ words, retries, detail: 'closed' })
const provider = { kind: 'ssh' } as const
const GENERATION = 4
const PROOF = 7

const held: TunnelState = {
  ...initialState,
  provider,
  generation: GENERATION,
  proofs: PROOF,
  address: ADDRESS,
  linkAddress: ADDRESS,
  lastProvenAddress: ADDRESS,
  provenAt: NOW - 60_000,
  lastGood: NOW - 50_000,
}
const reached = { ...held, since: NOW - 60_000 }
const away = { ...held, lostAt: NOW - 90_000, problem: problem(true), attempts: 2 }

const STATES = {
  closed: { ...held, provider: null, phase: { kind: 'closed' } },
  young: { ...away, phase: { kind: 'opening', startedAt: NOW - 1000 } },
  opening: { ...away, phase: { kind: 'opening', startedAt: NOW - 3000 } },
  open: { ...reached, phase: { kind: 'open', failures: 0, proof: { kind: 'planned', at: NOW + 5000 } } },
  failing: { ...away, phase: { kind: 'open', failures: 1, proof: { kind: 'planned', at: NOW + 5000 } } },
  proving: {
    ...reached,
    phase: { kind: 'open', failures: 0, proof: { kind: 'running', id: PROOF, address: ADDRESS } },
  },
  lost: { ...away, phase: { kind: 'lost', retryAt: NOW + 4000 } },
  blocked: { ...away, problem: problem(false), phase: { kind: 'blocked' } },
} satisfies Record<string, TunnelState>

const INPUTS = {
  use: { type: 'use', provider, before: null },
  'use none': { type: 'use', provider: null, before: null },
  stop: { type: 'stop' },
  started: { type: 'started', generation: GENERATION, start: { ok: true, address: ADDRESS } },
  'not started': { type: 'started', generation: GENERATION, start: { ok: false, problem: problem(true) } },
  refused: { type: 'started', generation: GENERATION, start: { ok: false, problem: problem(false) } },
  lost: { type: 'change', generation: GENERATION, change: { type: 'lost', problem: problem(true) } },
  doubtful: { type: 'change', generation: GENERATION, change: { type: 'doubtful', problem: problem(true) } },
  moved: { type: 'change', generation: GENERATION, change: { type: 'address', address: OTHER } },
  'not moved': { type: 'change', generation: GENERATION, change: { type: 'address', address: ADDRESS } },
  notice: { type: 'change', generation: GENERATION, change: { type: 'notice', words } },
  proven: { type: 'proof', id: PROOF, proof: { ok: true } },
  unproven: { type: 'proof', id: PROOF, proof: { ok: false, problem: words } },
  due: { type: 'due' },
  slept: { type: 'slept', since: NOW - 20_000 },
  woke: { type: 'woke' },
  doubt: { type: 'doubt' },
  'prove now': { type: 'prove-now' },
  webhook: { type: 'webhook' },
} satisfies Record<string, TunnelInput>

/**
 * Each state after each input: the phase, a `*` while a proof is in progress, and the immediate action. `-` = nothing
 * changes. Inputs are listed only with the states in which they can come: a provider opens only what is being opened,
 * and so on.
 */
const TABLE: Record<keyof typeof INPUTS, Partial<Record<keyof typeof STATES, string>>> = {
  use: each('opening: open changed'),
  'use none': each('closed: changed'),
  stop: each('closed: close settled'),
  started: { young: 'open*: log prove changed', opening: 'open*: log prove changed' },
  'not started': { young: 'lost: log settled changed', opening: 'lost: log settled changed' },
  refused: { young: 'blocked: log settled changed', opening: 'blocked: log settled changed' },
  lost: {
    ...each('lost: log settled changed'),
    closed: undefined,
    lost: undefined,
    blocked: undefined,
  },
  doubtful: {
    young: 'opening: changed',
    opening: 'opening: changed',
    open: 'open*: prove changed',
    failing: 'open*: prove changed',
    proving: 'open*: changed',
  },
  moved: {
    young: 'opening: changed',
    opening: 'opening: changed',
    open: 'open*: prove changed',
    failing: 'open*: prove changed',
    proving: 'open*: prove changed',
  },
  'not moved': each('-'),
  notice: {
    closed: 'closed: notify',
    young: 'opening: notify',
    opening: 'opening: notify',
    open: 'open: notify',
    failing: 'open: notify',
    proving: 'open*: notify',
    lost: 'lost: notify',
    blocked: 'blocked: notify',
  },
  proven: { ...each('-'), proving: 'open: settled changed' },
  unproven: { ...each('-'), proving: 'open: settled changed' },
  due: { ...each('-'), open: 'open*: prove', failing: 'open*: prove', lost: 'opening: open' },
  slept: { ...each('-'), open: 'open:', proving: 'open*:' },
  woke: {
    closed: '-',
    young: 'opening: changed',
    opening: 'opening: open changed',
    open: 'open*: prove changed',
    failing: 'open*: prove changed',
    proving: 'open*: changed',
    lost: 'opening: open changed',
    blocked: '-',
  },
  doubt: { ...each('-'), open: 'open*: prove', failing: 'open*: prove' },
  'prove now': {
    ...each('-'),
    open: 'open*: prove',
    failing: 'open*: prove',
    lost: 'opening: open',
    blocked: 'opening: open',
  },
  webhook: {
    closed: 'closed:',
    young: 'opening:',
    opening: 'opening:',
    open: 'open:',
    failing: 'open:',
    proving: 'open*:',
    lost: 'lost:',
    blocked: 'blocked:',
  },
}

function each(cell: string) {
  return Object.fromEntries(Object.keys(STATES).map((name) => [name, cell])) as Record<
    keyof typeof STATES,
    string
  >
}

const cells = Object.entries(TABLE).flatMap(([input, row]) =>
  Object.entries(row).flatMap(([state, cell]) =>
    cell === undefined
      ? []
      : [{ input: input as keyof typeof INPUTS, state: state as keyof typeof STATES, cell }],
  ),
)
const step = (state: TunnelState, input: TunnelInput, random = 1) =>
  transition(state, input, { now: NOW, random: () => random })

function cellOf(before: TunnelState, input: TunnelInput): string {
  const { state, effects } = step(before, input)
  if (effects.length === 0 && JSON.stringify(state) === JSON.stringify(before)) return '-'
  const mark = proofOf(state) ? '*' : ''
  return `${state.phase.kind}${mark}: ${effects.map(({ type }) => type).join(' ')}`.trim()
}

describe('the state of the tunnel', () => {
  test.each(cells)('$state + $input → $cell', ({ input, state, cell }) => {
    expect(cellOf(STATES[state], INPUTS[input])).toBe(cell)
  })

  test('the table omits only states in which an input cannot come', () => {
    const missing = Object.entries(TABLE).filter(([, row]) =>
      Object.keys(STATES).some((name) => row[name as keyof typeof STATES] === undefined),
    )
    expect(missing.map(([input]) => input)).toEqual([
      'started',
      'not started',
      'refused',
      'lost',
      'doubtful',
      'moved',
    ])
  })

  test.each(Object.entries(STATES))('a transition never changes its input state (%s)', (_name, state) => {
    const before = JSON.stringify(state)
    for (const input of Object.values(INPUTS)) step(state, input)
    expect(JSON.stringify(state)).toBe(before)
  })

  test.each(Object.entries(STATES))(
    'a transition ignores reports of an earlier opening or proof (%s)',
    (_name, state) => {
      const old: TunnelInput[] = [
        { ...INPUTS.started, generation: GENERATION - 1 },
        { ...INPUTS['not started'], generation: GENERATION - 1 },
        { ...INPUTS.lost, generation: GENERATION - 1 },
        { ...INPUTS.moved, generation: GENERATION - 1 },
        { ...INPUTS.proven, id: PROOF - 1 },
        { ...INPUTS.unproven, id: PROOF - 1 },
      ]
      for (const input of old) expect(cellOf(state, input)).toBe('-')
    },
  )

  test.each(Object.entries(STATES))(
    'a new generation begins whenever it is opened, lost or closed (%s)',
    (_name, state) => {
      for (const input of Object.values(INPUTS)) {
        const { state: after, effects } = step(state, input)
        const isLeft = after.phase.kind !== state.phase.kind && after.phase.kind !== 'open'
        const isOpened = effects.some(({ type }) => type === 'open')
        if (isLeft || isOpened) expect(after.generation).toBeGreaterThan(GENERATION)
      }
    },
  )
})

describe('the times of the tunnel', () => {
  test('the tunnel acts by itself only when it is lost or a proof is planned', () => {
    const times = Object.entries(STATES).map(([name, state]) => [name, wakeAt(state)])
    expect(Object.fromEntries(times)).toEqual({
      closed: null,
      young: null,
      opening: null,
      open: NOW + 5000,
      failing: NOW + 5000,
      proving: null,
      lost: NOW + 4000,
      blocked: null,
    })
  })

  test.each([
    { attempts: 0, random: 1, wait: 1000 },
    { attempts: 0, random: 0, wait: 500 },
    { attempts: 3, random: 1, wait: 8000 },
    { attempts: 20, random: 1, wait: 60_000 },
  ])('the delay is $wait ms after $attempts failures with random $random', ({ attempts, random, wait }) => {
    const { state } = step({ ...STATES.opening, attempts }, INPUTS['not started'], random)
    expect([wakeAt(state), state.attempts]).toEqual([NOW + wait, attempts + 1])
  })

  test('a tunnel open before sleep is retried at once, without a counted attempt', () => {
    const { state } = step({ ...STATES.open, failsAtOnce: true }, INPUTS.lost)
    expect([wakeAt(state), state.attempts, state.failsAtOnce]).toEqual([NOW, 0, false])
  })

  test('delays are short again after the tunnel was open for half a minute', () => {
    const waitAfter = (since: number) => {
      const { state } = step({ ...STATES.open, attempts: 5, since }, INPUTS.lost)
      return (wakeAt(state) ?? 0) - NOW
    }
    expect([waitAfter(NOW - 29_999), waitAfter(NOW - 30_000)]).toEqual([32_000, 1000])
  })

  test("the next proof comes after the provider's interval, or five minutes", () => {
    const rarely = { ...STATES.proving, provider: { kind: 'ngrok', proofEveryMs: 600_000 } as const }
    const next = [STATES.proving, rarely].map((state) => wakeAt(step(state, INPUTS.proven).state))
    expect(next).toEqual([NOW + 300_000, NOW + 600_000])
  })

  test('one proof in three seconds is enough, however many doubts there are', () => {
    const at = (provenAt: number) => cellOf({ ...STATES.open, provenAt }, INPUTS.doubt)
    expect([at(NOW - 3000), at(NOW - 3001)]).toEqual(['-', 'open*: prove'])
  })
})

describe('a proof that fails', () => {
  const proving = (failures: number, failsAtOnce = false): TunnelState => ({
    ...STATES.proving,
    failsAtOnce,
    phase: { ...STATES.proving.phase, failures },
  })

  test('a failed proof is repeated after five seconds, and the second one reopens', () => {
    const once = step(proving(0), INPUTS.unproven).state
    expect([once.phase.kind, wakeAt(once), once.since, once.lostAt]).toEqual(['open', NOW + 5000, null, NOW])
    expect(step(proving(1), INPUTS.unproven).state.phase.kind).toBe('lost')
  })

  test('after sleep a failed proof counts at once, from the last sign of life', () => {
    const { state } = step(proving(0, true), INPUTS.unproven)
    expect([state.phase.kind, state.lostAt]).toEqual(['lost', held.lastGood])
  })
})

describe('a proof that succeeds', () => {
  const provenFrom = (more: Partial<TunnelState>) =>
    step({ ...STATES.proving, since: null, ...more }, INPUTS.proven)
  const notified = (more: Partial<TunnelState>) =>
    provenFrom(more).effects.flatMap((effect) => (effect.type === 'notify' ? [effect.event] : []))

  test('a proof ends an outage, which is reported when it exceeded a minute', () => {
    expect(notified({ lostAt: NOW - 60_000 })).toEqual([])
    expect(notified({ lostAt: NOW - 60_001 })).toMatchObject([
      { level: 'warning', words: { key: 'event.address-gap' } },
    ])
    const { state } = provenFrom({ lostAt: NOW - 60_001 })
    expect([state.since, state.lostAt, state.gap]).toEqual([
      NOW,
      null,
      { from: NOW - 60_001, to: NOW, kept: false },
    ])
  })

  test('a bridged outage is reported as harmless', () => {
    const relay = { kind: 'relay', storesWhileClosed: true } as const
    const [event] = notified({ lostAt: NOW - 90_000, provider: relay })
    expect(event).toMatchObject({ level: 'info', words: { key: 'event.address-gap-kept' } })
  })

  test('a changed address is reported to the owner, and the first one is not', () => {
    expect(notified({ lastProvenAddress: OTHER })).toMatchObject([
      {
        level: 'error',
        words: { key: 'event.address-changed', params: { old: 'b.example', new: 'a.example' } },
      },
    ])
    expect(notified({ lastProvenAddress: null })).toEqual([])
    const first = provenFrom({ lastProvenAddress: null, linkAddress: null })
    expect(first.effects).toContainEqual({ type: 'remember', address: ADDRESS })
    expect(usableAddress(first.state)).toBe(ADDRESS)
  })
})

describe('another provider', () => {
  const usedBy = (state: TunnelState, before: { address: string; same: boolean } | null) =>
    step(state, { type: 'use', provider, before }).state

  test('a new provider is expected at its previous address, and the outage begins', () => {
    const fresh = { ...initialState, provider: null }
    const known = usedBy(fresh, { address: ADDRESS, same: true })
    expect([known.linkAddress, known.lastProvenAddress, known.lostAt]).toEqual([ADDRESS, ADDRESS, NOW])
    const other = usedBy(fresh, { address: ADDRESS, same: false })
    expect([other.linkAddress, other.lastProvenAddress, other.lostAt]).toEqual([null, ADDRESS, null])
  })

  test('a new provider inherits the outage of the previous one', () => {
    expect(usedBy(STATES.lost, null).lostAt).toBe(away.lostAt)
    expect(usedBy(STATES.open, null).lostAt).toBe(NOW)
  })
})

describe('the state after a step', () => {
  const provings = (state: TunnelState, input: TunnelInput) =>
    step(state, input).effects.flatMap((effect) => (effect.type === 'prove' ? [effect] : []))

  test('a proof gets fifteen seconds, and five where the tunnel may be dead', () => {
    const limits = (['due', 'prove now', 'woke', 'doubt', 'doubtful'] as const).map(
      (name) => provings(STATES.open, INPUTS[name])[0]?.limitMs,
    )
    expect(limits).toEqual([15_000, 15_000, 5000, 5000, 5000])
    expect(provings(STATES.opening, INPUTS.started)).toMatchObject([
      { id: PROOF + 1, address: ADDRESS, limitMs: 15_000 },
    ])
  })

  test('after a wake the first failure counts, until a proof or another provider', () => {
    const woken = step(STATES.open, INPUTS.woke).state
    expect([woken.failsAtOnce, woken.attempts]).toEqual([true, 0])
    expect(step({ ...STATES.proving, failsAtOnce: true }, INPUTS.proven).state.failsAtOnce).toBe(false)
    expect(step({ ...STATES.open, failsAtOnce: true }, INPUTS.use).state.failsAtOnce).toBe(false)
  })

  test('an attempt to open is restarted on wake once it is older than two seconds', () => {
    const woken = (startedAt: number) =>
      cellOf({ ...away, phase: { kind: 'opening', startedAt } }, INPUTS.woke)
    expect([woken(NOW - 2000), woken(NOW - 2001)]).toEqual(['opening: changed', 'opening: open changed'])
  })

  test('failures of a former address do not count', () => {
    const { state } = step(STATES.failing, INPUTS.moved)
    expect(state.phase).toMatchObject({ kind: 'open', failures: 0, proof: { address: OTHER } })
  })

  test('the start of an outage or of reachability is kept while it lasts', () => {
    expect(step(STATES.proving, INPUTS.proven).state.since).toBe(reached.since)
    expect(step(STATES.opening, INPUTS['not started']).state.lostAt).toBe(away.lostAt)
    expect(step(STATES.failing, INPUTS.slept).state.lostAt).toBe(away.lostAt)
    expect(step(STATES.open, INPUTS.slept).state).toMatchObject({ since: null, lostAt: NOW - 20_000 })
  })

  test("a provider's notice reaches the owner as a warning", () => {
    const event = { level: 'warning', words }
    expect(step(STATES.open, INPUTS.notice).effects).toEqual([{ type: 'notify', event }])
  })

  test('the log contains where the tunnel is open and why it is not', () => {
    const logged = (state: TunnelState, input: TunnelInput) =>
      step(state, input).effects.flatMap((effect) =>
        effect.type === 'log' ? [[effect.level, effect.text]] : [],
      )
    expect(logged(STATES.opening, INPUTS.started)).toEqual([['info', 'tunnel: open at a.example']])
    expect(logged(STATES.open, INPUTS.lost)).toEqual([['warn', 'tunnel: not open: closed']])
  })
})

describe('the displayed state of the tunnel', () => {
  test.each([
    ['closed', 'none'],
    ['young', 'failing'],
    ['open', 'proven'],
    ['failing', 'failing'],
    ['proving', 'proven'],
    ['blocked', 'failing'],
  ] as const)('the state %s is shown as %s', (name, word) => {
    expect(publicState(STATES[name]).state).toBe(word)
  })

  test('a proof is shown while nothing is wrong, and "unproven" between two proofs', () => {
    const quiet = { since: null, problem: null }
    const shown = [STATES.opening, STATES.proving, STATES.open].map(
      (state) => publicState({ ...state, ...quiet }).state,
    )
    expect(shown).toEqual(['proving', 'proving', 'unproven'])
  })

  test('without a provider no address is shown, else the last proven one', () => {
    const known = { address: null, linkAddress: ADDRESS }
    expect(publicState({ ...STATES.closed, ...known })).toMatchObject({ provider: 'none', address: null })
    expect(publicState({ ...STATES.lost, ...known })).toMatchObject({ provider: 'ssh', address: ADDRESS })
    expect(publicState({ ...STATES.lost, address: OTHER }).address).toBe(OTHER)
  })

  test('the text of the problem is shown', () => {
    const problem = { words: { key: 'a', params: { host: 'h' } }, retries: true, detail: '' }
    expect(publicState({ ...STATES.lost, problem })).toMatchObject({
      problem: 'a',
      problemParams: { host: 'h' },
    })
    expect(publicState(STATES.open)).toMatchObject({ problem: null, problemParams: {} })
  })

  test('the next retry is shown, and when only the owner can help', () => {
    expect(publicState(STATES.lost)).toMatchObject({ retryAt: NOW + 4000, needsOwner: false })
    expect(publicState(STATES.blocked)).toMatchObject({ retryAt: null, needsOwner: true })
  })

  test('a static address is given before its proof, any other only afterwards', () => {
    const unproven = { ...STATES.opening, linkAddress: null }
    expect(usableAddress(unproven)).toBeNull()
    expect(usableAddress({ ...unproven, provider: { kind: 'own' } })).toBe(ADDRESS)
    expect(usableAddress({ ...STATES.open, provider: null })).toBeNull()
  })
})
