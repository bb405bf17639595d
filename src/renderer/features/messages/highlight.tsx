import type { ReactNode } from 'react'

/** A part of a text; `hit` = it is one of the sought words. */
interface Part {
  text: string
  hit: boolean
}

/** How many characters stand before the first hit where a line has no room for all. */
const BEFORE = 24

/**
 * The text with the sought words marked. Case and marks (ș, ё) do not matter, as in the search itself. With
 * `isLine`, a text whose first hit stands far behind begins shortly before it.
 */
export function Highlight({
  text,
  words,
  isLine,
}: {
  text: string
  words: readonly string[]
  isLine?: boolean
}) {
  if (words.length === 0) return text
  return partsOf(isLine === true ? fromFirstHit(text, words) : text, words).map(
    ({ text: part, hit }, index): ReactNode =>
      // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text keep their order.
      hit ? <mark key={index}>{part}</mark> : part,
  )
}

/** The words of a search, as they are compared. */
export const soughtWords = (search: string): string[] =>
  search
    .split(/\s+/)
    .map((word) => foldedOf(word).text)
    .filter((word) => word !== '')

export function partsOf(text: string, words: readonly string[]): Part[] {
  const hits = hitsIn(text, words)
  const parts: Part[] = []
  let at = 0
  for (const { from, to } of hits) {
    if (from > at) parts.push({ text: text.slice(at, from), hit: false })
    parts.push({ text: text.slice(from, to), hit: true })
    at = to
  }
  if (at < text.length) parts.push({ text: text.slice(at), hit: false })
  return parts
}

function fromFirstHit(text: string, words: readonly string[]): string {
  const first = hitsIn(text, words)[0]?.from ?? 0
  if (first <= 2 * BEFORE) return text
  const start = text.lastIndexOf(' ', first - BEFORE)
  return `…${text.slice(start + 1)}`
}

/** Ranges of the text, ascending, without overlaps. */
function hitsIn(text: string, words: readonly string[]): { from: number; to: number }[] {
  const { text: folded, places } = foldedOf(text)
  const found: { from: number; to: number }[] = []
  for (const word of words) {
    for (let at = folded.indexOf(word); at !== -1; at = folded.indexOf(word, at + word.length))
      found.push({ from: places[at]!, to: places[at + word.length] ?? text.length })
  }
  found.sort((one, other) => one.from - other.from || other.to - one.to)
  const merged: typeof found = []
  for (const hit of found) {
    const last = merged.at(-1)
    if (last && hit.from <= last.to) last.to = Math.max(last.to, hit.to)
    else merged.push({ ...hit })
  }
  return merged
}

/** Lower case without marks, and where each of its characters stands in the text. */
function foldedOf(text: string): { text: string; places: number[] } {
  let folded = ''
  const places: number[] = []
  let at = 0
  for (const letter of text) {
    const plain =
      letter === 'й' || letter === 'Й' ? 'й' : letter.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '')
    for (let n = 0; n < plain.length; n++) places.push(at)
    folded += plain
    at += letter.length
  }
  return { text: folded, places }
}
