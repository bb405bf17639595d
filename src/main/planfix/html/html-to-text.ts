import { hasNothingToSee, withoutTail } from '../../../shared/plain.ts'
import { type Appearance, appearanceOf, isPictureShown, isTextShown, PAGE, SILENT } from './appearance.ts'
import type { DocumentReader } from './document-reader.ts'
import { readHtml } from './html-reader.ts'
import { addressIn, isSameToReader, needsLogin, written } from './link-address.ts'
import { bulletIn, checkBoxIn, type List, listOf } from './lists.ts'
import { linkedFile, type MediaContext, mediaIn, NO_MEDIA, pictureIn, type Shown } from './media.ts'
import { raisedText, struckText } from './raised-text.ts'
import { NO_SHEET, readStyleSheet, type StyleSheet } from './style-sheet.ts'
import { TextLine } from './text-line.ts'

const BLOCKS = new Set(
  'address article aside blockquote body center dd details dialog div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html legend li main nav ol p pre section summary table tbody tfoot thead tr ul'.split(
    ' ',
  ),
)
/** Elements that play media or show a frame. */
const MEDIA = new Set(['iframe', 'video', 'audio', 'embed', 'object', 'oembed'])

/** UTF-16 units. A comment holds 64 KB, HTML included (contracts/planfix.md §2). */
const LONGEST = 64 * 1024

/** A comment as the client can read it. */
export interface CommentText {
  text: string
  /**
   * Names of pictures, films and files in the text that no client can open; a name is empty when unknown.
   */
  lost: string[]
}

/**
 * Converts an employee's comment to plain chat text: what the employee sees of it in Planfix, and nothing
 * else (html/appearance.ts). Blocks and `<br>` end lines, with at most two empty lines in a row; links become
 * `text (address)` or the address alone; list items get `• `, numbers or `[x] `; quotes `> `; table rows
 * become one line with ` | ` between cells; struck-out text `~~…~~`; smileys their text; pictures and films
 * their address. docs/texts.md lists every rule with an example. Never fails: text without markup keeps its
 * own line ends. Empty when there is no visible content. Takes time linear in the length for any input; text
 * over 64 Ki characters is cut, and ends with `…`.
 */
export function readComment(html: string, around: MediaContext = NO_MEDIA): CommentText {
  const read = html.length > LONGEST ? shortened(html) : html
  const page = new Page(!/<[a-z/!]/i.test(read), around, sheetIn(read))
  readHtml(read, page)
  const text = page.finish()
  return { text: html.length > LONGEST ? `${text}…` : text, lost: page.lost }
}

export const htmlToText = (html: string): string => readComment(html).text

/** The rules of its style elements, at any position. */
function sheetIn(html: string): StyleSheet {
  if (!/<style/i.test(html)) return NO_SHEET
  let css = ''
  let isStyle = false
  readHtml(html, {
    open: (name) => {
      isStyle = name === 'style'
    },
    close: () => {
      isStyle = false
    },
    text: (text) => {
      if (isStyle) css += `${text}\n`
    },
    isSilent: () => false,
    isUnseen: () => false,
    mustNest: (name) => SILENT.has(name),
  })
  return readStyleSheet(css)
}

/** Cut before a nearby tag or space, if there is one, so that none is split. */
function shortened(html: string): string {
  const near = Math.max(html.lastIndexOf('<', LONGEST), html.lastIndexOf(' ', LONGEST))
  return html.slice(0, near > LONGEST - 1000 ? near : LONGEST).toWellFormed()
}

/** Maximum depth of nested quotes and lists: deeper ones would only make lines long. */
const DEEPEST = 10
const MOST_EMPTY_LINES = 2

/** A part of the line that is rewritten at its end. */
interface Run {
  /** Position in the line. */
  from: number
  before: string
}

/** The text written so far, and the current position in the document. */
class Page implements DocumentReader {
  readonly lost: string[] = []
  private readonly lines: string[] = []
  /** The current line; `\u00a0` stands for a space that must stay. */
  private readonly line = new TextLine()
  /** Number of empty lines at the end. */
  private empty = 0
  /** Dot, number or box to put before the next text. */
  private bullet = ''
  /** Open elements, outermost first. */
  private readonly looks: Appearance[] = []
  private readonly page: Appearance
  private readonly around: MediaContext
  private readonly sheet: StyleSheet
  private quotes = 0
  private cells = 0
  /** Within a row: cells begun. */
  private column = 0
  private readonly lists: List[] = []
  /** Links do not nest in HTML: a second one ends the first. */
  private link: { attributes: Readonly<Record<string, string>>; from: number; lineNumber: number } | null =
    null
  /** Open elements that strike out, and the run of this line that they affect. */
  private struck: (Run & { depth: number }) | null = null
  private raised: (Run & { depth: number; kind: 'super' | 'sub' }) | null = null
  /** A film without an address: its first source has one. The number of open elements around it. */
  private film: number | null = null

  constructor(plain: boolean, around: MediaContext, sheet: StyleSheet) {
    this.sheet = sheet
    this.page = plain ? { ...PAGE, keepsSpaces: true } : PAGE
    this.around = around
  }

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    const around = this.look
    const look = appearanceOf(around, name, attributes, BLOCKS.has(name), this.sheet)
    this.looks.push(look)
    if (MEDIA.has(name) || name === 'source') this.media(name, attributes, around)
    if (look.isGone) return
    if (look.own.isBlock) this.block()
    this.openMarks(look)
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
      case 'q':
        this.put('“')
        break
      case 'ul':
      case 'ol':
        this.lists.push(listOf(name, attributes))
        break
      case 'li':
        this.bullet = this.indent() + bulletIn(this.lists.at(-1), attributes)
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
        if (isPictureShown(look)) this.show(pictureIn(attributes, this.around))
        break
      case 'a':
        this.endLink()
        this.putBullet()
        this.link = { attributes, from: this.line.mark(), lineNumber: this.lines.length }
        break
      default:
        if (attributes['data-oembed-url'])
          this.show(mediaIn({ url: attributes['data-oembed-url'] }, this.around))
    }
    const box = checkBoxIn(name, attributes)
    if (box !== null && isPictureShown(look)) this.putBox(box)
  }

  close(name: string): void {
    const look = this.looks.pop() ?? this.page
    if (this.film !== null && this.looks.length <= this.film) this.film = null
    if (look.isGone) return
    if (name === 'q') this.put('”')
    if (name === 'a') this.endLink()
    if (name === 'td' || name === 'th') this.cells = Math.max(0, this.cells - 1)
    if (name === 'tr' && !this.line.hasWords) this.line.clear()
    this.closeMarks(look)
    if (look.own.isBlock) this.block()
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
    // A space after a space, or at the start of a line, is invisible in HTML.
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

  private get look(): Appearance {
    return this.looks.at(-1) ?? this.page
  }

  private put(text: string): void {
    // The first visible content begins a list item.
    if (text === '' || (this.bullet !== '' && hasNothingToSee(text))) return
    this.putBullet()
    this.line.add(text)
  }

  private putBullet(): void {
    if (this.bullet === '') return
    this.line.add(this.bullet)
    this.bullet = ''
  }

  /** A box at the beginning of a line replaces the dot. */
  private putBox(box: string): void {
    const isFirst = this.line.isEmpty && this.cells === 0
    // Some editors write the state into the item and draw it as well.
    if (isFirst && this.bullet.endsWith('] ')) return
    if (isFirst) this.bullet = (/^\u00a0*/.exec(this.bullet)?.[0] ?? '') + box
    else this.put(`${this.line.isEmpty || this.line.endsInSpace ? '' : ' '}${box}`)
  }

  /** A block begins or ends: the text so far becomes a line. Inside a table cell it becomes a space. */
  private block(): void {
    if (this.line.isEmpty) return
    if (this.cells > 0) this.line.space()
    else this.breakLine()
  }

  private breakLine(): void {
    if (this.cells > 0) {
      this.line.space()
      return
    }
    this.rewrite()
    const text = withoutTail(this.line.text(), ' \u00a0').replaceAll('\u00a0', ' ')
    const isEmpty = hasNothingToSee(text)
    const quotes = '> '.repeat(Math.min(this.quotes, DEEPEST))
    this.empty = isEmpty ? this.empty + 1 : 0
    if (this.empty <= MOST_EMPTY_LINES) this.lines.push(isEmpty ? quotes.trimEnd() : quotes + text)
    this.line.clear()
    for (const run of [this.struck, this.raised]) if (run) Object.assign(run, { from: 0, before: '' })
  }

  private indent(): string {
    return '\u00a0\u00a0'.repeat(Math.min(Math.max(0, this.lists.length - 1), DEEPEST))
  }

  private openMarks({ own }: Appearance): void {
    if (!own.isStruck && !own.raised) return
    this.putBullet()
    const run = { from: this.line.mark(), before: this.line.last, depth: 1 }
    if (own.isStruck) {
      if (this.struck) this.struck.depth++
      else this.struck = { ...run }
    }
    if (own.raised) {
      if (this.raised) this.raised.depth++
      else this.raised = { ...run, kind: own.raised }
    }
  }

  private closeMarks({ own }: Appearance): void {
    if (own.raised && this.raised && --this.raised.depth === 0) {
      this.rewriteRaised()
      this.raised = null
    }
    if (own.isStruck && this.struck && --this.struck.depth === 0) {
      this.rewriteStruck()
      this.struck = null
    }
  }

  /** A line ends within struck-out or raised text. */
  private rewrite(): void {
    this.rewriteRaised()
    this.rewriteStruck()
  }

  private rewriteRaised(): void {
    const { raised } = this
    if (raised) this.line.replace(raised.from, (text) => raisedText(raised.kind, text, raised.before))
  }

  private rewriteStruck(): void {
    if (this.struck) this.line.replace(this.struck.from, struckText)
  }

  private media(name: string, attributes: Readonly<Record<string, string>>, around: Appearance): void {
    if (name === 'source') {
      if (this.film === null) return
      this.film = null
      this.show(mediaIn(attributes, this.around))
      return
    }
    // Its own content is never shown; its position and style decide whether the element is.
    if (!isPictureShown(appearanceOf(around, 'img', attributes, false, this.sheet))) return
    if ((name === 'video' || name === 'audio') && !attributes.src) this.film = this.looks.length - 1
    else this.show(mediaIn(attributes, this.around))
  }

  private show(shown: Shown): void {
    if (shown.as === 'text') this.put(shown.text)
    if (shown.as === 'lost') this.lost.push(shown.name)
    if (shown.as !== 'address') return
    const gap = this.line.isEmpty || this.line.endsInSpace ? '' : ' '
    this.put(`${gap}${shown.address} `)
  }

  private endLink(): void {
    const { link } = this
    this.link = null
    if (!link) return
    // For a link over several lines the last one decides.
    const isHere = link.lineNumber === this.lines.length
    const text = this.line
      .text(isHere ? link.from : 0)
      .replaceAll('\u00a0', ' ')
      .trim()
    const file = linkedFile(link.attributes.href, text, this.around)
    if (file) {
      this.show(file)
      return
    }
    const href = addressIn(link.attributes.href)
    if (href === '') return
    if (isSameToReader(text, href)) return
    if (needsLogin(href, this.around.hosts)) return
    if (text === '') {
      this.put(written(href))
      return
    }
    const beginning = /^https?:/.test(text) ? withoutDots(text) : null
    if (isHere && beginning !== null && href.startsWith(beginning)) {
      this.line.cut(link.from)
      this.line.add(href)
      return
    }
    this.put(`${this.line.endsInSpace ? '' : ' '}(${written(href)})`)
  }
}

/** The text before the dots of a shortened text; null when there are none. */
function withoutDots(text: string): string | null {
  const dots = ['…', '...'].find((end) => text.endsWith(end))
  return dots === undefined ? null : text.slice(0, -dots.length)
}
