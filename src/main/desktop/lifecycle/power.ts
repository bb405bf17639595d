import type { App, BrowserWindow, PowerMonitor } from 'electron'
import type { Application } from '../../runtime/application.ts'

export interface PowerOptions {
  /** Windows sends notice of its shutdown only to windows. */
  app: Pick<App, 'on' | 'off'>
  powerMonitor: Pick<PowerMonitor, 'on' | 'off'>
  application: Pick<Application, 'park' | 'wake' | 'now'>
  /** The computer is shutting down. */
  shutdown(): void
}

/** Forwards the system's sleep and shutdown notices to the application. Returns a function that stops it. */
export function followPower({ app, powerMonitor, application, shutdown }: PowerOptions): () => void {
  let asleepSince: number | null = null
  const suspend = () => {
    asleepSince = application.now()
    application.park()
  }
  const resume = () => {
    const since = asleepSince
    asleepSince = null
    void application.wake(since)
  }
  const off = (event?: { preventDefault?(): void }) => {
    // Where the system lets programs delay the shutdown, it waits until we have finished.
    event?.preventDefault?.()
    shutdown()
  }
  /**
   * Windows kills every process a moment later, without `before-quit` and without `shutdown` (electron.d.ts,
   * "before-quit"): no new work begins. Without a window there is no notice at all; the next start continues
   * from the state on disk.
   */
  const watch = (_event: unknown, window: BrowserWindow) => {
    window.on('query-session-end', application.park.bind(application))
    window.on('session-end', application.park.bind(application))
  }
  app.on('browser-window-created', watch)
  powerMonitor.on('suspend', suspend)
  powerMonitor.on('resume', resume)
  powerMonitor.on('shutdown', off)
  return () => {
    app.off('browser-window-created', watch)
    powerMonitor.off('suspend', suspend)
    powerMonitor.off('resume', resume)
    powerMonitor.off('shutdown', off)
  }
}
