import { type BridgeError, bridgeError } from '../../shared/errors.ts'
import { networkTrouble } from '../../shared/setup/network.ts'
import type { ChatraRequest, Outcome } from './transport.ts'
import { line } from './values.ts'

export interface Situation {
  /** Milliseconds since 1970. */
  now: number
  /** When a call of this connection was last accepted; null when never. */
  acceptedAt: number | null
  /** Removed from Chatra's texts before they are shown. */
  secrets: readonly string[]
}

/** How long an accepted call proves that the keys and the plan are valid, in milliseconds. */
const PROOF_LASTS_MS = 60_000
const LONGEST_WAIT_MS = 60 * 60_000

export const keysProven = ({ now, acceptedAt }: Situation): boolean =>
  acceptedAt !== null && now - acceptedAt < PROOF_LASTS_MS

/**
 * Classifies an answer other than 2xx, or no answer (contracts/chatra.md §1, §10: statuses and the shape of
 * error bodies are UNKNOWN, so only the status decides and the body is only explanation).
 * 403 may mean bad keys, no paid plan or too many requests: it counts as `rate-limited` when the keys were
 * accepted within the last minute, else as `wrong-keys`.
 */
export function toBridgeError(request: ChatraRequest, outcome: Outcome, situation: Situation): BridgeError {
  return outcome.kind === 'silence' ? fromSilence(request, outcome) : fromStatus(request, outcome, situation)
}

function fromSilence(
  request: ChatraRequest,
  { begun, timedOut, code }: Extract<Outcome, { kind: 'silence' }>,
): BridgeError {
  const why = timedOut ? 'time-out' : code
  const what = `${why}: ${request.method} ${request.label}`
  const network = networkTrouble(why)
  if (!begun) return bridgeError('chatra', 'unreachable', `${what} could not connect`, { network })
  return bridgeError('chatra', isWrite(request) ? 'unclear' : 'failing', `${what} was not answered`, {
    network,
  })
}

function fromStatus(
  request: ChatraRequest,
  { status, body, retryAfter }: Extract<Outcome, { kind: 'answer' }>,
  situation: Situation,
): BridgeError {
  const words = explanation(body, situation.secrets)
  const detail = `${request.method} ${request.label} answered ${status}${words && `: ${words}`}`
  const wait = waitUntil(retryAfter, situation.now)
  const retry = wait === null ? {} : { retry: { when: 'at' as const, time: wait } }
  const of = (code: BridgeError['code'], extra: Partial<BridgeError> = {}) =>
    bridgeError('chatra', code, detail, { status, ...extra })

  if (status >= 500) return of(isWrite(request) ? 'unclear' : 'failing', retry)
  if (status === 401) return of('wrong-keys')
  if (status === 402) return of('no-plan')
  if (status === 403) return keysProven(situation) ? of('rate-limited', retry) : of('wrong-keys')
  if (status === 404) return of('object-gone')
  if (status === 429) return of('rate-limited', retry)
  // The request did not arrive completely (408), or a proxy redirects it (3xx): the refusal may be temporary.
  if (status === 408 || status < 400) return of('failing', { certain: true, ...retry })
  return of('refused')
}

const isWrite = ({ method }: ChatraRequest) => method !== 'GET'

/** Chatra's own words out of `{code, message}`, `{error}`, text, or nothing (switch `error-body`), without secrets. */
export function explanation(body: string, secrets: readonly string[]): string {
  const said = errorWords(body)
  const clean = secrets.filter(Boolean).reduce((text, secret) => text.replaceAll(secret, '***'), said)
  return line(clean, 200) ?? ''
}

function errorWords(body: string): string {
  if (/^\s*</.test(body)) return `an HTML page: ${body.slice(0, 4_000).replace(/<[^<>]*>/g, ' ')}`
  try {
    const parsed: unknown = JSON.parse(body)
    if (typeof parsed === 'string') return parsed
    if (typeof parsed !== 'object' || parsed === null) return ''
    const { code, message, error } = parsed as Record<string, unknown>
    return [code, message, error]
      .filter((part) => typeof part === 'string' || typeof part === 'number')
      .join(' ')
  } catch {
    return body.slice(0, 1_000)
  }
}

/** `Retry-After` in seconds or as a date; at most an hour ahead, null when it is unusable. */
function waitUntil(retryAfter: string | null, now: number): number | null {
  if (retryAfter === null) return null
  const text = retryAfter.trim()
  const time = /^\d+(\.\d+)?$/.test(text) ? now + Number(text) * 1000 : Date.parse(text)
  if (Number.isNaN(time) || time < now) return null
  return Math.min(Math.ceil(time), now + LONGEST_WAIT_MS)
}
