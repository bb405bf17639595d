import type { BridgeError, ErrorCode, Retry } from '../../shared/errors.ts'
import { bridgeError } from '../../shared/errors.ts'
import { networkTrouble } from '../../shared/setup/network.ts'
import type { Scope } from '../../shared/setup/scopes.ts'

/** The facts about a request that are needed to classify its failure. */
export interface RequestInfo {
  method: 'GET' | 'POST' | 'DELETE'
  /** Without query, so that it may be logged. */
  path: string
  /** The right that the token needs, named to the owner when it is missing. */
  scope: Scope | 'comment_update'
  /** A write: an unknown outcome must be reconciled before it is sent again. */
  writes: boolean
  /** The object that the request needs; `account` for lists and settings. */
  about: 'task' | 'contact' | 'comment' | 'file' | 'tag' | 'account'
}

export interface Failure {
  status: number
  /** Vendor code; null when the body contains none. */
  vendorCode: number | null
  text: string
  /** As sent, unit unknown (see limits/daily-limit-reset.ts). */
  timeToReset: number | null
  /** Milliseconds since 1970, from Retry-After. */
  retryAt: number | null
  /**
   * Code 22 for seconds or minutes: too many requests in a short time, not the daily limit (see
   * limits/daily-limit-reset.ts).
   */
  isPause?: boolean
}

/** A gateway gave up waiting: the server behind it may still be working. */
const GATEWAY_TIMEOUT = 504

/** Account, user or token that is inactive, blocked or unpaid (§3). */
const UNPAID = new Set([2, 10, 11, 16, 20, 23])
/**
 * "Does not exist" (§3). 7000 counts only where the file was requested, and 4000 (an employee) never: a
 * comment whose author or attachment is missing does not mean that its task is. 2000 always counts: a contact
 * may be merged away at any time (§8), and the caller must find the contact again.
 */
const GONE = new Set([1000, 2000, 5000, 6000, 6010])
/** Rejected before execution, so the result is certain even inside a 5xx. */
const CHECKED_FIRST = new Set([6, 7, 30, 40, 41, 2003, 2004, 2005, 2006, 7002])

/**
 * Converts an unsuccessful answer to an error: by vendor code first, never by text (§3), then by HTTP status.
 * `resetAt` is the end of the daily limit, if the answer contains it.
 */
export function errorOfFailure(failure: Failure, asked: RequestInfo, resetAt: number | null): BridgeError {
  const { vendorCode: code, status } = failure
  const at: Retry = failure.retryAt === null ? { when: 'later' } : { when: 'at', time: failure.retryAt }
  const named = (errorCode: ErrorCode, extra: Partial<BridgeError> = {}) =>
    bridgeError('planfix', errorCode, inWords(failure, asked), {
      status,
      ...(code !== null && { vendorCode: code }),
      ...(status === GATEWAY_TIMEOUT && { timedOut: true }),
      ...extra,
    })

  if (code === 1) return named('wrong-keys')
  if (code === 21) return named('no-plan')
  if (code !== null && UNPAID.has(code)) return named('unpaid')
  if (code === 22 && failure.isPause) return named('rate-limited', { retry: at })
  if (code === 22) {
    return named('daily-limit', {
      retry: resetAt === null ? { when: 'later' } : { when: 'at', time: resetAt },
    })
  }
  if (code === 5) return named('missing-scope', { scope: asked.scope })
  // Code 6 closes a method or a single object. For a single object it must not stop the whole connection: an
  // object that cannot be read counts as gone, one that cannot be written as refused.
  if (code === 6) {
    if (asked.about === 'account') return named('missing-scope', { scope: asked.scope })
    return asked.writes ? named('refused') : named('object-gone')
  }
  if (code !== null && (GONE.has(code) || (code === 7000 && asked.about === 'file')))
    return named('object-gone')
  if (status === 429) return named('rate-limited', { retry: at })

  if (status >= 500) {
    if (code !== null && (CHECKED_FIRST.has(code) || code % 1000 === 0) && code !== 0) return named('refused')
    return named(asked.writes ? 'unclear' : 'failing', { retry: at })
  }
  if (status >= 400) return byClientStatus(status, code, asked, named)
  if (status >= 300) {
    // Not an answer of Planfix (a login page, a moved address): nothing was executed.
    return named('unreachable')
  }
  // A failure inside a 2xx (switch `fail-in-2xx`): with a code it is certain, "unknown error" is not.
  if (code) return named('refused')
  return named(asked.writes ? 'unclear' : 'failing')
}

function byClientStatus(
  status: number,
  code: number | null,
  asked: RequestInfo,
  named: (errorCode: ErrorCode, extra?: Partial<BridgeError>) => BridgeError,
): BridgeError {
  if (code) return named('refused')
  switch (status) {
    case 401:
      return named('wrong-keys')
    case 402:
      return named('unpaid')
    // A bare 403 or 405 is most likely a missing right of the token; it is tried again, since a person may
    // fix it.
    case 403:
    case 405:
      return named('missing-scope', { scope: asked.scope })
    case 408:
    case 425:
      return named('unreachable')
    case 404:
      // Without Planfix's own body the 404 comes from another program (a wrong address) and must not create
      // new tasks.
      return named(code === 0 && asked.about !== 'account' ? 'object-gone' : 'refused')
    case 400:
      // For a missing task Planfix answers code 0 (§6.3, switch `missing-task`).
      return named(code === 0 && asked.about === 'task' && asked.method === 'GET' ? 'object-gone' : 'refused')
    default:
      return named('refused')
  }
}

/** Network errors that occur before Planfix can have read any byte of the request. */
const NOTHING_SENT =
  /^(ECONNREFUSED|ENOTFOUND|EAI_\w+|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL|EPROTO|CERT_\w+|ERR_TLS_\w+|ERR_SSL_\w+|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|HOSTNAME_MISMATCH|INVALID_CA|ERR_INVALID_URL|ERR_PROXY_\w+)$/

/** No answer at all. `timedOutMs` when our own limit expired. */
export function errorOfNetwork(thrown: unknown, asked: RequestInfo, timedOutMs: number | null): BridgeError {
  const what = `${asked.method} ${asked.path}`
  const lost = asked.writes ? 'unclear' : 'failing'
  if (timedOutMs !== null) {
    return bridgeError('planfix', lost, `time-out: ${what} had no answer within ${timedOutMs / 1000} s`, {
      network: 'time-out',
      timedOut: true,
    })
  }
  const { code, syscall } = causeOf(thrown)
  if (code === 'ETIMEDOUT' && syscall !== 'connect') {
    return bridgeError('planfix', lost, `time-out: ${what}: ${code}`, { network: 'time-out', timedOut: true })
  }
  const unreachable = NOTHING_SENT.test(code) || syscall === 'connect'
  return bridgeError('planfix', unreachable ? 'unreachable' : lost, `${what}: ${code}`, {
    network: networkTrouble(code),
  })
}

/** The code of the innermost error that has one: messages contain addresses, codes do not. */
export function causeOf(thrown: unknown): { code: string; syscall: string | null } {
  let code = 'no answer'
  let syscall: string | null = null
  let error: unknown = thrown
  for (let depth = 0; depth < 5 && typeof error === 'object' && error !== null; depth++) {
    const {
      code: own,
      syscall: call,
      cause,
    } = error as { code?: unknown; syscall?: unknown; cause?: unknown }
    if (typeof own === 'string') code = own
    if (typeof call === 'string') syscall = call
    error = cause
  }
  return { code, syscall }
}

/** A 2xx that does not match the contract. A write may have been executed: `certain` is false. */
export function badAnswer(asked: RequestInfo, status: number, misfit: string): BridgeError {
  return bridgeError('planfix', 'bad-answer', `${asked.method} ${asked.path}: ${misfit}`, { status })
}

function inWords({ status, vendorCode, text }: Failure, { method, path }: RequestInfo): string {
  const code = vendorCode === null ? '' : `, code ${vendorCode}`
  const said = text ? ` "${text}"` : ''
  const late = status === GATEWAY_TIMEOUT ? 'time-out: ' : ''
  return `${late}${method} ${path}: HTTP ${status}${code}${said}`
}

/**
 * The failure in an answer; null when it is a success. Keys are compared in any case (§3: the help page
 * writes them with capitals), and `"result":"fail"` counts inside a 2xx as well (switch `fail-in-2xx`).
 */
export function failureIn(status: number, body: unknown, retryAt: number | null): Failure | null {
  const fields = lowerKeys(body)
  const failed = String(fields.result ?? '').toLowerCase() === 'fail'
  if (status >= 200 && status < 300 && !failed) return null
  return {
    status,
    vendorCode: numberOf(fields.code),
    text: String(fields.error ?? '')
      .replace(/\s+/g, ' ')
      .slice(0, 200),
    timeToReset: numberOf(fields.timetoreset),
    retryAt,
  }
}

const lowerKeys = (body: unknown): Record<string, unknown> =>
  typeof body === 'object' && body !== null && !Array.isArray(body)
    ? Object.fromEntries(Object.entries(body).map(([key, value]) => [key.toLowerCase(), value]))
    : {}

function numberOf(value: unknown): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : null
}
