/** Notifies subscribers of an event; the part that raises it does not know them. */
export class Signal<What extends unknown[] = []> {
  private readonly subscribers = new Set<(...what: What) => void>()

  subscribe(work: (...what: What) => void): void {
    this.subscribers.add(work)
  }

  raise(...what: What): void {
    for (const work of this.subscribers) work(...what)
  }
}
