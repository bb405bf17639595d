import { htmlToText } from './html-to-text.ts'

/** UTF-16 units of HTML and text that are kept: some pages of ordinary comments, one page of the longest. */
const KEPT = 8_000_000
/** A conversion of so much may take a millisecond. */
const LONG = 8_000
/** After so many milliseconds others have their turn. */
const TURN_MS = 10

/** Plain texts of comments. What has not changed since it was read last is not converted again. */
export interface CommentTexts {
  of(id: number, html: string): string
  /** Converts the long ones among them in turns, so that reading a page never holds up everything else. */
  prepare(comments: readonly { id: number; html: string }[]): Promise<void>
}

export function createCommentTexts(kept = KEPT): CommentTexts {
  /** Those asked for last stand at the end. */
  const known = new Map<number, { html: string; text: string }>()
  let size = 0

  const forget = (id: number) => {
    const old = known.get(id)
    if (old === undefined) return
    size -= old.html.length + old.text.length
    known.delete(id)
  }
  const of = (id: number, html: string): string => {
    const before = known.get(id)
    const text = before?.html === html ? before.text : htmlToText(html)
    forget(id)
    known.set(id, { html, text })
    size += html.length + text.length
    for (const oldest of known.keys()) {
      if (size <= kept) break
      forget(oldest)
    }
    return text
  }

  return {
    of,
    async prepare(comments) {
      let begun = performance.now()
      for (const { id, html } of comments) {
        if (html.length < LONG || known.get(id)?.html === html) continue
        of(id, html)
        if (performance.now() - begun < TURN_MS) continue
        await new Promise((resolve) => setImmediate(resolve))
        begun = performance.now()
      }
    },
  }
}
