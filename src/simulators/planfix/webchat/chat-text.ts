import { plain } from '../plain-text.ts'

/**
 * A comment as the client of a chat gets it: plain text, links as "label [ url ]", quotes as lines with ">>"
 * (contracts/planfix-chat.md A3).
 */
export function chatText(html: string): string {
  const linked = html
    .replace(/\r?\n/g, '')
    .replace(
      /<a\b[^<>]*\bhref\s*=\s*["']([^"']*)["'][^<>]*>([\s\S]*?)<\/a>/gi,
      (_, url: string, label: string) => (label === url || label === '' ? url : `${label} [ ${url} ]`),
    )
  let text = linked
  for (let inner = ''; inner !== text; ) {
    inner = text
    // The innermost quote first, so that a quote within a quote gets two marks.
    text = inner.replace(
      /<blockquote\b[^<>]*>((?:(?!<blockquote\b)[\s\S])*?)<\/blockquote>/gi,
      (_, quoted: string) => {
        const lines = broken(quoted)
          .split('<br>')
          .filter((line) => line !== '')
        return `<br>${lines.map((line) => `&gt;&gt; ${line}`).join('<br>')}<br>`
      },
    )
  }
  return plain(broken(text)).replace(/\n{3,}/g, '\n\n')
}

/** Ends of blocks as line breaks. */
const broken = (html: string) =>
  html.replace(/<br\s*\/?>/gi, '<br>').replace(/<\/(p|div|li|h[1-6]|tr)>/gi, '<br>')
