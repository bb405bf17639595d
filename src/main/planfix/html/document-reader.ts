/** Events of a document, in its order. Tags are in lower case, entities are decoded. */
export interface DocumentReader {
  open(name: string, attributes: Readonly<Record<string, string>>): void
  close(name: string): void
  text(text: string): void
  /** While true, only the nesting of elements matters. */
  isSilent(): boolean
  /** The following text is hidden. */
  isUnseen(): boolean
  /** Elements that must be closed at their end, at any depth. */
  mustNest(name: string): boolean
}
