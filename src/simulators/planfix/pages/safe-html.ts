/** Text escaped for HTML. */
export const plain = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)

const plainTags = new Set(
  'p br b strong i em u s del ul ol li blockquote pre code div span h1 h2 h3 h4 h5 h6 table tbody tr td th'.split(
    ' ',
  ),
)
const silentBlocks = /<(script|style|iframe|object|template)\b[\s\S]*?(<\/\1\s*>|$)/gi

/**
 * A comment's HTML for our page: plain formatting and links stay, with no attribute except a checked href;
 * pictures become text; all other markup is shown as text.
 */
export function safeHtml(html: string): string {
  const open: string[] = []
  const shown = html
    .replace(silentBlocks, (block) => `⟨${/^<(\w+)/.exec(block)?.[1]} removed⟩`)
    .split(/(<\/?[a-z][^<>]*>)/i)
    .map((piece) => {
      const tag = /^<(\/?)([a-z][a-z0-9]*)\b([^<>]*)>$/i.exec(piece)
      if (!tag) return plain(piece).replace(/&#38;(#?\w+;)/g, '&$1')
      const [, slash, written = '', attributes = ''] = tag
      return safeTag(slash === '/', written.toLowerCase(), attributes, open) ?? plain(piece)
    })
  return (
    shown.join('') +
    open
      .reverse()
      .map((name) => `</${name}>`)
      .join('')
  )
}

/**
 * Closing tags count only when they close an open element, so that a comment cannot close the page's own
 * elements.
 */
function safeTag(closing: boolean, name: string, attributes: string, open: string[]): string | undefined {
  if (name === 'br') return '<br>'
  if (name === 'img') return '⟨picture⟩'
  if (name !== 'a' && !plainTags.has(name)) return undefined
  if (closing) {
    if (!open.includes(name)) return ''
    const closed: string[] = []
    for (let last = open.pop(); last !== undefined; last = open.pop()) {
      closed.push(`</${last}>`)
      if (last === name) break
    }
    return closed.join('')
  }
  open.push(name)
  if (name !== 'a') return `<${name}>`
  const href = /\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')/i.exec(attributes)
  const target = (href?.[1] ?? href?.[2] ?? '').trim()
  if (!/^(https?:|mailto:)/i.test(target)) return '<a>'
  return `<a href="${plain(target).replace(/&#38;amp;/g, '&#38;')}" target="_blank" rel="noopener noreferrer">`
}
