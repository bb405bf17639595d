import { normalForm } from '../../../shared/plain.ts'

/**
 * After conversion to lower case: letters of English and Russian have no marks that folding would remove.
 */
const MAY_HOLD_MARKS = /[^\0-\x7f\u0430-\u044f\u2010-\u2027\u00a0\u00ab\u00bb\u2116]/

/**
 * The form in which texts are searched: lower case, without the marks that people omit (ș ț ă â î é → s t a a
 * i e, ё → е). й stays: it is a separate letter, and `мои` must not find `мой`.
 */
export function fold(text: string): string {
  const lower = text.toLowerCase()
  if (!MAY_HOLD_MARKS.test(lower)) return lower
  return normalForm(lower, 'NFD')
    .replace(/\p{M}/gu, (mark, at: number, whole: string) =>
      mark === '\u0306' && whole[at - 1] === 'и' ? mark : '',
    )
    .normalize('NFC')
}

/** The words of a search text, folded. */
export const wordsOf = (typed: string | undefined): string[] => [
  ...new Set(
    fold(typed ?? '')
      .split(/\s+/)
      .filter((word) => word !== ''),
  ),
]

/** The number of a Planfix task that a folded word names (`1041`, `#1041`); null = none. */
export function taskNumberIn(word: string): number | null {
  const digits = /^#?(\d{1,15})$/.exec(word)?.[1]
  return digits === undefined ? null : Number(digits)
}
