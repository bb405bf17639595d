import type { MessageFile } from '../../../shared/domain.ts'
import { hasNothingToSee } from '../../../shared/plain.ts'
import type { PlanfixComment } from '../ports.ts'
import { partsWithLines } from '../text.ts'

/** The content of one message of the chat: text, and a line with a link for each file. */
export interface Part {
  text: string
  files: MessageFile[]
}

export const isSamePart = (a: Part, b: Part): boolean =>
  a.text === b.text &&
  a.files.length === b.files.length &&
  a.files.every((file, index) => isSameFile(file, b.files[index]!))
/** A file that no client can open has no number, and is identified by its name. */
export const isSameFile = (a: MessageFile, b: MessageFile): boolean =>
  a.planfixFileId === b.planfixFileId && (a.planfixFileId !== null || a.name === b.name)

export const areSameParts = (a: readonly Part[], b: readonly Part[]): boolean =>
  a.length === b.length && a.every((part, index) => isSamePart(part, b[index]!))

/**
 * The messages that show a comment: at most `maxText` UTF-16 units each, with the lines of its files. The
 * files follow the whole text; they fill its last part first.
 */
export function partsOf(
  comment: Pick<PlanfixComment, 'text' | 'files' | 'lost'>,
  maxText: number,
  lineLength: (name: string) => number,
): Part[] {
  const distinct = [...new Map(comment.files.map((file) => [file.id, file])).values()]
  const files: MessageFile[] = distinct.map(({ id, name, size }) => ({
    name,
    url: null,
    planfixFileId: id,
    size,
  }))
  // A file that no client can open has no number, and a line that says so
  // (docs/architecture.md, "The words of a comment").
  const lost = (comment.lost ?? []).map((name) => ({ name, url: null, planfixFileId: null, size: null }))
  files.push(...lost)
  const lines = files.map(({ name }) => ({ length: lineLength(name) }))
  return partsWithLines(hasNothingToSee(comment.text) ? '' : comment.text.trim(), lines, maxText).map(
    (part) => ({
      text: part.text,
      files: part.lines.map((index) => files[index]!),
    }),
  )
}

/** Length of one of our addresses without its token: scheme, host, path. */
const LONGEST_BASE = 200
/**
 * Length of a token without the file's name: nonce, seal, connection, number and expiry
 * (webhooks/file-links.ts).
 */
const TOKEN_BYTES = 110
/** Characters of a name that a token contains. */
const TOKEN_NAME = 120
/** Length of an address of Planfix's storage, signed for a while, without the file's name. */
const LONGEST_STORAGE_BASE = 700

/**
 * Maximum length of a file's line, known before the line is made: always the same for the same name, so that
 * a comment is divided in the same way at every read. `ownLinks`: links lead to our receiver.
 */
export function longestLine(name: string, ownLinks: boolean): number {
  const named = name.length + ': '.length
  if (!ownLinks) return named + LONGEST_STORAGE_BASE + encodeURIComponent(name.toWellFormed()).length
  const bytes = TOKEN_BYTES + Buffer.byteLength(JSON.stringify(name.slice(0, TOKEN_NAME)))
  return named + LONGEST_BASE + Math.ceil((bytes * 4) / 3)
}
