import type { Clock } from '../../engine/ports.ts'

const EVERY_MS = 1000

/**
 * Notices within a second or two that another process (the command line) wrote to the store. Returns a function that
 * stops it.
 */
export function watchStoreChanges(options: {
  clock: Clock
  /** Differs after a write of another process. */
  version(): Promise<number>
  changed(): void
  onBug(error: unknown): void
}): () => void {
  const { clock, version, changed, onBug } = options
  let before: number | null = null
  let isOver = false
  let cancel = () => {}

  async function look(): Promise<void> {
    const now = await version().catch((error: unknown) => {
      onBug(error)
      return before
    })
    if (isOver) return
    if (before !== null && now !== before) changed()
    before = now
    cancel = clock.after(EVERY_MS, () => void look())
  }
  void look()
  return () => {
    isOver = true
    cancel()
  }
}
