import { createHash } from 'node:crypto'

/** Text as two services may hand it back: white space, tags, quote marks and bullets do not make it another text. */
export function comparable(text: string): string {
  return text
    .normalize('NFC')
    .replace(/<[^<>]*>/g, '')
    .replace(/^[\s>•]+/gmu, ' ')
    .replace(/[\s\u00a0\u200b]+/gu, ' ')
    .trim()
}
export const sameText = (a: string, b: string): boolean => comparable(a) === comparable(b)

/** Short fingerprint of a text, for keys and for noticing edits. */
export const fingerprint = (text: string): string =>
  createHash('sha256').update(text).digest('base64url').slice(0, 22)

/** Recognises a text that a service hands back, without keeping it. */
export const printOfText = (text: string): string => fingerprint(comparable(text))

/**
 * Splits a text into parts of at most `max` UTF-16 units, each ending in its number, e.g. `(2/3)`, when there
 * is more than one. Cuts at a line end or a space where one is near, never inside a surrogate pair.
 */
export function splitText(text: string, max: number): string[] {
  if (text.length <= max) return [text]
  const room = max - 10
  const parts: string[] = []
  let rest = text
  while (rest.length > 0) {
    const at = rest.length <= room ? rest.length : cutAt(rest, room)
    parts.push(rest.slice(0, at).trimEnd())
    rest = rest.slice(at).replace(/^\s+/, '')
  }
  return parts.map((part, index) => `${part} (${index + 1}/${parts.length})`)
}

function cutAt(text: string, room: number): number {
  const nearest = Math.floor(room * 0.7)
  for (const mark of ['\n', ' ']) {
    const at = text.lastIndexOf(mark, room)
    if (at >= nearest) return at
  }
  const code = text.charCodeAt(room - 1)
  return code >= 0xd800 && code <= 0xdbff ? room - 1 : room
}

/** The first line of a text, for notifications and lists. */
export function firstLine(text: string, max = 120): string {
  const line = text.trim().split('\n', 1)[0] ?? ''
  return line.length > max ? `${line.slice(0, max - 1)}…` : line
}
