import type { App, BrowserWindow, PowerMonitor } from 'electron'
import type { Application } from '../../runtime/application.ts'

export interface PowerOptions {
  /** Windows tells its end to windows alone. */
  app: Pick<App, 'on' | 'off'>
  powerMonitor: Pick<PowerMonitor, 'on' | 'off'>
  application: Pick<Application, 'park' | 'wake' | 'now'>
  /** The computer is being switched off. */
  shutdown(): void
}

/** What the system tells of sleep and of its end reaches the application. Answers how to end it. */
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
    // Where the system waits for who asks for it, it waits until we have ended.
    event?.preventDefault?.()
    shutdown()
  }
  /**
   * Windows ends every process a moment later, without `before-quit` and without `shutdown` (electron.d.ts, "before-quit"):
   * nothing new is begun. Without a window nothing is told at all; the next start goes on from what is on disk.
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
