import { createHash } from 'node:crypto'
import { normalForm, shortened } from '../../shared/plain.ts'

export { fileLine, joinParts, partsWithLines, splitText } from './split.ts'

/**
 * Text as two services may return it: white space, tags, quote marks and bullets do not make it a different
 * text.
 */
export function comparable(text: string): string {
  return normalForm(text, 'NFC')
    .replace(/<[^<>]*>/g, '')
    .replace(/^[\s>•]+/gmu, ' ')
    .replace(/[\s\u00a0\u200b]+/gu, ' ')
    .trim()
}
export const sameText = (a: string, b: string): boolean => comparable(a) === comparable(b)

/** Short fingerprint of a text, for keys and for noticing edits. */
export const fingerprint = (text: string): string =>
  createHash('sha256').update(text).digest('base64url').slice(0, 22)

/** Recognises a text that a service returns, without storing it. */
export const printOfText = (text: string): string => fingerprint(comparable(text))

/**
 * Fingerprint of a text by its letters and digits alone: the Chat API and REST write links, quotes, line ends and marks
 * differently. Of a text without any: of the text itself.
 */
export const wordPrint = (text: string): string => fingerprint(wordsOf(text))

/** The letters and digits of a text alone; of a text without any the text itself. */
export function wordsOf(text: string): string {
  const words = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '')
  return words === '' ? text.trim() : words
}

/** The first line of a text, for notifications and lists. */
export function firstLine(text: string, max = 120): string {
  return shortened(text.trim().split('\n', 1)[0] ?? '', max)
}
