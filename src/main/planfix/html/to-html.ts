import { addressesIn } from '../../../shared/setup/addresses.ts'
import type { PlanfixText } from '../../engine/ports.ts'

export { htmlToText } from './html-to-text.ts'

/**
 * One comment holds 64 KB, HTML included (contracts/planfix.md §2); some room is left for Planfix's
 * additions.
 */
const MAX_BYTES = 60_000

/** True when the rendered text fits one comment. */
export const fits = (text: PlanfixText): boolean => Buffer.byteLength(toHtml(text)) <= MAX_BYTES

/**
 * Returns HTML. Where links, which contain their address twice, would make it too long for a comment,
 * addresses stay plain text.
 */
export function toHtml(text: PlanfixText): string {
  const html = rendered(text)
  if (html.length * 3 <= MAX_BYTES || Buffer.byteLength(html) <= MAX_BYTES) return html
  return html.replace(/<a href="[^"]*">([^<]*)<\/a>/g, '$1')
}

/**
 * Renders paragraphs as the HTML that Planfix understands (§6.1): all text is escaped; Planfix drops `\n`, so
 * lines end in `<br>` and the output has no newline; http(s) addresses become links. Tags used: p,
 * blockquote, b, br, a. Paragraphs with neither label nor text are omitted.
 */
const rendered = (text: PlanfixText): string =>
  text.paragraphs
    .map(({ label, text: said, quote, links }) => {
      const prefix = label ? `<b>${inline(label)}${/[:：]\s*$/.test(label) ? '' : ':'}</b>` : ''
      const body = inline(said, links)
      if (!prefix && !body) return ''
      const tag = quote ? 'blockquote' : 'p'
      return `<${tag}>${prefix}${prefix && body ? ' ' : ''}${body}</${tag}>`
    })
    .join('')

/**
 * Characters that a comment cannot contain are removed or replaced: control characters, halves of emoji, the
 * many kinds of line end.
 */
export const cleanText = (text: string): string =>
  text
    .toWellFormed()
    .replace(/\r\n?|[\u2028\u2029]/g, '\n')
    .replace(/\t/g, '    ')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the point
    .replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, '')

const inline = (text: string, links?: readonly string[]): string =>
  cleanText(text)
    .split('\n')
    .map((one) => line(one, links))
    .join('<br>')

function line(text: string, links?: readonly string[]): string {
  let html = ''
  let done = 0
  for (const { from, to } of addressesIn(text, links)) {
    const shown = escaped(text.slice(from, to))
    html += `${plain(text.slice(done, from), done === 0)}<a href="${shown}">${shown}</a>`
    done = to
  }
  return html + plain(text.slice(done), done === 0)
}

/** HTML collapses spaces: all but the last of several become non-breaking, at the start of a line all. */
const plain = (text: string, startsLine: boolean): string =>
  escaped(text).replace(/ {2,}|^ /g, (spaces, at: number) => {
    const fast = startsLine && at === 0 ? spaces.length : spaces.length - 1
    return '&nbsp;'.repeat(fast) + ' '.repeat(spaces.length - fast)
  })

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escaped = (text: string): string => text.replace(/[&<>"']/g, (char) => ENTITIES[char]!)
