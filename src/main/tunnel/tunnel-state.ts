import type { PublicAddress } from '../../shared/api/state.ts'
import type { Words } from '../../shared/api.ts'
import type { TunnelChange, TunnelProblem, TunnelProvider, TunnelStart } from './provider.ts'

/** Whether a request sent through the address arrived at our own receiver. */
export type Proof = { ok: true } | { ok: false; problem: Words }

/** Notices for the owner. */
export interface TunnelEvent {
  level: 'info' | 'warning' | 'error'
  words: Words
}

/** State of the public address from before the program started. */
export interface Remembered {
  /** The last proven address. */
  address: string
  /** From the same provider with the same settings: the address will probably be the same. */
  same: boolean
}

/** The properties of a provider that affect decisions. */
export type ProviderFacts = Pick<TunnelProvider, 'kind' | 'proofEveryMs' | 'storesWhileClosed'>

/** The phase of the tunnel. Times in milliseconds since 1970. */
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

/**
 * A proof is under way, or the next one is planned. `id` distinguishes it from an older proof of another
 * address.
 */
export type PhaseProof = { kind: 'running'; id: number; address: string } | { kind: 'planned'; at: number }

export interface TunnelState {
  provider: ProviderFacts | null
  phase: Phase
  /** Number of the current opening: reports of an earlier one are obsolete. */
  generation: number
  /** Number of proofs begun so far. */
  proofs: number
  /** Openings that failed in a row: the delay doubles with each. */
  attempts: number
  /** The computer slept or the network changed: the first failure counts. */
  failsAtOnce: boolean
  problem: TunnelProblem | null
  /** The provider's last address. */
  address: string | null
  /** The last proven address, of any provider: the one that is pasted at the services. */
  lastProvenAddress: string | null
  /** The address for links (see `usableAddress`). */
  linkAddress: string | null
  provenAt: number | null
  /** Start of the current reachable period; null = it is not reachable. */
  since: number | null
  /** Start of the current outage; null = it is reachable, or the address was never used. */
  lostAt: number | null
  /** When a request last came in through it. */
  lastGood: number
  /** The last outage that was reported to the owner. */
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
  /** Use this provider from now on; null = none. The previous one was stopped. */
  | { type: 'use'; provider: ProviderFacts | null; before: Remembered | null }
  | { type: 'stop' }
  /** The provider opened the tunnel, or failed. */
  | { type: 'started'; generation: number; start: TunnelStart }
  | { type: 'change'; generation: number; change: TunnelChange }
  | { type: 'proof'; id: number; proof: Proof }
  /** The time `wakeAt` was reached. */
  | { type: 'due' }
  /** The computer slept since then, and the address was unreachable. */
  | { type: 'slept'; since: number }
  /** The computer woke up or the network changed. */
  | { type: 'woke' }
  /** One of our calls got no answer. */
  | { type: 'doubt' }
  /** The owner requests a proof now. */
  | { type: 'prove-now' }
  | { type: 'webhook' }

/** Effects to run, in this order, once the new state is stored. */
export type TunnelEffect =
  /** Close the provider, also a hanging start, and open it: its reports belong to this generation. */
  | { type: 'open' }
  | { type: 'close' }
  | { type: 'prove'; id: number; address: string; limitMs: number }
  | { type: 'remember'; address: string }
  | { type: 'notify'; event: TunnelEvent }
  | { type: 'log'; level: 'info' | 'warn'; text: string }
  /** The attempt has a result: for callers that wait for it. */
  | { type: 'settled' }
  /** The public state may have changed. */
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

/** When the tunnel acts by itself; null = it waits for another input. */
export function wakeAt({ phase }: TunnelState): number | null {
  if (phase.kind === 'lost') return phase.retryAt
  return phase.kind === 'open' && phase.proof.kind === 'planned' ? phase.proof.at : null
}

/**
 * The address for links and for pasting: a static one as it is, any other once it was proven. It stays while
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
