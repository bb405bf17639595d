import type { ChatraSwitches } from './switches.ts'

const longestText = 5_000

/**
 * The text of a message sent over REST, or why it is refused (switches long-text, empty-text, html-text).
 */
export function givenText(
  switches: ChatraSwitches,
  raw: string,
): { ok: true; text: string } | { ok: false; why: string } {
  let text = switches['html-text'] === 'stripped' ? withoutTags(raw) : raw
  if (text.trim() === '' && switches['empty-text'] === '400') return { ok: false, why: 'the text is empty' }
  if (text.length > longestText) {
    if (switches['long-text'] === '400-over-5000')
      return { ok: false, why: `the text is over ${longestText} characters` }
    if (switches['long-text'] === 'cut-at-5000') text = text.slice(0, longestText)
  }
  return { ok: true, text }
}

/** The visible text for a visitor: the text itself, or what remains of it when it is rendered as HTML. */
export function readByVisitor(switches: ChatraSwitches, text: string): string {
  return switches['html-text'] === 'rendered' ? withoutEntities(withoutTags(text)) : text
}

function withoutTags(text: string): string {
  return text.replace(/<\/?[a-z][^>]*>/gi, '')
}

const entities: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  '#39': "'",
}

function withoutEntities(text: string): string {
  return text.replace(/&(#39|[a-z]+);/g, (whole, name: string) => entities[name] ?? whole)
}
