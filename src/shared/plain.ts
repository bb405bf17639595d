/** UTF-16 units. The limits of Planfix's fields are unknown: this length fits a column of most databases. */
const MAX = 255
const characters = new Intl.Segmenter('en', { granularity: 'grapheme' })
/** One visible character is never longer in practice. */
const LONGEST_CHARACTER = 100

/**
 * Removes the characters of `tail` from the end. (`/x+$/` starts again at every x and takes quadratic time.)
 */
export function withoutTail(text: string, tail: string): string {
  let end = text.length
  while (end > 0 && tail.includes(text[end - 1]!)) end--
  return text.slice(0, end)
}

/**
 * Invisible characters: white space, zero-width marks, joiners, fillers, controls, the empty Braille pattern.
 * Within a text they have a purpose (emoji, Persian, the direction of Hebrew); alone they count as an empty
 * text.
 */
const UNSEEN =
  /^[\p{Default_Ignorable_Code_Point}\p{White_Space}\p{Cc}\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\u2800\ufff9-\ufffb\u{1d159}]*$/u

/** True if the text has no visible character. */
export const hasNothingToSee = (text: string): boolean => UNSEEN.test(text)

/**
 * `normalize` in time linear in the length. Sorting a long run of combining marks takes quadratic time, so an
 * invisible joiner is inserted every 30 marks, as in the Stream-Safe Text Format (Unicode, UAX #15, section
 * 13).
 */
export const normalForm = (text: string, form: 'NFC' | 'NFD' | 'NFKD'): string =>
  text.replace(/\p{M}{31,}/gu, (row) => row.replace(/\p{M}{30}/gu, '$&\u034f')).normalize(form)

/**
 * The last position at or before `most` where a text can be cut without splitting a visible character: an
 * emoji of several parts, a flag, a letter with its marks. `from` = a known boundary (the beginning). Only
 * the neighbourhood is examined. A run of marks that forms no character is cut between code points.
 */
export function wholeUpTo(text: string, most: number, from = 0): number {
  if (most >= text.length) return text.length
  if (most <= from) return from
  const start = startOfLook(text, most, from)
  const near = characters.segment(text.slice(start, most + LONGEST_CHARACTER))
  const at = start + (near.containing(most - start)?.index ?? 0)
  if (at > from && most - at <= LONGEST_CHARACTER) return at
  // Half a code point that stands alone is a character of its own, and was found above.
  return isLow(text.charCodeAt(most)) && most - 1 > from ? most - 1 : most
}

/**
 * Far enough back to find character boundaries correctly; flags are pairs, so a run of flags is read whole.
 */
function startOfLook(text: string, most: number, from: number): number {
  let start = Math.max(from, most - 2 * LONGEST_CHARACTER)
  if (start > from && isLow(text.charCodeAt(start))) start--
  while (start - 2 >= from && isFlagLetter(text, start - 2) && isFlagLetter(text, start)) start -= 2
  return start
}
const isLow = (unit: number) => unit >= 0xdc00 && unit <= 0xdfff
function isFlagLetter(text: string, at: number): boolean {
  const unit = text.charCodeAt(at + 1)
  return text.charCodeAt(at) === 0xd83c && unit >= 0xdde6 && unit <= 0xddff
}

/** At most `most` UTF-16 units, ending in `…` if the text was cut. */
export const shortened = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, wholeUpTo(text, most - 1)).trimEnd()}…`

/**
 * What Planfix accepts as an e-mail address; with any other value it refuses the whole card
 * (contracts/planfix.md, code 2004).
 */
export const isEmailAddress = (text: string): boolean =>
  /^[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>"]+$/.test(text.trim())

/**
 * A name for a plain-text field of a contact or task: control characters removed (line ends become spaces),
 * `<` and `>` replaced by ‹ and ›, no HTML entities; trimmed, at most 255 UTF-16 units. Returns `fallback`
 * when no visible character remains. Source: docs/architecture.md, "Plain-text fields".
 */
export function plainField(text: string, fallback: string): string {
  const clean = text
    .toWellFormed()
    .replace(/[\r\n\t\v\f\u0085\u2028\u2029]+/g, ' ')
    .replace(/\p{Cc}/gu, '')
    .replaceAll('<', '‹')
    .replaceAll('>', '›')
    .trim()
  return hasNothingToSee(clean) ? fallback : shortened(clean, MAX)
}
