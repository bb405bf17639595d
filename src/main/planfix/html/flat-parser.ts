import { Parser } from 'htmlparser2'
import type { DocumentReader } from './document-reader.ts'

/**
 * No editor nests as deep; with deeper nesting the parser's list of open elements would take quadratic time.
 */
export const DEEPEST = 256

/**
 * Reads any HTML in time linear in its length. Never fails. An element hidden deeper than `DEEPEST` hides
 * everything after it until the nesting is less deep again.
 */
export function readFlat(html: string, reader: DocumentReader): void {
  new FlatParser(reader).end(html)
}

interface State {
  depth: number
  opening: boolean | null
  decided: boolean
  closing: boolean
  blind: boolean
}

/**
 * htmlparser2 with a limit on nesting: an element opened deeper than `DEEPEST` is closed at once, so its
 * content moves up one level and is still read.
 */
class FlatParser extends Parser {
  private readonly reader: DocumentReader
  private readonly state: State

  constructor(reader: DocumentReader) {
    const state: State = { depth: 0, opening: null, decided: false, closing: false, blind: false }
    super(
      {
        onopentagname: () => {
          state.opening = state.decided
        },
        onopentag: (name, attributes) => {
          state.depth++
          const before = reader.isUnseen()
          reader.open(name, attributes)
          if (state.depth > DEEPEST && !before && reader.isUnseen() && !reader.mustNest(name))
            state.blind = true
        },
        onclosetag: (name) => {
          state.depth--
          reader.close(name)
          if (state.depth < DEEPEST) state.blind = false
        },
        ontext: (text) => {
          if (!state.blind) reader.text(text)
        },
      },
      { decodeEntities: true },
    )
    this.reader = reader
    this.state = state
  }

  /**
   * Called when a tag begins and again when it ends, with nothing in between: both calls return the same.
   */
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

  /** At the end of an element nothing stays open for long: open elements are closed at any depth. */
  override onclosetag(start: number, endIndex: number): void {
    this.state.closing = true
    super.onclosetag(start, endIndex)
    this.state.closing = false
  }
}
