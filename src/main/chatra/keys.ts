import type { Outcome } from './transport.ts'

/**
 * Whether an answer confirms or refuses the keys. Chatra has no call that only checks them, and a 400 may
 * mean bad keys (switch `bad-key-status`) as well as an unknown id (`unknown-id-status`).
 */
export type KeysVerdict = 'accepted' | 'refused' | 'ambiguous' | 'not-said'

/** What the answer to a GET of an object proves about the keys. */
export function verdictOf(outcome: Outcome): KeysVerdict {
  if (outcome.kind === 'silence') return 'not-said'
  const { status } = outcome
  if (status === 404 || (status >= 200 && status < 300)) return 'accepted'
  if (status === 401 || status === 402 || status === 403) return 'refused'
  return status === 400 ? 'ambiguous' : 'not-said'
}

/**
 * Settles a 400: the same GET was sent once more with a deliberately wrong secret. When Chatra answers that
 * one differently, the 400 concerned the id and the keys are good; when both look the same, the result is
 * unknown.
 */
export function compareWithBroken(real: Outcome, broken: Outcome, volatile: readonly string[]): KeysVerdict {
  if (real.kind === 'silence' || broken.kind === 'silence') return 'not-said'
  if (broken.status >= 500 || broken.status === 429) return 'not-said'
  const same = broken.status === real.status && shape(broken.body, volatile) === shape(real.body, volatile)
  return same ? 'ambiguous' : 'accepted'
}

/**
 * Whether the text of a 400 mentions keys. Chatra's wording is UNKNOWN, so this only decides where the
 * comparison could not: wrong keys that are answered 400 would otherwise pass the check.
 */
export const speaksOfKeys = (words: string): boolean =>
  /credential|unauthor|authenti|authoris|authoriz|api.?key|(public|secret|invalid|wrong|bad).?key|secret/i.test(
    words,
  )

/** An error body without the parts that differ between requests: ids, keys, numbers such as times. */
function shape(body: string, volatile: readonly string[]): string {
  return volatile
    .filter(Boolean)
    .reduce((text, part) => text.replaceAll(part, ''), body)
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/gi, '')
    .replace(/[\w-]+/g, (word) => (/\d/.test(word) ? '' : word))
    .replace(/\s+/g, ' ')
}

/** The secret with its first character changed: still in the form of a secret, and certainly wrong. */
export const brokenSecret = (secret: string): string => (secret.startsWith('x') ? 'y' : 'x') + secret.slice(1)
