import { Parser } from 'htmlparser2'

/** Their content is never shown. */
const SILENT = new Set(['script', 'style', 'head', 'title', 'template', 'noscript', 'iframe', 'svg'])
const BLOCKS = new Set(
  'address article aside blockquote body center dd details dialog div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html legend li main nav ol p pre section summary table tbody tfoot thead tr ul'.split(
    ' ',
  ),
)

/**
 * An employee's comment as plain chat text. Lines end where blocks and `<br>` end them; links become `text (address)`
 * or the address alone; lists get `• ` or numbers; quotes `> `; table rows one line with ` | ` between cells; pictures
 * their address, or `[picture]` when only the editor could show them (contracts/planfix.md §10: `uniqueid=`).
 * Never fails: what has no markup at all keeps its own line ends.
 */
export function htmlToText(html: string): string {
  const page = new Page(!/<[a-z/!]/i.test(html))
  const parser = new Parser(
    {
      onopentag: (name, attributes) => page.open(name, attributes),
      onclosetag: (name) => page.close(name),
      ontext: (text) => page.text(text),
    },
    { decodeEntities: true },
  )
  parser.end(html)
  return page.finish()
}

interface List {
  /** null in a list with dots. */
  next: number | null
}

/** The text as far as it is written, and where in the document the writing is. */
class Page {
  private readonly lines: string[] = []
  /** Line under way; `\u00a0` stands for a space that must stay. */
  private line = ''
  /** Dot or number that the next text gets in front. */
  private bullet = ''
  private silent = 0
  private quotes = 0
  private pre: number
  private cells = 0
  /** Within a row: cells begun. */
  private column = 0
  private readonly lists: List[] = []
  private readonly links: { href: string; from: number; lineNumber: number }[] = []

  constructor(plain: boolean) {
    this.pre = plain ? 1 : 0
  }

  open(name: string, attributes: Record<string, string>): void {
    if (SILENT.has(name)) this.silent++
    if (this.silent > 0) return
    if (BLOCKS.has(name)) this.block()
    switch (name) {
      case 'br':
        this.breakLine()
        break
      case 'hr':
        this.put('———')
        this.block()
        break
      case 'blockquote':
        this.quotes++
        break
      case 'pre':
        this.pre++
        break
      case 'ul':
        this.lists.push({ next: null })
        break
      case 'ol':
        this.lists.push({ next: Number.parseInt(attributes.start ?? '1', 10) || 1 })
        break
      case 'li':
        this.bullet = this.bulletOf(this.lists.at(-1))
        break
      case 'tr':
        this.column = 0
        break
      case 'td':
      case 'th':
        if (this.column++ > 0) this.line = `${this.line.trimEnd()} | `
        this.cells++
        break
      case 'img':
        this.picture(attributes)
        break
      case 'a':
        this.line += this.bullet
        this.bullet = ''
        this.links.push({
          href: addressIn(attributes.href),
          from: this.line.length,
          lineNumber: this.lines.length,
        })
        break
    }
  }

  close(name: string): void {
    if (SILENT.has(name)) {
      this.silent = Math.max(0, this.silent - 1)
      return
    }
    if (this.silent > 0) return
    if (name === 'a') this.endLink()
    if (name === 'td' || name === 'th') this.cells = Math.max(0, this.cells - 1)
    if (name === 'tr' && /^[ |\u00a0]*$/.test(this.line)) this.line = ''
    if (BLOCKS.has(name)) this.block()
    if (name === 'blockquote') this.quotes = Math.max(0, this.quotes - 1)
    if (name === 'pre') this.pre = Math.max(0, this.pre - 1)
    if (name === 'ul' || name === 'ol') this.lists.pop()
    if (name === 'li') this.bullet = ''
  }

  text(text: string): void {
    if (this.silent > 0) return
    // biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the point
    const clean = text.replace(/[\u0000-\u0008\u000b\u000e-\u001f\u007f-\u009f]/g, '')
    if (this.pre > 0 && this.cells === 0) {
      clean.split(/\r\n|\r|\n/).forEach((part, n) => {
        if (n > 0) this.breakLine()
        this.put(part.replace(/\t/g, '    ').replace(/ /g, '\u00a0'))
      })
      return
    }
    const spaced = clean.replace(/[ \t\n\f\r]+/g, ' ')
    // A space after a space, or at the start of a line, is not seen in HTML.
    this.put(this.line === '' || this.line.endsWith(' ') ? spaced.replace(/^ /, '') : spaced)
  }

  finish(): string {
    while (this.links.length > 0) this.endLink()
    this.block()
    const text = this.lines.join('\n')
    return text.replace(/^\n+/, '').replace(/\n+$/, '')
  }

  private put(text: string): void {
    if (text === '') return
    if (this.bullet) {
      this.line += this.bullet
      this.bullet = ''
    }
    this.line += text
  }

  /** A block begins or ends: what is written so far is a line of its own. Inside a table cell it is but a space. */
  private block(): void {
    if (this.line === '') return
    if (this.cells > 0) this.text(' ')
    else this.breakLine()
  }

  private breakLine(): void {
    if (this.cells > 0) {
      this.text(' ')
      return
    }
    const written = this.line.replace(/[ \u00a0]+$/, '').replaceAll('\u00a0', ' ')
    this.lines.push(('> '.repeat(Math.min(this.quotes, 20)) + written).replace(/ +$/, ''))
    this.line = ''
  }

  private bulletOf(list: List | undefined): string {
    const indent = '\u00a0\u00a0'.repeat(Math.min(Math.max(0, this.lists.length - 1), 20))
    if (!list || list.next === null) return `${indent}• `
    return `${indent}${list.next++}. `
  }

  private picture(attributes: Record<string, string>): void {
    const alt = attributes.alt ?? ''
    if (/\p{Extended_Pictographic}/u.test(alt) && alt.length <= 20) {
      this.put(alt)
      return
    }
    if (attributes.width === '1' && attributes.height === '1') return
    const address = addressIn(attributes.src)
    const shown = /^https?:/i.test(address) && !/[?&]uniqueid=/i.test(address) ? address : '[picture]'
    const gap = this.line !== '' && !/[ \u00a0]$/.test(this.line) ? ' ' : ''
    this.put(`${gap}${shown} `)
  }

  private endLink(): void {
    const link = this.links.pop()
    if (!link?.href) return
    // A link over several lines is judged by its last one.
    const written = link.lineNumber === this.lines.length ? this.line.slice(link.from) : this.line
    const text = written.replaceAll('\u00a0', ' ').trim()
    if (text === '') {
      this.put(link.href)
      return
    }
    if (bare(text) === bare(link.href)) return
    const cut = /^https?:.*(…|\.\.\.)$/.test(text) && link.href.startsWith(text.replace(/(…|\.\.\.)$/, ''))
    if (cut && link.lineNumber === this.lines.length) {
      this.line = this.line.slice(0, link.from) + link.href
      return
    }
    const gap = /[ \u00a0]$/.test(this.line) ? '' : ' '
    this.put(`${gap}(${link.href.replace(/^mailto:|^tel:/i, '')})`)
  }
}

/** Addresses a client can use; relative ones lead into Planfix, and javascript: nowhere. */
function addressIn(attribute: string | undefined): string {
  const address = (attribute ?? '').trim()
  return /^(https?:\/\/|mailto:|tel:)/i.test(address) ? address.replace(/\s/g, '%20') : ''
}

/** `https://Example.com/` and `example.com` are the same to a reader. */
const bare = (address: string): string =>
  address
    .trim()
    .replace(/^(https?:\/\/|mailto:|tel:)/i, '')
    .replace(/\/$/, '')
    .toLowerCase()
