import type { PlanfixComment } from '../../ports.ts'
import { fingerprint } from '../../text.ts'

/** Fingerprint of a deleted comment. */
export const GONE = 'gone'
/** Older fingerprints covered only text and files. */
const EDITION = '2:'

/**
 * Fingerprint of everything about a comment that decides what the client sees: text, files, the notified
 * contacts, the hidden mark, the author, and whether it exists. Which employees are notified does not matter
 * to the client.
 */
export function fingerprintOf(comment: PlanfixComment): string {
  if (comment.isDeleted) return GONE
  const contacts = comment.recipients.filter((one) => one.startsWith('contact:')).toSorted()
  const files = [...comment.files.map((file) => file.id), ...(comment.lost ?? [])]
  return `${EDITION}${fingerprint(JSON.stringify([comment.text, files, contacts, comment.isHidden, comment.owner]))}`
}

/** A fingerprint of only text and files. */
export const isOfBefore = (print: string | null): boolean =>
  print !== null && print !== GONE && !print.startsWith(EDITION)

/**
 * Whether a comment is unchanged since `print` was taken. Fingerprints of an older version cover only text
 * and files.
 */
export function isUnchanged(print: string | null, comment: PlanfixComment): boolean {
  const now = fingerprintOf(comment)
  if (print === null || print === now) return print === now
  if (!isOfBefore(print) || now === GONE) return false
  return print === fingerprint(JSON.stringify([comment.text, comment.files.map((file) => file.id)]))
}
