import type { App } from 'electron'
import { errorMessage, errorStack } from '../../../shared/node-errors.ts'
import { LONGEST_STOP_MS, listenForEnd } from '../../process/shutdown.ts'
import type { Log } from '../../runtime/application.ts'
import { nextArguments } from './crash-restarts.ts'

export interface Shutdown {
  /** What to close before the program exits. */
  onShutdown(stop: () => Promise<void>): void
  /** The arguments of a restart after a crash, without the program itself; initially those of this start. */
  restartsWith(args: () => readonly string[]): void
  /** An unexpected exception: shuts down in order and restarts, unless that happened too often. */
  fault(error: unknown): void
  /** Releases resources without exiting, so that the installer of an update can quit the app. */
  releaseForUpdate(): Promise<void>
  /** After `releaseForUpdate`: the installer did not quit the app, so it restarts. */
  relaunch(): void
}

export interface ShutdownOptions {
  app: Pick<App, 'on' | 'exit' | 'relaunch' | 'quit'>
  log: Log
  /** An AppImage is restarted by its own file, not by its unpacked content. */
  appImage: string | null
  now: () => number
}

/**
 * Shuts the program down in order, once for any number of requests: by "Quit", by the system, by a signal, by
 * an exception.
 */
export function orderlyShutdown({ app, log, appImage, now }: ShutdownOptions): Shutdown {
  let stop: (() => Promise<void>) | null = null
  let args: () => readonly string[] = () => process.argv.slice(1)
  const executable = appImage === null ? {} : { execPath: appImage }
  let ending = false
  let isLetGo = false

  function end(code: number): void {
    if (ending) return
    ending = true
    const cut = setTimeout(() => {
      log.warn({}, 'stopping took too long and was cut short; the rest is done at the next start')
      app.exit(code)
    }, LONGEST_STOP_MS)
    Promise.resolve(stop?.()).then(
      () => {
        clearTimeout(cut)
        app.exit(code)
      },
      (error: unknown) => {
        log.error({ stack: errorStack(error) }, 'bug while stopping')
        app.exit(1)
      },
    )
  }

  function fault(error: unknown): void {
    log.error({ stack: errorStack(error) }, `bug, the bridge starts again: ${errorMessage(error)}`)
    if (ending) return
    const next = nextArguments(args(), now())
    if (next === null) log.error({}, 'it was started again too often: the bridge stops')
    else app.relaunch({ args: next, ...executable })
    end(1)
  }

  app.on('before-quit', (event) => {
    if (isLetGo) return
    event.preventDefault()
    if (!ending) log.info({}, 'stopping')
    end(0)
  })
  // The bridge runs in the tray.
  app.on('window-all-closed', () => undefined)
  // On Windows `npm start` stays as our parent: when it exits, this program becomes invisible.
  listenForEnd({ asked: () => app.quit(), fault })

  return {
    onShutdown(work) {
      stop = work
    },
    restartsWith(wanted) {
      args = wanted
    },
    fault,
    async releaseForUpdate() {
      if (ending) return
      ending = true
      isLetGo = true
      await stop?.()
    },
    relaunch() {
      app.relaunch({ args: [...args()], ...executable })
      app.exit(0)
    },
  }
}
