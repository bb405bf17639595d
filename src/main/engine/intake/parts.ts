import type { MessageFile } from '../../../shared/domain.ts'
import { hasNothingToSee } from '../../../shared/plain.ts'
import type { PlanfixComment } from '../ports.ts'
import { partsWithLines } from '../text.ts'

/** What one message of the chat shows: words, and a line with a link for each file. */
export interface Part {
  text: string
  files: MessageFile[]
}

export const isSamePart = (a: Part, b: Part): boolean =>
  a.text === b.text &&
  a.files.length === b.files.length &&
  a.files.every((file, index) => isSameFile(file, b.files[index]!))
/** What nobody can open has no number, and is told apart by its name. */
export const isSameFile = (a: MessageFile, b: MessageFile): boolean =>
  a.planfixFileId === b.planfixFileId && (a.planfixFileId !== null || a.name === b.name)

export const areSameParts = (a: readonly Part[], b: readonly Part[]): boolean =>
  a.length === b.length && a.every((part, index) => isSamePart(part, b[index]!))

/**
 * The messages that show a comment: at most `maxText` UTF-16 units each, with the lines of its files. The files follow the
 * whole text; they fill its last part first.
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
  // What nobody can open has no number, and a line that says so (docs/architecture.md, "The words of a comment").
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

/** Of an address of our own without its token: scheme, host, path. */
const LONGEST_BASE = 200
/** Of a token beside the file's name: nonce, seal, connection, number and expiry (webhooks/file-links.ts). */
const TOKEN_BYTES = 110
/** Characters of a name that a token keeps. */
const TOKEN_NAME = 120
/** An address of Planfix's storage, signed for a while, without the file's name. */
const LONGEST_STORAGE_BASE = 700

/**
 * How long the line of a file gets at most, known before it is made: the same for the same name at any time, so that a
 * comment is laid out the same way at every reading. `ownLinks`: links lead to our receiver.
 */
export function longestLine(name: string, ownLinks: boolean): number {
  const named = name.length + ': '.length
  if (!ownLinks) return named + LONGEST_STORAGE_BASE + encodeURIComponent(name.toWellFormed()).length
  const bytes = TOKEN_BYTES + Buffer.byteLength(JSON.stringify(name.slice(0, TOKEN_NAME)))
  return named + LONGEST_BASE + Math.ceil((bytes * 4) / 3)
}
