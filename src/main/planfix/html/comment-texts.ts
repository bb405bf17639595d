import { type CommentText, readComment } from './html-to-text.ts'
import { type MediaContext, NO_MEDIA } from './media.ts'

/** Cache size in UTF-16 units of HTML and text: some pages of ordinary comments, one page of the longest. */
const KEPT = 8_000_000
/** A conversion of this length may take a millisecond. */
const LONG = 8_000
/** After this many milliseconds the conversion yields to the event loop. */
const TURN_MS = 10

type Files = MediaContext['files']

/** Plain texts of comments. A comment that has not changed since the last read is not converted again. */
export interface CommentTexts {
  of(id: number, html: string, files?: Files): CommentText
  /** Converts the long texts with yields, so that reading a page never blocks the event loop. */
  prepare(comments: readonly { id: number; html: string; files?: Files }[]): Promise<void>
}

export function createCommentTexts(kept = KEPT, hosts = NO_MEDIA.hosts): CommentTexts {
  /** The most recently used are at the end. */
  const known = new Map<number, { html: string; files: string; read: CommentText }>()
  let size = 0

  const forget = (id: number) => {
    const old = known.get(id)
    if (old === undefined) return
    size -= old.html.length + old.read.text.length
    known.delete(id)
  }
  const isKnown = (id: number, html: string, files: string) => {
    const before = known.get(id)
    return before?.html === html && before.files === files ? before.read : null
  }
  const of = (id: number, html: string, files: Files = []): CommentText => {
    const named = printOf(files)
    const read = isKnown(id, html, named) ?? readComment(html, { files, hosts })
    forget(id)
    known.set(id, { html, files: named, read })
    size += html.length + read.text.length
    for (const oldest of known.keys()) {
      if (size <= kept) break
      forget(oldest)
    }
    return read
  }

  return {
    of,
    async prepare(comments) {
      let begun = performance.now()
      for (const { id, html, files = [] } of comments) {
        if (html.length < LONG || isKnown(id, html, printOf(files))) continue
        of(id, html, files)
        if (performance.now() - begun < TURN_MS) continue
        await new Promise((resolve) => setImmediate(resolve))
        begun = performance.now()
      }
    },
  }
}

const printOf = (files: Files): string => files.map(({ id, name }) => `${id}:${name}`).join('/')
