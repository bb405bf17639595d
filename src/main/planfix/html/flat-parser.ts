import { Parser } from 'htmlparser2'
import type { DocumentReader } from './document-reader.ts'

/** No editor nests as deep; the parser's own list of open elements makes deep nesting quadratic. */
export const DEEPEST = 256

/**
 * Reads HTML in time linear in its length, whatever it holds. Never fails. What is hidden deeper than `DEEPEST` hides
 * everything behind it up to where the nesting is less deep again.
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
 * htmlparser2 with a bound on nesting: what is opened deeper than `DEEPEST` is closed at once, so its content stands one
 * level up and is still read.
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
