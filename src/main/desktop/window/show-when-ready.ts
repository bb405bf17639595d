import type { BrowserWindow } from 'electron'
import type { Clock } from '../../engine/ports.ts'

/** A page that does not render (a graphics problem) is shown all the same: a window is better than none. */
const LONGEST_MS = 5_000

/**
 * Shows a hidden window once it has content. Maximizing shows it as well (electron.d.ts,
 * `BrowserWindow.maximize`), so that waits, too.
 */
export function showWhenReady(
  window: Pick<BrowserWindow, 'once' | 'isDestroyed' | 'maximize' | 'show'>,
  { maximized, clock }: { maximized: boolean; clock: Pick<Clock, 'after'> },
): void {
  let isShown = false
  const show = () => {
    cancel()
    if (isShown || window.isDestroyed()) return
    isShown = true
    if (maximized) window.maximize()
    window.show()
  }
  const cancel = clock.after(LONGEST_MS, show)
  window.once('ready-to-show', show)
  window.once('closed', cancel)
}
