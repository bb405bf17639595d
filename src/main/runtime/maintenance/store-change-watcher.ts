import type { Clock } from '../../engine/ports.ts'

const EVERY_MS = 1000

/**
 * Notices within a second that another process (the command line) wrote to the store. Returns a function that
 * stops it.
 */
export function watchStoreChanges(options: {
  clock: Clock
  /** Differs after a write of another process. */
  version(): number
  changed(): void
  onBug(error: unknown): void
}): () => void {
  const { clock, version, changed, onBug } = options
  let before = version()
  let cancel = clock.after(EVERY_MS, look)

  function look(): void {
    let now = before
    try {
      now = version()
    } catch (error) {
      onBug(error)
    }
    if (now !== before) changed()
    before = now
    cancel = clock.after(EVERY_MS, look)
  }
  return () => cancel()
}
