/**
 * A line of text that is written piece by piece. Its end can be read and removed in constant time: a growing
 * string would be copied whole by each read.
 */
export class TextLine {
  private readonly pieces: string[] = []
  /** True if it contains more than white space and the bars between cells. */
  hasWords = false

  get isEmpty(): boolean {
    return this.pieces.length === 0
  }

  /** The last UTF-16 unit; empty in an empty line. */
  get last(): string {
    return this.pieces.at(-1)?.at(-1) ?? ''
  }

  get endsInSpace(): boolean {
    return this.last === ' ' || this.last === '\u00a0'
  }

  add(text: string): void {
    if (text === '') return
    this.pieces.push(text)
    this.hasWords ||= /[^ |\u00a0]/.test(text)
  }

  /** Appends `mark` to the text, before its trailing white space. */
  separate(mark: string): void {
    for (let last = this.pieces.pop(); last !== undefined; last = this.pieces.pop()) {
      const kept = last.trimEnd()
      if (kept === '') continue
      this.pieces.push(kept)
      break
    }
    this.add(mark)
  }

  /** A space, unless it would be invisible: after another one, or at the start. */
  space(): void {
    if (!this.isEmpty && this.last !== ' ') this.add(' ')
  }

  /** Rewrites the text since the mark. */
  replace(from: number, rewrite: (text: string) => string): void {
    if (from >= this.pieces.length) return
    const text = rewrite(this.text(from))
    this.cut(from)
    if (text !== '') this.pieces.push(text)
  }

  /** A position for `text` and `cut`. */
  mark(): number {
    return this.pieces.length
  }

  /** The text since the mark, or all of it. */
  text(from = 0): string {
    return this.pieces.slice(from).join('')
  }

  /** Removes the text since the mark. */
  cut(from: number): void {
    this.pieces.length = Math.min(from, this.pieces.length)
  }

  clear(): void {
    this.pieces.length = 0
    this.hasWords = false
  }
}
