import { shortened, wholeUpTo } from '../../shared/plain.ts'

/**
 * Splits a text into parts of at most `max` UTF-16 units, each ending in its number, e.g. `(2/3)`, when there
 * is more than one. Cuts at a nearby line end or space, else before the word. A cut never splits a visible
 * character, nor an address or another word that fits one part. Takes time linear in the length.
 */
export function splitText(text: string, max: number): string[] {
  if (text.length <= max) return [text]
  for (let digits = 3; ; digits++) {
    const parts = cutUp(text, Math.max(1, max - ' (/)'.length - 2 * digits))
    if (parts.length <= 1) return [parts[0] ?? '']
    if (parts.length < 10 ** digits) {
      return parts.map((part, index) => `${part} (${index + 1}/${parts.length})`)
    }
  }
}

/** The text of which these are the parts, but for the white space at the cuts. */
export function joinParts(parts: readonly string[]): string {
  const withText = parts.filter((part) => part !== '')
  if (withText.length === 1) return withText[0]!
  return withText
    .map((part, index) => {
      const number = ` (${index + 1}/${withText.length})`
      return part.endsWith(number) ? part.slice(0, -number.length) : part
    })
    .join(' ')
}

/** One message of several: its text, and the indices of the lines below it. */
export interface Part {
  /** Empty when there are only lines. */
  text: string
  /** Indices of the given lines, ascending. */
  lines: number[]
}

/**
 * Divides a text and the lines below it (one for each file) into parts of at most `max` UTF-16 units,
 * including the numbers of `splitText` and the line ends between the lines. The lines keep their order and
 * follow the whole text; they fill its last part first. A line longer than `max` cannot be cut (it is an
 * address) and gets a part of its own. Without text and lines there are no parts. Only the length of a line
 * is needed.
 */
export function partsWithLines(text: string, lines: readonly { length: number }[], max: number): Part[] {
  const parts: Part[] = text === '' ? [] : splitText(text, max).map((words) => ({ text: words, lines: [] }))
  let last = parts.at(-1)
  let length = last?.text.length ?? 0
  lines.forEach((line, index) => {
    if (last === undefined || length + 1 + line.length > max) {
      last = { text: '', lines: [] }
      parts.push(last)
      length = -1
    }
    last.lines.push(index)
    length += 1 + line.length
  })
  return parts
}

/** UTF-16 units of a file's name in its line; the link contains the name once more. */
const LONGEST_NAME = 150

/** The line of a file below a reply: its name, shortened in the middle if long, and its address. */
export const fileLine = (name: string, address: string): string =>
  `${shortened(name, LONGEST_NAME)}: ${address}`

function cutUp(text: string, room: number): string[] {
  const parts: string[] = []
  for (let from = 0; from < text.length; ) {
    const at = text.length - from <= room ? text.length : cutAt(text, from, room)
    const part = text.slice(from, at).trimEnd()
    if (part !== '') parts.push(part)
    from = at
    while (from < text.length && isSpace(text[from]!)) from++
  }
  return parts
}

function cutAt(text: string, from: number, room: number): number {
  const end = from + room
  const part = text.slice(from, end + 1)
  const nearest = Math.floor(room * 0.7)
  for (const mark of ['\n', ' ']) {
    const at = part.lastIndexOf(mark)
    if (at >= nearest) return from + at
  }
  const before = spaceBefore(text, end, from)
  if (before > from && wordEnd(text, end, room) - before - 1 <= room) return before
  const at = wholeUpTo(text, end, from)
  const address = addressAround(text, at, from, room)
  return address > from ? address : at
}

const isSpace = (char: string) => /\s/.test(char)

/** The last white space at or before `at` that has text before it; `from` when there is none. */
function spaceBefore(text: string, at: number, from: number): number {
  for (let n = at; n > from; n--) {
    if (isSpace(text[n]!)) return text.slice(from, n).trim() === '' ? from : n
  }
  return from
}

/** End of the word at `at`; at most `room` further. */
function wordEnd(text: string, at: number, room: number): number {
  let end = at
  while (end < text.length && end < at + room && !isSpace(text[end]!)) end++
  return end
}

/**
 * Characters that end an address: quotes and brackets of sentences, and scripts without spaces between words.
 */
const NO_ADDRESS =
  /[\s<>"'`«»“”„‘’\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}\u3000-\u303f\uff00-\uffef]/u
/** `https`, `mailto` and others of their kind. */
const LONGEST_SCHEME = 10
const isInScheme = (char: string) => /[a-z0-9+.-]/i.test(char)
const IN_MAIL = /[\p{L}\p{N}._%+-]/u
/** RFC 5321, section 4.5.3.1. */
const LONGEST_LOCAL_PART = 64
const LONGEST_DOMAIN = 255

/**
 * Start of the address that a cut at `at` would split, in a "word" too long for a part; `from` = none is
 * split.
 */
function addressAround(text: string, at: number, from: number, room: number): number {
  const start = reach(text, at, from, -1, (char) => !NO_ADDRESS.test(char))
  const end = reach(text, at, Math.min(text.length, at + room), 1, (char) => !NO_ADDRESS.test(char))
  if (start === at || end === at) return from
  const near = text.slice(start, Math.min(end, at + LONGEST_SCHEME + 3))
  for (const mark of ['://', 'www.']) {
    for (
      let found = near.lastIndexOf(mark);
      found >= 0;
      found = found ? near.lastIndexOf(mark, found - 1) : -1
    ) {
      const floor = Math.max(from, start + found - LONGEST_SCHEME)
      const begins = mark === 'www.' ? start + found : reach(text, start + found, floor, -1, isInScheme)
      if (begins >= at) continue
      if (begins > from && end - begins <= room) return begins
      break
    }
  }
  return mailAround(text, at, from)
}

function mailAround(text: string, at: number, from: number): number {
  const near = text.slice(Math.max(from, at - LONGEST_DOMAIN), at + LONGEST_LOCAL_PART + 1)
  const offset = Math.max(from, at - LONGEST_DOMAIN)
  for (let sign = near.indexOf('@'); sign >= 0; sign = near.indexOf('@', sign + 1)) {
    const here = offset + sign
    const isLetter = (char: string) => IN_MAIL.test(char)
    const start = reach(text, here, Math.max(from, here - LONGEST_LOCAL_PART), -1, isLetter)
    const end = reach(text, here + 1, Math.min(text.length, here + 1 + LONGEST_DOMAIN), 1, isLetter)
    if (start > from && start < at && at < end) return start
  }
  return from
}

/** From `at` toward `limit` as long as the characters fit. */
function reach(
  text: string,
  at: number,
  limit: number,
  step: 1 | -1,
  fits: (char: string) => boolean,
): number {
  let place = at
  while (place !== limit && fits(text[step === 1 ? place : place - 1]!)) place += step
  return place
}
