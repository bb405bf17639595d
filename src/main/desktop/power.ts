import type { PowerMonitor } from 'electron'
import type { Application } from '../application/application.ts'

export interface PowerOptions {
  powerMonitor: Pick<PowerMonitor, 'on' | 'off'>
  application: Pick<Application, 'park' | 'wake' | 'now'>
  /** The computer is being switched off. */
  shutdown(): void
}

/** What the system tells of sleep and of its end reaches the application. Answers how to end it. */
export function followPower({ powerMonitor, application, shutdown }: PowerOptions): () => void {
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
  powerMonitor.on('suspend', suspend)
  powerMonitor.on('resume', resume)
  powerMonitor.on('shutdown', off)
  return () => {
    powerMonitor.off('suspend', suspend)
    powerMonitor.off('resume', resume)
    powerMonitor.off('shutdown', off)
  }
}
