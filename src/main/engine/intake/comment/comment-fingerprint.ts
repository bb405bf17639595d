import type { PlanfixComment } from '../../ports.ts'
import { fingerprint } from '../../text.ts'

/** Print of a comment that is not there any more. */
export const GONE = 'gone'
/** Prints of before covered the words and the files alone. */
const EDITION = '2:'

/**
 * Fingerprint of everything about a comment that decides what the client sees: words, files, the contacts notified, the
 * hidden mark, the author, and whether it is there. Which employees are notified does not matter to the client.
 */
export function fingerprintOf(comment: PlanfixComment): string {
  if (comment.isDeleted) return GONE
  const contacts = comment.recipients.filter((one) => one.startsWith('contact:')).toSorted()
  const files = [...comment.files.map((file) => file.id), ...(comment.lost ?? [])]
  return `${EDITION}${fingerprint(JSON.stringify([comment.text, files, contacts, comment.isHidden, comment.owner]))}`
}

/** A print of words and files alone. */
export const isOfBefore = (print: string | null): boolean =>
  print !== null && print !== GONE && !print.startsWith(EDITION)

/** Whether a comment still is what it was when `print` was taken. Prints of an older version tell of words and files alone. */
export function isUnchanged(print: string | null, comment: PlanfixComment): boolean {
  const now = fingerprintOf(comment)
  if (print === null || print === now) return print === now
  if (!isOfBefore(print) || now === GONE) return false
  return print === fingerprint(JSON.stringify([comment.text, comment.files.map((file) => file.id)]))
}
