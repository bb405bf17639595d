import type { NetworkTrouble } from './network.ts'

/**
 * Failure is a value (docs/architecture.md): expected failures are returned, stored and shown. Bugs throw.
 */
export type Side = 'chatra' | 'planfix'

export type ErrorCode =
  /** The keys or the token are not accepted. Chatra may answer the same for an account without API access. */
  | 'wrong-keys'
  /** No API access on this plan (Chatra without a paid licence, Planfix code 21). */
  | 'no-plan'
  /** Unpaid, frozen, blocked or inactive account, user or token (Planfix codes 2, 10, 11, 16, 20, 23). */
  | 'unpaid'
  /** Planfix code 22; `retry.time` says when it resets. */
  | 'daily-limit'
  /** Planfix code 5 or 6; `scope` names what the token lacks. */
  | 'missing-scope'
  /** The task, contact, comment, client or message is not there any more. */
  | 'object-gone'
  | 'rate-limited'
  /** Nothing was sent: refused connection, unknown host, no network. */
  | 'unreachable'
  /** Time-out, reset or 5xx of a write: it may have been carried out. */
  | 'unclear'
  /** Time-out, reset or 5xx of a read: asking again is harmless. */
  | 'failing'
  /** A certain "no" to this request alone. */
  | 'refused'
  /** A 2xx whose body does not fit the contract; `detail` holds the path. */
  | 'bad-answer'

export type Retry = { when: 'never' } | { when: 'later' } | { when: 'at'; time: number }

export interface BridgeError {
  code: ErrorCode
  side: Side
  retry: Retry
  /** True when the service certainly did not carry the request out. */
  certain: boolean
  /** Key of the catalogue text that explains it to the owner, e.g. `error.planfix.daily-limit`. */
  userMessageKey: string
  /** For the log: status, vendor code and text, path of a misfit. Never a secret. */
  detail: string
  status?: number
  vendorCode?: number
  scope?: string
  /** Where there was no answer at all: why. */
  network?: NetworkTrouble
  /** Our own limit or that of a gateway ended the wait: what was asked for may still be carried out late. */
  timedOut?: boolean
}

export type Result<T> = { ok: true; value: T } | { ok: false; error: BridgeError }

export const ok = <T>(value: T): Result<T> => ({ ok: true, value })
export const fail = (error: BridgeError): { ok: false; error: BridgeError } => ({ ok: false, error })

/** Builds a BridgeError with the usual retry and certainty of its code; `extra` overrides. */
export function bridgeError(
  side: Side,
  code: ErrorCode,
  detail: string,
  extra: Partial<BridgeError> = {},
): BridgeError {
  return {
    code,
    side,
    retry: NEVER_AGAIN.has(code) ? { when: 'never' } : { when: 'later' },
    certain: code !== 'unclear' && code !== 'bad-answer',
    userMessageKey: `error.${side}.${code}`,
    detail,
    ...extra,
  }
}

/** Codes that say "no" to one request for good. The others are tried again. */
const NEVER_AGAIN: ReadonlySet<ErrorCode> = new Set(['object-gone', 'refused'])

/** Codes that concern the whole side of a connection: no other request to it can succeed for now. */
const WHOLE_SIDE: ReadonlySet<ErrorCode> = new Set([
  'wrong-keys',
  'no-plan',
  'unpaid',
  'daily-limit',
  'rate-limited',
  'unreachable',
])
export const stopsSide = (error: BridgeError): boolean => WHOLE_SIDE.has(error.code)

/** Codes the owner must mend; until then the connection is paused, not merely waiting. */
const OWNER_MUST_ACT: ReadonlySet<ErrorCode> = new Set([
  'wrong-keys',
  'no-plan',
  'unpaid',
  'daily-limit',
  'missing-scope',
])
export const needsOwner = (error: BridgeError): boolean => OWNER_MUST_ACT.has(error.code)

/** An error of the store (StoreUnavailableError): the disk is away or full, and the same work may succeed later. */
export const isStoreUnavailable = (error: unknown): boolean =>
  typeof error === 'object' &&
  error !== null &&
  'storeUnavailable' in error &&
  error.storeUnavailable === true

export function assertNever(value: never): never {
  throw new Error(`unexpected ${JSON.stringify(value)}`)
}
