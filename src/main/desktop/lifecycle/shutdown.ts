import type { App } from 'electron'
import { errorMessage, errorStack } from '../../../shared/node-errors.ts'
import { LONGEST_STOP_MS, listenForEnd } from '../../process/shutdown.ts'
import type { Log } from '../../runtime/application.ts'
import { nextArguments } from './crash-restarts.ts'

export interface Shutdown {
  /** What is to be ended before the program does. */
  onShutdown(stop: () => Promise<void>): void
  /** The arguments of a new start after a fault, without the program itself; at first those of this one. */
  restartsWith(args: () => readonly string[]): void
  /** A fault that nobody expected: ends in order and starts anew, unless that was done too often. */
  fault(error: unknown): void
  /** Ends what the program holds and leaves its own end to somebody else: the installer of an update. */
  releaseForUpdate(): Promise<void>
  /** After `releaseForUpdate`: nobody ended the program, so it starts anew. */
  relaunch(): void
}

export interface ShutdownOptions {
  app: Pick<App, 'on' | 'exit' | 'relaunch' | 'quit'>
  log: Log
  /** An AppImage is started anew by its own file, not by what it has unpacked. */
  appImage: string | null
  now: () => number
}

/** Ends the program in order, once however often it is asked for: by "Quit", by the system, by a signal, by a fault. */
export function orderlyShutdown({ app, log, appImage, now }: ShutdownOptions): Shutdown {
  let stop: (() => Promise<void>) | null = null
  let args: () => readonly string[] = () => process.argv.slice(1)
  const anew = appImage === null ? {} : { execPath: appImage }
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
    log.error({ stack: errorStack(error) }, `bug, the bridge starts anew: ${errorMessage(error)}`)
    if (ending) return
    const next = nextArguments(args(), now())
    if (next === null) log.error({}, 'it was started anew too often: the bridge stops')
    else app.relaunch({ args: next, ...anew })
    end(1)
  }

  app.on('before-quit', (event) => {
    if (isLetGo) return
    event.preventDefault()
    if (!ending) log.info({}, 'stopping')
    end(0)
  })
  // The bridge lives in the tray.
  app.on('window-all-closed', () => undefined)
  // On Windows `npm start` stays as our parent: when it is gone, nobody sees this program any more.
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
      app.relaunch({ args: [...args()], ...anew })
      app.exit(0)
    },
  }
}
