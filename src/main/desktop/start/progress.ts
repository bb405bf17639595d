import type { Clock } from '../../engine/ports.ts'

/** What a start does, in this order. */
export const START_STEPS = ['keychain', 'data', 'connect'] as const
export type StartStep = (typeof START_STEPS)[number]

/** The window that shows it. */
export interface StartView {
  show(step: StartStep): void
  /** Resolves when it can be seen, at the latest after a moment. */
  readonly seen: Promise<void>
  close(): void
}

export interface StartProgress {
  /** This is done now. */
  step(step: StartStep): void
  /** The owner asked for the window. */
  wanted(): void
  /** What comes now takes long, and blocks the program: resolves when that is told, where a window is wanted. */
  slow(): Promise<void>
  /** The program's own window is there, or none is wanted. */
  end(): void
}

/** A start within this time, milliseconds, shows no window of its own. */
const QUICK_MS = 1_000

/** `isWanted`: a start at login shows no window. `open` is called at most once. */
export function startProgress(options: {
  clock: Clock
  isWanted(): boolean
  open(step: StartStep): StartView
}): StartProgress {
  const { clock, isWanted, open } = options
  const begunAt = clock.now()
  let at: StartStep = 'keychain'
  let isSlow = false
  let view: StartView | null = null
  let isOver = false

  function look(): void {
    const isQuick = clock.now() - begunAt < QUICK_MS && !isSlow
    if (isOver || view !== null || isQuick || !isWanted()) return
    view = open(at)
  }
  clock.after(QUICK_MS, look)
  return {
    step(step) {
      at = step
      view?.show(step)
    },
    wanted: look,
    async slow() {
      isSlow = true
      look()
      await view?.seen
    },
    end() {
      isOver = true
      view?.close()
    },
  }
}
