import { withoutTail } from '../../shared/plain.ts'
import { type DocumentReader, readHtml } from './html-reader.ts'
import { isPictureShown, isTextShown, type Look, lookOf, PAGE, SILENT } from './look.ts'
import { TextLine } from './text-line.ts'

const BLOCKS = new Set(
  'address article aside blockquote body center dd details dialog div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html legend li main nav ol p pre section summary table tbody tfoot thead tr ul'.split(
    ' ',
  ),
)

/** UTF-16 units. A comment holds 64 KB, HTML included (contracts/planfix.md §2). */
const LONGEST = 64 * 1024

/**
 * An employee's comment as plain chat text. Lines end where blocks and `<br>` end them; links become `text (address)`
 * or the address alone; lists get `• ` or numbers; quotes `> `; table rows one line with ` | ` between cells; pictures
 * their address, or `[picture]` when only the editor could show them (contracts/planfix.md §10: `uniqueid=`).
 * Never fails: what has no markup at all keeps its own line ends. Takes time linear in the length, whatever it is given;
 * over 64 Ki characters the rest is left out, and `…` says so.
 */
export function htmlToText(html: string): string {
  const page = new Page(!/<[a-z/!]/i.test(html))
  readHtml(html.length > LONGEST ? shortened(html) : html, page)
  const text = page.finish()
  return html.length > LONGEST ? `${text}…` : text
}

/** Cut before a tag or a space where one is near, so that none is left in halves. */
function shortened(html: string): string {
  const near = Math.max(html.lastIndexOf('<', LONGEST), html.lastIndexOf(' ', LONGEST))
  return html.slice(0, near > LONGEST - 1000 ? near : LONGEST).toWellFormed()
}

/** Quotes and lists that are shown inside each other: deeper ones would only make lines long. */
const DEEPEST = 10

interface List {
  /** null in a list with dots. */
  next: number | null
}

/** The text as far as it is written, and where in the document the writing is. */
class Page implements DocumentReader {
  private readonly lines: string[] = []
  /** Line under way; `\u00a0` stands for a space that must stay. */
  private readonly line = new TextLine()
  /** Dot or number that the next text gets in front. */
  private bullet = ''
  /** Of the elements that are open, outermost first. */
  private readonly looks: Look[] = []
  private quotes = 0
  private cells = 0
  /** Within a row: cells begun. */
  private column = 0
  private readonly lists: List[] = []
  /** Links do not nest in HTML: a second one ends the first. */
  private link: { href: string; from: number; lineNumber: number } | null = null

  private readonly page: Look

  constructor(plain: boolean) {
    this.page = plain ? { ...PAGE, keepsSpaces: true } : PAGE
  }

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    const look = lookOf(this.look, name, attributes, BLOCKS.has(name))
    this.looks.push(look)
    if (look.isGone) return
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
        if (this.column++ > 0) this.line.separate(' | ')
        this.cells++
        break
      case 'img':
        this.picture(attributes)
        break
      case 'a':
        this.endLink()
        this.putBullet()
        this.link = {
          href: addressIn(attributes.href),
          from: this.line.mark(),
          lineNumber: this.lines.length,
        }
        break
    }
  }

  close(name: string): void {
    if (this.looks.pop()?.isGone === true) return
    if (name === 'a') this.endLink()
    if (name === 'td' || name === 'th') this.cells = Math.max(0, this.cells - 1)
    if (name === 'tr' && !this.line.hasWords) this.line.clear()
    if (BLOCKS.has(name)) this.block()
    if (name === 'blockquote') this.quotes = Math.max(0, this.quotes - 1)
    if (name === 'ul' || name === 'ol') this.lists.pop()
    if (name === 'li') this.bullet = ''
  }

  text(text: string): void {
    if (this.isUnseen()) return
    // biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the point
    const clean = text.replace(/[\u0000-\u0008\u000b\u000e-\u001f\u007f-\u009f]/g, '')
    if (this.look.keepsSpaces && this.cells === 0) {
      clean.split(/\r\n|\r|\n/).forEach((part, n) => {
        if (n > 0) this.breakLine()
        this.put(part.replace(/\t/g, '    ').replace(/ /g, '\u00a0'))
      })
      return
    }
    const spaced = clean.replace(/[ \t\n\f\r]+/g, ' ')
    // A space after a space, or at the start of a line, is not seen in HTML.
    this.put(this.line.isEmpty || this.line.last === ' ' ? spaced.replace(/^ /, '') : spaced)
  }

  finish(): string {
    this.endLink()
    this.block()
    return withoutTail(this.lines.join('\n'), '\n').replace(/^\n+/, '')
  }

  isSilent(): boolean {
    return this.look.isGone
  }

  isUnseen(): boolean {
    return !isTextShown(this.look)
  }

  mustNest(name: string): boolean {
    return SILENT.has(name)
  }

  private get look(): Look {
    return this.looks.at(-1) ?? this.page
  }

  private put(text: string): void {
    if (text === '') return
    this.putBullet()
    this.line.add(text)
  }

  private putBullet(): void {
    if (this.bullet === '') return
    this.line.add(this.bullet)
    this.bullet = ''
  }

  /** A block begins or ends: what is written so far is a line of its own. Inside a table cell it is but a space. */
  private block(): void {
    if (this.line.isEmpty) return
    if (this.cells > 0) this.text(' ')
    else this.breakLine()
  }

  private breakLine(): void {
    if (this.cells > 0) {
      this.text(' ')
      return
    }
    const written = withoutTail(this.line.text(), ' \u00a0').replaceAll('\u00a0', ' ')
    const quotes = '> '.repeat(Math.min(this.quotes, DEEPEST))
    this.lines.push(written === '' ? quotes.trimEnd() : quotes + written)
    this.line.clear()
  }

  private bulletOf(list: List | undefined): string {
    const indent = '\u00a0\u00a0'.repeat(Math.min(Math.max(0, this.lists.length - 1), DEEPEST))
    if (!list || list.next === null) return `${indent}• `
    return `${indent}${list.next++}. `
  }

  private picture(attributes: Readonly<Record<string, string>>): void {
    if (!isPictureShown(this.look)) return
    const alt = attributes.alt ?? ''
    if (alt.length <= 20 && /\p{Extended_Pictographic}/u.test(alt)) {
      this.put(alt)
      return
    }
    if (attributes.width === '1' && attributes.height === '1') return
    const address = addressIn(attributes.src)
    const shown = /^https?:/i.test(address) && !/[?&]uniqueid=/i.test(address) ? address : '[picture]'
    const gap = this.line.isEmpty || this.line.endsInSpace ? '' : ' '
    this.put(`${gap}${shown} `)
  }

  private endLink(): void {
    const { link } = this
    this.link = null
    if (!link?.href) return
    // A link over several lines is judged by its last one.
    const isHere = link.lineNumber === this.lines.length
    const text = this.line
      .text(isHere ? link.from : 0)
      .replaceAll('\u00a0', ' ')
      .trim()
    if (text === '') {
      this.put(link.href)
      return
    }
    if (bare(text) === bare(link.href)) return
    const beginning = /^https?:/.test(text) ? withoutDots(text) : null
    if (isHere && beginning !== null && link.href.startsWith(beginning)) {
      this.line.cut(link.from)
      this.line.add(link.href)
      return
    }
    this.put(`${this.line.endsInSpace ? '' : ' '}(${link.href.replace(/^mailto:|^tel:/i, '')})`)
  }
}

/** What stands in front of the dots of a shortened text; null when there are none. */
function withoutDots(text: string): string | null {
  const dots = ['…', '...'].find((end) => text.endsWith(end))
  return dots === undefined ? null : text.slice(0, -dots.length)
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
