const MAX = 255
const characters = new Intl.Segmenter('en', { granularity: 'grapheme' })

/**
 * A name for a plain-text field of a contact or task: control characters removed (line ends become spaces), `<` and
 * `>` replaced by ‹ and ›, no HTML entities; trimmed, at most 255 UTF-16 units, never empty (`fallback`).
 * Source: docs/architecture.md, "Plain-text fields".
 */
export function plainField(text: string, fallback: string): string {
  const clean = text
    .toWellFormed()
    .replace(/[\r\n\t\v\f\u0085\u2028\u2029]+/g, ' ')
    .replace(/\p{Cc}/gu, '')
    .replaceAll('<', '‹')
    .replaceAll('>', '›')
    .trim()
  return cut(clean) || fallback
}

/** Cuts between whole characters as a reader sees them, so no emoji is left in halves. */
function cut(text: string): string {
  if (text.length <= MAX) return text
  let kept = ''
  for (const { segment } of characters.segment(text)) {
    if (kept.length + segment.length > MAX - 1) break
    kept += segment
  }
  return `${kept.trimEnd()}…`
}
