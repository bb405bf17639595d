import { normalForm } from '../../../shared/plain.ts'

/** After lower case: letters of English and Russian carry no marks that folding would take off. */
const MAY_HOLD_MARKS = /[^\0-\x7f\u0430-\u044f\u2010-\u2027\u00a0\u00ab\u00bb\u2116]/

/**
 * The form in which texts are searched: lower case, without the marks people leave out (ș ț ă â î é → s t a a i e,
 * ё → е). й stays: it is a letter of its own, and `мой` must not be found by `мои`.
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

/** The words of what an owner typed into a search, folded. */
export const wordsOf = (typed: string | undefined): string[] => [
  ...new Set(
    fold(typed ?? '')
      .split(/\s+/)
      .filter((word) => word !== ''),
  ),
]
