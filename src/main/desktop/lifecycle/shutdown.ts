import type { App } from 'electron'
import type { Log } from '../../runtime/application.ts'
import { nextArguments } from './crash-restarts.ts'

/** Whoever chose "Quit" waits no longer than 5 s. Everything accepted is on disk, so the rest may be cut. */
const LONGEST_STOP_MS = 4_600

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
        log.error({ stack: stackOf(error) }, 'bug while stopping')
        app.exit(1)
      },
    )
  }

  function fault(error: unknown): void {
    log.error({ stack: stackOf(error) }, `bug, the bridge starts anew: ${messageOf(error)}`)
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
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => app.quit())
  // On Windows `npm start` stays as our parent: when it is gone, nobody sees this program any more.
  if (process.channel) process.on('disconnect', () => app.quit())
  process.on('uncaughtException', fault)
  process.on('unhandledRejection', fault)
  // Whoever read our output may go away; the bridge carries messages all the same.
  process.stdout.on('error', () => undefined)
  process.stderr.on('error', () => undefined)

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

const stackOf = (error: unknown): string | undefined => (error instanceof Error ? error.stack : undefined)
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
