import type { PublicAddress } from '../../shared/api/state.ts'
import type { Words } from '../../shared/api.ts'
import type { TunnelChange, TunnelProblem } from './provider.ts'
import {
  type Moment,
  type Outcome,
  type Phase,
  type PhaseProof,
  type Proof,
  type ProviderFacts,
  proofOf,
  type Remembered,
  type TunnelEffect,
  type TunnelEvent,
  type TunnelInput,
  type TunnelState,
  wakeAt,
} from './tunnel-state.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const LONGEST_PROOF_MS = 15 * SECOND
/** After waking up, a tunnel that does not answer within this time counts as dead. */
const WAKE_PROOF_MS = 5 * SECOND
/** Within ten minutes a silent tunnel is proven twice, so silence needs no timer of its own. */
const PROVE_EVERY_MS = 5 * MINUTE
const PROVE_AGAIN_MS = 5 * SECOND
const FAILURES_TO_REOPEN = 2
const FIRST_WAIT_MS = SECOND
const LONGEST_WAIT_MS = MINUTE
/** A tunnel that was open for less than this counts as a failure: delays keep growing. */
const STEADY_MS = 30 * SECOND
/** A younger attempt to open is not restarted because of a network change. */
const YOUNG_MS = 2 * SECOND
const REPORTED_GAP_MS = MINUTE
/** One proof answers all doubts that arise at about the same time. */
const SUSPECT_AGAIN_MS = 3 * SECOND

/** The next state and effects after an input. Pure: the caller runs the effects. */
export function transition(state: TunnelState, input: TunnelInput, moment: Moment): Outcome {
  const { now } = moment
  switch (input.type) {
    case 'use':
      return used(state, input.provider, input.before, now)
    case 'stop':
      return and({ ...left(state), provider: null }, { type: 'close' }, SETTLED)
    case 'started':
      if (input.generation !== state.generation) return and(state)
      return input.start.ok
        ? opened(state, input.start.address, now)
        : lost(state, input.start.problem, moment)
    case 'change':
      return input.generation === state.generation ? changed(state, input.change, moment) : and(state)
    case 'proof':
      return proofOf(state)?.id === input.id ? proofCame(state, input.proof, moment) : and(state)
    case 'due':
      return wakeAt(state) === null ? and(state) : tried(state, LONGEST_PROOF_MS, now)
    case 'slept':
      return and(state.since === null ? state : { ...state, since: null, lostAt: input.since })
    case 'woke':
      return woke(state, now)
    case 'doubt':
      return now - (state.provenAt ?? 0) > SUSPECT_AGAIN_MS ? proving(state, WAKE_PROOF_MS) : and(state)
    case 'prove-now':
      if (state.phase.kind === 'lost' || state.phase.kind === 'blocked')
        return tried({ ...state, attempts: 0 }, LONGEST_PROOF_MS, now)
      return proving(state, LONGEST_PROOF_MS)
    case 'webhook':
      return and({ ...state, lastGood: now })
  }
}

const and = (state: TunnelState, ...effects: TunnelEffect[]): Outcome => ({ state, effects })
const CHANGED: TunnelEffect = { type: 'changed' }
const SETTLED: TunnelEffect = { type: 'settled' }

/** Everything opened before is obsolete. */
const left = (state: TunnelState): TunnelState => ({
  ...state,
  phase: { kind: 'closed' },
  generation: state.generation + 1,
})

function used(
  state: TunnelState,
  provider: ProviderFacts | null,
  before: Remembered | null,
  now: number,
): Outcome {
  // Senders may use an address that was proven once; an address being set up is unknown to them.
  const isKnown = state.since !== null || before?.same === true
  const next: TunnelState = {
    ...left(state),
    provider,
    lastProvenAddress: state.lastProvenAddress ?? before?.address ?? null,
    linkAddress: before?.same ? before.address : null,
    lostAt: provider === null ? null : (state.lostAt ?? (isKnown ? now : null)),
    address: null,
    problem: null,
    provenAt: null,
    since: null,
    lastGood: now,
    attempts: 0,
    failsAtOnce: false,
  }
  if (provider === null) return and(next, CHANGED)
  const { state: opening, effects } = reopened(next, now)
  return and(opening, ...effects, CHANGED)
}

const reopened = (state: TunnelState, now: number): Outcome =>
  and({ ...left(state), phase: { kind: 'opening', startedAt: now } }, { type: 'open' })

/** Proves an open tunnel, and opens a closed one. */
function tried(state: TunnelState, limitMs: number, now: number): Outcome {
  if (state.provider === null) return and(state)
  return state.phase.kind === 'open' ? proving(state, limitMs) : reopened(state, now)
}

function woke(state: TunnelState, now: number): Outcome {
  const { provider, phase } = state
  if (provider === null || state.problem?.retries === false) return and(state)
  const awake = { ...state, failsAtOnce: true, attempts: 0 }
  if (phase.kind === 'opening' && now - phase.startedAt <= YOUNG_MS) return and(awake, CHANGED)
  const { state: next, effects } = tried(awake, WAKE_PROOF_MS, now)
  return and(next, ...effects, CHANGED)
}

function opened(state: TunnelState, address: string, now: number): Outcome {
  const open: Phase = { kind: 'open', failures: 0, proof: { kind: 'planned', at: now } }
  const { state: next, effects } = proving({ ...state, phase: open, address }, LONGEST_PROOF_MS)
  return and(
    next,
    { type: 'log', level: 'info', text: `tunnel: open at ${hostOf(address)}` },
    ...effects,
    CHANGED,
  )
}

function changed(state: TunnelState, change: TunnelChange, moment: Moment): Outcome {
  switch (change.type) {
    case 'notice':
      return and(state, { type: 'notify', event: { level: 'warning', words: change.words } })
    case 'lost':
      return lost(state, change.problem, moment)
    case 'doubtful': {
      const doubtful = { ...notReached(state, moment.now), problem: change.problem }
      const { state: next, effects } = proving(doubtful, WAKE_PROOF_MS)
      return and(next, ...effects, CHANGED)
    }
    case 'address': {
      if (change.address === state.address) return and(state)
      const moved: TunnelState = { ...notReached(state, moment.now), address: change.address }
      const phase: Phase = moved.phase.kind === 'open' ? { ...moved.phase, failures: 0 } : moved.phase
      const { state: next, effects } = proving({ ...moved, phase }, LONGEST_PROOF_MS)
      return and(next, ...effects, CHANGED)
    }
  }
}

function lost(state: TunnelState, problem: TunnelProblem, { now, random }: Moment): Outcome {
  const wasSteady = state.since !== null && now - state.since >= STEADY_MS
  const attempts = wasSteady ? 0 : state.attempts
  const isAtOnce = state.failsAtOnce && state.phase.kind === 'open'
  const away: TunnelState = { ...left(notReached(state, now)), problem, attempts, failsAtOnce: false }
  const effects: TunnelEffect[] = [
    { type: 'log', level: 'warn', text: `tunnel: not open: ${problem.detail}` },
    SETTLED,
    CHANGED,
  ]
  if (!problem.retries) return and({ ...away, phase: { kind: 'blocked' } }, ...effects)
  if (isAtOnce) return and({ ...away, phase: { kind: 'lost', retryAt: now } }, ...effects)
  const phase: Phase = { kind: 'lost', retryAt: now + waitMs(attempts, random()) }
  return and({ ...away, phase, attempts: attempts + 1 }, ...effects)
}

function waitMs(attempts: number, random: number): number {
  const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempts)
  return Math.round(longest * (0.5 + random / 2))
}

// ---- proving

/** Begins a proof if the tunnel is open and its address is not being proven already. */
function proving(state: TunnelState, limitMs: number): Outcome {
  const { phase, address } = state
  if (phase.kind !== 'open' || address === null || proofOf(state)?.address === address) return and(state)
  const id = state.proofs + 1
  const next: Phase = { ...phase, proof: { kind: 'running', id, address } }
  return and({ ...state, phase: next, proofs: id }, { type: 'prove', id, address, limitMs })
}

function proofCame(state: TunnelState, proof: Proof, moment: Moment): Outcome {
  return proof.ok ? proven(state, moment.now) : unproven(state, proof.problem, moment)
}

function proven(state: TunnelState, now: number): Outcome {
  const { provider, phase, lastProvenAddress: pasted } = state
  const address = proofOf(state)?.address
  if (phase.kind !== 'open' || address === undefined) return and(state)
  const proof: PhaseProof = { kind: 'planned', at: now + (provider?.proofEveryMs ?? PROVE_EVERY_MS) }
  const reached: TunnelState = {
    ...state,
    phase: { kind: 'open', failures: 0, proof },
    failsAtOnce: false,
    problem: null,
    provenAt: now,
    lastGood: now,
    linkAddress: address,
    lastProvenAddress: address,
  }
  const gap = state.since === null ? gapOf(state, now) : null
  const next =
    state.since === null ? { ...reached, since: now, lostAt: null, gap: gap ?? state.gap } : reached
  const effects: TunnelEffect[] = []
  if (gap) effects.push({ type: 'notify', event: gapEvent(gap) })
  if (address !== pasted) effects.push({ type: 'remember', address })
  if (address !== pasted && pasted !== null)
    effects.push({ type: 'notify', event: addressEvent(pasted, address) })
  return and(next, ...effects, SETTLED, CHANGED)
}

function unproven(state: TunnelState, words: Words, moment: Moment): Outcome {
  const { phase } = state
  if (phase.kind !== 'open') return and(state)
  const problem = { words, retries: true, detail: `the proof failed: ${words.key}` }
  const failures = phase.failures + 1
  if (failures >= FAILURES_TO_REOPEN || state.failsAtOnce) return lost(state, problem, moment)
  const proof: PhaseProof = { kind: 'planned', at: moment.now + PROVE_AGAIN_MS }
  const failing: TunnelState = {
    ...notReached(state, moment.now),
    problem,
    phase: { ...phase, failures, proof },
  }
  return and(failing, SETTLED, CHANGED)
}

/** It was reachable until now, or, where it may have been dead for long, until the last sign of it. */
const notReached = (state: TunnelState, now: number): TunnelState =>
  state.since === null ? state : { ...state, since: null, lostAt: state.failsAtOnce ? state.lastGood : now }

function gapOf({ lostAt, provider }: TunnelState, now: number): PublicAddress['gap'] {
  if (lostAt === null || now - lostAt <= REPORTED_GAP_MS) return null
  return { from: lostAt, to: now, kept: provider?.storesWhileClosed === true }
}

const gapEvent = ({ from, to, kept }: NonNullable<PublicAddress['gap']>): TunnelEvent => ({
  level: kept ? 'info' : 'warning',
  words: { key: kept ? 'event.address-gap-kept' : 'event.address-gap', params: { from, to } },
})

/** The address differs from the one pasted at the services: the owner must paste it again. */
const addressEvent = (old: string, address: string): TunnelEvent => ({
  level: 'error',
  words: { key: 'event.address-changed', params: { old: hostOf(old), new: hostOf(address) } },
})

/** With the port, if there is one. */
const hostOf = (address: string): string => (URL.canParse(address) ? new URL(address).host : address)
