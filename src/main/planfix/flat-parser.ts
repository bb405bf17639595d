import { Parser } from 'htmlparser2'

/** What happens in a document, in its order. Tags are lower case, entities are decoded. */
export interface DocumentReader {
  open(name: string, attributes: Record<string, string>): void
  close(name: string): void
  text(text: string): void
  /** While true, only what is nested matters, not what it is. */
  isSilent(): boolean
  /** Elements that must be closed where they end, however deep they stand. */
  mustNest(name: string): boolean
}

/** No editor nests as deep; the parser's own list of open elements makes deep nesting quadratic. */
const DEEPEST = 256

/** Reads HTML in time linear in its length, whatever it holds. Never fails. */
export function readHtml(html: string, reader: DocumentReader): void {
  new FlatParser(reader).end(html)
}

/**
 * htmlparser2 with a bound on nesting: what is opened deeper than `DEEPEST` is closed at once, so its content stands one
 * level up and is still read.
 */
class FlatParser extends Parser {
  private readonly reader: DocumentReader
  private readonly state: { depth: number; opening: boolean | null; decided: boolean; closing: boolean }

  constructor(reader: DocumentReader) {
    const state = { depth: 0, opening: null as boolean | null, decided: false, closing: false }
    super(
      {
        onopentagname: () => {
          state.opening = state.decided
        },
        onopentag: (name, attributes) => {
          state.depth++
          reader.open(name, attributes)
        },
        onclosetag: (name) => {
          state.depth--
          reader.close(name)
        },
        ontext: (text) => reader.text(text),
      },
      { decodeEntities: true },
    )
    this.reader = reader
    this.state = state
  }

  /** Asked when a tag begins and again when it ends, between which nothing else is: both times the same is answered. */
  protected override isVoidElement(name: string): boolean {
    const { state, reader } = this
    if (state.opening !== null) {
      const decided = state.opening
      state.opening = null
      return decided
    }
    const isDeep = state.depth >= DEEPEST && !state.closing
    state.decided = super.isVoidElement(name) || (isDeep && (reader.isSilent() || !reader.mustNest(name)))
    return state.decided
  }

  /** Where an element ends, nothing is opened for long: what stands open is closed however deep it is. */
  override onclosetag(start: number, endIndex: number): void {
    this.state.closing = true
    super.onclosetag(start, endIndex)
    this.state.closing = false
  }
}
