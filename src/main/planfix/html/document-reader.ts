/** What happens in a document, in its order. Tags are lower case, entities are decoded. */
export interface DocumentReader {
  open(name: string, attributes: Readonly<Record<string, string>>): void
  close(name: string): void
  text(text: string): void
  /** While true, only what is nested matters, not what it is. */
  isSilent(): boolean
  /** Text that comes now is not shown. */
  isUnseen(): boolean
  /** Elements that must be closed where they end, however deep they stand. */
  mustNest(name: string): boolean
}
