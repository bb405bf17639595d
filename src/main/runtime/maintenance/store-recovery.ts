import type { Clock } from '../../engine/ports.ts'
import type { EventBus } from '../event-bus.ts'

/** How often to try whether the store works again. */
const EVERY_MS = 2000

/**
 * While nothing can be stored, tries it again and again: where nobody sends webhooks to a bridge that is not ready, none
 * would tell that it works again. Returns a function that ends it.
 */
export function lookForRecovery(options: {
  clock: Clock
  events: EventBus
  /** A small write; rejects while nothing can be stored. */
  write(): Promise<void>
  recovered(): void
}): () => void {
  const { clock, events, write, recovered } = options
  let isOver = false
  let cancel = () => {}

  const later = () => {
    cancel()
    cancel = clock.after(EVERY_MS, () => void look())
  }
  async function look(): Promise<void> {
    const works = await write().then(
      () => true,
      () => false,
    )
    if (isOver || events.storeFailing === null) return
    if (!works) return later()
    events.storeWorks()
    recovered()
  }
  const unsubscribe = events.subscribe({
    storeStateChanged: (failing) => (failing === null ? cancel() : later()),
  })
  return () => {
    isOver = true
    cancel()
    unsubscribe()
  }
}
