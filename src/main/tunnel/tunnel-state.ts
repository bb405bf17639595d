import type { PublicAddress } from '../../shared/api/state.ts'
import type { Words } from '../../shared/api.ts'
import type { TunnelChange, TunnelProblem, TunnelProvider, TunnelStart } from './provider.ts'

/** Whether a request sent through the address arrived at our own receiver. */
export type Proof = { ok: true } | { ok: false; problem: Words }

/** What the owner is told. */
export interface TunnelEvent {
  level: 'info' | 'warning' | 'error'
  words: Words
}

/** What was known of the public address before the program started. */
export interface Remembered {
  /** Proven last. */
  address: string
  /** By the same provider with the same settings: it is likely to be the address again. */
  same: boolean
}

/** What of a provider decides anything. */
export type ProviderFacts = Pick<TunnelProvider, 'kind' | 'proofEveryMs' | 'storesWhileClosed'>

/** How far the tunnel is open. Times in milliseconds since 1970. */
export type Phase =
  /** There is no provider, or it was stopped. */
  | { kind: 'closed' }
  | { kind: 'opening'; startedAt: number }
  /** `failures`: proofs that failed in a row. */
  | { kind: 'open'; failures: number; proof: PhaseProof }
  /** It was lost, or did not open; it is opened again at `retryAt`. */
  | { kind: 'lost'; retryAt: number }
  /** Only the owner can help. */
  | { kind: 'blocked' }

/** A proof is under way, or the next one has its time. `id` tells a proof from an older one of another address. */
export type PhaseProof = { kind: 'running'; id: number; address: string } | { kind: 'planned'; at: number }

export interface TunnelState {
  provider: ProviderFacts | null
  phase: Phase
  /** The number of the present opening: what a former one still reports means nothing any more. */
  generation: number
  /** Proofs begun so far. */
  proofs: number
  /** Openings that failed in a row: the wait doubles with each. */
  attempts: number
  /** The computer slept or the network changed: the first failure is believed. */
  failsAtOnce: boolean
  problem: TunnelProblem | null
  /** What the provider gave last. */
  address: string | null
  /** The last address that was proven, by whichever provider: the one that is pasted at the services. */
  lastProvenAddress: string | null
  /** What links are made with (see `usableAddress`). */
  linkAddress: string | null
  provenAt: number | null
  /** Since when it is reached without a break; null = it is not. */
  since: number | null
  /** Since when it is not; null = it is reached, or nobody ever knew the address. */
  lostAt: number | null
  /** When something last came in through it. */
  lastGood: number
  /** The last time that it was not reached and that the owner was told of. */
  gap: PublicAddress['gap']
}

export const initialState: TunnelState = {
  provider: null,
  phase: { kind: 'closed' },
  generation: 0,
  proofs: 0,
  attempts: 0,
  failsAtOnce: false,
  problem: null,
  address: null,
  lastProvenAddress: null,
  linkAddress: null,
  provenAt: null,
  since: null,
  lostAt: null,
  lastGood: 0,
  gap: null,
}

export type TunnelInput =
  /** This provider from now on; null = none. The one before was stopped. */
  | { type: 'use'; provider: ProviderFacts | null; before: Remembered | null }
  | { type: 'stop' }
  /** The provider opened the tunnel, or could not. */
  | { type: 'started'; generation: number; start: TunnelStart }
  | { type: 'change'; generation: number; change: TunnelChange }
  | { type: 'proof'; id: number; proof: Proof }
  /** The time of `wakeAt` has come. */
  | { type: 'due' }
  /** The computer slept since then: nobody could reach it. */
  | { type: 'slept'; since: number }
  /** The computer woke up or the network changed. */
  | { type: 'woke' }
  /** A call of ours met silence. */
  | { type: 'doubt' }
  /** The owner wants it proven now. */
  | { type: 'prove-now' }
  | { type: 'webhook' }

/** What is to be done, in this order, once the new state holds. */
export type TunnelEffect =
  /** Close the provider, also what hangs in its start, and open it: what it reports belongs to this generation. */
  | { type: 'open' }
  | { type: 'close' }
  | { type: 'prove'; id: number; address: string; limitMs: number }
  | { type: 'remember'; address: string }
  | { type: 'notify'; event: TunnelEvent }
  | { type: 'log'; level: 'info' | 'warn'; text: string }
  /** Something came of what was tried: for callers that wait for it. */
  | { type: 'settled' }
  /** The public state may be another one. */
  | { type: 'changed' }

/** `random`: a number from 0 up to 1, for the jitter of a wait. */
export interface Moment {
  now: number
  random: () => number
}

export interface Outcome {
  state: TunnelState
  effects: TunnelEffect[]
}

/** The proof that is under way. */
export const proofOf = ({ phase }: TunnelState) =>
  phase.kind === 'open' && phase.proof.kind === 'running' ? phase.proof : null

/** When the tunnel acts by itself; null = it waits for something else. */
export function wakeAt({ phase }: TunnelState): number | null {
  if (phase.kind === 'lost') return phase.retryAt
  return phase.kind === 'open' && phase.proof.kind === 'planned' ? phase.proof.at : null
}

/**
 * The address for links and for pasting: one of the owner's own as it is, any other once it was proven. It stays while
 * the tunnel is closed for a while.
 */
export function usableAddress({ provider, address, linkAddress }: TunnelState): string | null {
  if (provider === null) return null
  return provider.kind === 'own' ? (address ?? linkAddress) : linkAddress
}

export function publicState(state: TunnelState): Omit<PublicAddress, 'standby'> {
  const { provider, phase, problem } = state
  return {
    provider: provider?.kind ?? 'none',
    address: provider === null ? null : (state.address ?? state.linkAddress),
    state: wordOf(state),
    provenAt: state.provenAt,
    problem: problem?.words.key ?? null,
    problemParams: problem?.words.params ?? {},
    needsOwner: problem?.retries === false,
    since: state.since,
    lostAt: state.lostAt,
    retryAt: phase.kind === 'lost' ? phase.retryAt : null,
    gap: state.gap,
  }
}

function wordOf(state: TunnelState): PublicAddress['state'] {
  if (state.provider === null) return 'none'
  if (state.since !== null) return 'proven'
  if (state.problem !== null) return 'failing'
  return state.phase.kind === 'opening' || proofOf(state) !== null ? 'proving' : 'unproven'
}
