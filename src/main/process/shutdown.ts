import { readFileSync } from 'node:fs'
import { errorMessage, errorStack } from '../../shared/node-errors.ts'
import type { Log } from './log.ts'

/** A service manager waits 5 s before it kills the process (docs/architecture.md, "Commands"). */
export const LONGEST_STOP_MS = 4_600

/**
 * The reasons to end any of our programs: a signal, the exit of a parent that shares a channel, an exception.
 * Closed output is not one: the bridge continues.
 */
export function listenForEnd({
  asked,
  fault,
  hangUp = () => asked('SIGHUP'),
}: {
  asked(why: string): void
  fault(error: unknown): void
  /** SIGHUP; without it an end as well: the terminal was closed. */
  hangUp?: () => void
}): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => asked(signal))
  process.on('SIGHUP', hangUp)
  if (process.channel) process.on('disconnect', () => asked(STARTER_GONE))
  process.on('uncaughtException', fault)
  process.on('unhandledRejection', fault)
  process.stdout.on('error', () => undefined)
  process.stderr.on('error', () => undefined)
}

const STARTER_GONE = 'the process that started it is gone'

/** Writes the last log line and exits. */
export function endWith(
  code: number,
  text: string,
  stream: NodeJS.WriteStream = process.stderr,
): Promise<never> {
  return new Promise(() => stream.write(text, () => process.exit(code)))
}

export interface Ending {
  onShutdown(stop: () => Promise<void>): void
  /** SIGHUP to a program without a terminal asks for this; without it SIGHUP ends the program. */
  onReload(reload: () => Promise<void>): void
}

/**
 * Stops the program in order on SIGTERM and SIGINT, once even if they repeat, and when its parent process has
 * exited. SIGHUP reloads where there is no terminal, and stops where the terminal was closed. All accepted data
 * is already on disk, so a shutdown that takes too long may be cut short.
 */
export function stopOnSignals(log: Log): Ending {
  let reload: (() => Promise<void>) | null = null
  let stop: (() => Promise<void>) | null = null
  let wanted: { code: number } | null = null
  let stopping = false

  const end = (code: number) => {
    if (wanted === null) setTimeout(() => cut(code), LONGEST_STOP_MS)
    wanted ??= { code }
    if (stopping || stop === null) return
    stopping = true
    stop().then(
      () => process.exit(code),
      (error: unknown) => {
        log.error({ stack: errorStack(error) }, 'bug while stopping')
        process.exit(1)
      },
    )
  }
  const cut = (code: number) => {
    log.warn(
      {},
      'stopping took too long and was cut short; nothing is lost, the rest is done at the next start',
    )
    process.exit(code)
  }
  const asked = (why: string) => {
    if (wanted === null) log.info({}, `stopping (${why})`)
    end(0)
  }
  const fault = (error: unknown) => {
    log.error({ stack: errorStack(error) }, `bug, the bridge stops: ${errorMessage(error)}`)
    if (stop === null) process.exit(1)
    end(1)
  }
  const isOfTerminal = [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY)
  const hangUp = () => {
    if (isOfTerminal || reload === null) return asked('SIGHUP')
    if (wanted !== null) return
    log.info({}, 'reloading (SIGHUP)')
    reload().catch((error: unknown) =>
      log.error({ stack: errorStack(error) }, `bug while reloading: ${errorMessage(error)}`),
    )
  }
  listenForEnd({ asked, fault, hangUp })
  watchStarter(() => asked(STARTER_GONE))

  return {
    onShutdown(work) {
      stop = work
      if (wanted) end(wanted.code)
    },
    onReload(work) {
      reload = work
    },
  }
}

/**
 * npm (and on Windows scripts/run.ts) waits as our parent. When it is killed no signal arrives, and an
 * invisible bridge would block its folder and ports for the next one.
 */
function watchStarter(gone: () => void): void {
  if (process.platform === 'win32' || process.env.npm_lifecycle_event === undefined) return
  const starter = starters()
  setInterval(() => {
    if (starters() !== starter) gone()
  }, 200).unref()
}

/** Our parent and, on Linux, its parent: npm starts a shell between itself and us, which outlives npm. */
function starters(): string {
  const parent = process.ppid
  if (process.platform !== 'linux') return `${parent}`
  try {
    // "pid (name) state ppid …"; the name may contain anything, also brackets.
    const stat = readFileSync(`/proc/${parent}/stat`, 'latin1')
    return `${parent} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]}`
  } catch {
    return `${parent}`
  }
}
