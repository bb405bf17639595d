/** Notifies subscribers of an event; the part that raises it does not know them. */
export class Signal {
  private readonly subscribers = new Set<() => void>()

  subscribe(work: () => void): void {
    this.subscribers.add(work)
  }

  raise(): void {
    for (const work of this.subscribers) work()
  }
}
