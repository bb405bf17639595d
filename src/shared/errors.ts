import type { NetworkTrouble } from './setup/network.ts'

/**
 * Failures are values (docs/architecture.md): expected failures are returned, stored and shown. Bugs throw.
 */
export type Side = 'chatra' | 'planfix'

export type ErrorCode =
  /**
   * The service refuses the keys or the token. Chatra may answer the same for an account without API access.
   */
  | 'wrong-keys'
  /** No API access on this plan (Chatra without a paid licence, Planfix code 21). */
  | 'no-plan'
  /** Unpaid, frozen, blocked or inactive account, user or token (Planfix codes 2, 10, 11, 16, 20, 23). */
  | 'unpaid'
  /** Planfix code 22; `retry.time` says when it resets. */
  | 'daily-limit'
  /** Planfix code 5 or 6; `scope` names the missing right of the token. */
  | 'missing-scope'
  /** Planfix refuses the token of its Chat API; its REST interface works on. */
  | 'wrong-chat-token'
  /** The task, contact, comment, client or message no longer exists. */
  | 'object-gone'
  | 'rate-limited'
  /** The request was not sent: refused connection, unknown host, no network. */
  | 'unreachable'
  /** Time-out, reset or 5xx of a write: the service may have executed it. */
  | 'unclear'
  /** Time-out, reset or 5xx of a read: repeating it is harmless. */
  | 'failing'
  /** The service certainly refused this one request. */
  | 'refused'
  /** A 2xx whose body does not match the contract; `detail` contains the path. */
  | 'bad-answer'

export type Retry = { when: 'never' } | { when: 'later' } | { when: 'at'; time: number }

export interface BridgeError {
  code: ErrorCode
  side: Side
  retry: Retry
  /** True when the service certainly did not execute the request. */
  certain: boolean
  /** Key of the catalogue text that explains it to the owner, e.g. `error.planfix.daily-limit`. */
  userMessageKey: string
  /** For the log: status, vendor code and text, path of a validation error. Never a secret. */
  detail: string
  status?: number
  vendorCode?: number
  scope?: string
  /** Why there was no answer at all. */
  network?: NetworkTrouble
  /** Our own time limit or that of a gateway expired: the request may still be executed late. */
  timedOut?: boolean
}

export type Result<T> = { ok: true; value: T } | { ok: false; error: BridgeError }

export const ok = <T>(value: T): Result<T> => ({ ok: true, value })
export const fail = (error: BridgeError): { ok: false; error: BridgeError } => ({ ok: false, error })

/** Builds a BridgeError with the default retry and certainty of its code; `extra` overrides them. */
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

/** Codes of a permanent refusal of one request. Requests with other codes are tried again. */
const NEVER_AGAIN: ReadonlySet<ErrorCode> = new Set(['object-gone', 'refused'])

/** Codes that concern the whole side of a connection: no other request to it can succeed at present. */
const WHOLE_SIDE: ReadonlySet<ErrorCode> = new Set([
  'wrong-keys',
  'no-plan',
  'unpaid',
  'daily-limit',
  'rate-limited',
  'unreachable',
])
export const stopsSide = (error: BridgeError): boolean => WHOLE_SIDE.has(error.code)

/** Codes that the owner must fix; until then the connection is paused, not merely waiting. */
const OWNER_MUST_ACT: ReadonlySet<ErrorCode> = new Set([
  'wrong-keys',
  'no-plan',
  'unpaid',
  'daily-limit',
  'missing-scope',
  'wrong-chat-token',
])
/** Codes that stop only a part of a side's work until the owner acts: the rest goes on. */
export const stopsPart = ({ code }: BridgeError): boolean =>
  code === 'missing-scope' || code === 'wrong-chat-token'
export const needsOwner = (error: BridgeError): boolean => OWNER_MUST_ACT.has(error.code)

export function assertNever(value: never): never {
  throw new Error(`unexpected ${JSON.stringify(value)}`)
}
