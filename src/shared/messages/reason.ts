import type { ErrorCode, Side } from '../errors.ts'

/**
 * Why a message is in its state (docs/architecture.md, "Life of a message"). Messages, log entries and inbox rows store
 * it as the text that `printReason` returns; `parseReason` alone reads meaning out of that text.
 */
export type Reason =
  /** A service's failure: its code and the service's answer, empty when it gave none. */
  | { kind: 'service'; side: Side; code: ErrorCode; detail: string }
  /** The loop breaker stopped the conversation. */
  | { kind: 'paused'; why: string }
  /** An echo that was recognised only by its text, and the message it matched. */
  | { kind: 'own-echo'; messageId: number }
  /** An inbox row that a bug prevents from being processed. */
  | { kind: 'put-aside'; fault: string }
  /** A webhook with an event that the bridge does not know. */
  | { kind: 'unknown-event'; name: string }
  /** A machine word such as `not-arrived`, or the path of a value that could not be read. */
  | { kind: 'word'; word: string }

/** The text that is stored for it. */
export function printReason(reason: Reason): string {
  switch (reason.kind) {
    case 'service':
      return `${reason.side}: ${reason.code} (${reason.detail})`
    case 'paused':
      return `paused: ${reason.why}`
    case 'own-echo':
      return `own-echo (message ${reason.messageId})`
    case 'put-aside':
      return `put-aside: ${reason.fault}`
    case 'unknown-event':
      return `unknown event "${reason.name}"`
    case 'word':
      return reason.word
  }
}

/** The reason that a stored text means. A text without a form of its own is a `word`. Never throws. */
export function parseReason(text: string): Reason {
  for (const [form, read] of FORMS) {
    const found = form.exec(text)
    const reason = found === null ? null : read(found[1] ?? '', found[2] ?? '', found[3] ?? '')
    if (reason !== null) return reason
  }
  return { kind: 'word', word: text }
}

type Read = (first: string, second: string, third: string) => Reason | null
const FORMS: readonly (readonly [RegExp, Read])[] = [
  [
    /^(chatra|planfix): ([a-z-]+)(?: \((.*)\))?$/s,
    (side, code, detail) =>
      isErrorCode(code)
        ? { kind: 'service', side: side === 'chatra' ? 'chatra' : 'planfix', code, detail }
        : null,
  ],
  [/^paused: (.*)$/s, (why) => ({ kind: 'paused', why })],
  [/^own-echo \(message (\d+)\)$/, (id) => ({ kind: 'own-echo', messageId: Number(id) })],
  [/^put-aside: (.*)$/s, (fault) => ({ kind: 'put-aside', fault })],
  [/^unknown event "(.*)"$/s, (name) => ({ kind: 'unknown-event', name })],
]

const ERROR_CODES: Record<ErrorCode, true> = {
  'wrong-keys': true,
  'no-plan': true,
  unpaid: true,
  'daily-limit': true,
  'missing-scope': true,
  'wrong-chat-token': true,
  'object-gone': true,
  'rate-limited': true,
  unreachable: true,
  unclear: true,
  failing: true,
  refused: true,
  'bad-answer': true,
}
const isErrorCode = (text: string): text is ErrorCode => Object.hasOwn(ERROR_CODES, text)

/** Reasons of an internal comment: the client does not see it (engine/intake/comment/may-go-out.ts). */
const INTERNAL: ReadonlySet<string | null> = new Set(['internal-hidden', 'internal-client-not-notified'])
export const isInternal = (reason: string | null): boolean => INTERNAL.has(reason)

/** Reasons why a comment with something to show is kept from the client. */
export const isKeptFromClient = (reason: string | null): boolean =>
  isInternal(reason) || reason === 'employee-not-allowed'
