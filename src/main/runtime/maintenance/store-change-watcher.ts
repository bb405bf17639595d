import type { Clock } from '../../engine/ports.ts'

const EVERY_MS = 1000
/** Where the system tells of writes; it may have missed one. */
const SELDOM_MS = 15_000

/**
 * Notices within a second or two that another process (the command line) wrote to the store. Returns a function that
 * stops it.
 */
export function watchStoreChanges(options: {
  clock: Clock
  /** Differs after a write of another process. */
  version(): Promise<number>
  /** Calls `heard` at the next write, also of our own; null = nobody tells. See OutsideWorld. */
  nextWrite?: ((heard: () => void) => (() => void) | null) | undefined
  changed(): void
  onBug(error: unknown): void
}): () => void {
  const { clock, version, nextWrite, changed, onBug } = options
  let before: number | null = null
  let isOver = false
  let isLooking = false
  let isTold = false
  let cancel = () => {}
  let deafen: (() => void) | null = null

  function plan(ms: number): void {
    cancel()
    cancel = clock.after(ms, () => void look())
  }

  function heard(): void {
    isTold = true
    if (!isLooking && !isOver) plan(EVERY_MS)
  }

  async function look(): Promise<void> {
    isLooking = true
    isTold = false
    deafen?.()
    // Before the look: what is written during it is told.
    deafen = nextWrite?.(heard) ?? null
    const now = await version().catch((error: unknown) => {
      onBug(error)
      return before
    })
    isLooking = false
    if (isOver) return
    if (before !== null && now !== before) changed()
    before = now
    plan(deafen === null || isTold ? EVERY_MS : SELDOM_MS)
  }
  void look()
  return () => {
    isOver = true
    cancel()
    deafen?.()
  }
}
