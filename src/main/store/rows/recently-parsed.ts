/**
 * Rows that were read lately: one whose text is still the same is not parsed again. The values are frozen, since several
 * readers get the same one.
 */
export class RecentlyParsed<T extends object> {
  readonly #parse: (text: string) => T
  readonly #most: number
  readonly #recent = new Map<number, { text: string; value: T }>()

  constructor(parse: (text: string) => T, most = 200) {
    this.#parse = parse
    this.#most = most
  }

  /** The value of the row with this id, whose text was just read. */
  from(id: number, text: string): T {
    const known = this.#recent.get(id)
    if (known?.text === text) return known.value
    const value = Object.freeze(this.#parse(text))
    this.#recent.delete(id)
    this.#recent.set(id, { text, value })
    if (this.#recent.size > this.#most) this.#recent.delete(this.#recent.keys().next().value!)
    return value
  }
}
