import { readFileSync } from 'node:fs'
import { errorMessage, errorStack } from '../../shared/node-errors.ts'
import type { Log } from './log.ts'

/** The owner of a service waits 5 s before he kills it (docs/architecture.md, "Commands"). */
export const LONGEST_STOP_MS = 4_600

/**
 * What ends any of our programs: a signal, a starter that shares a channel with it and is gone, a fault. Output that
 * nobody reads any more does not: the bridge goes on.
 */
export function listenForEnd({
  asked,
  fault,
}: {
  asked(why: string): void
  fault(error: unknown): void
}): void {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => asked(signal))
  if (process.channel) process.on('disconnect', () => asked(STARTER_GONE))
  process.on('uncaughtException', fault)
  process.on('unhandledRejection', fault)
  process.stdout.on('error', () => undefined)
  process.stderr.on('error', () => undefined)
}

const STARTER_GONE = 'the process that started it is gone'

/** Says its last words and ends. */
export function endWith(
  code: number,
  text: string,
  stream: NodeJS.WriteStream = process.stderr,
): Promise<never> {
  return new Promise(() => stream.write(text, () => process.exit(code)))
}

/**
 * Stops the program in order on SIGTERM, SIGINT and SIGHUP, once however often they come, and when the process
 * that started it is gone. Everything accepted is on disk already, so an end that takes too long may be cut.
 */
export function stopOnSignals(log: Log): { onShutdown(stop: () => Promise<void>): void } {
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
  listenForEnd({ asked, fault })
  watchStarter(() => asked(STARTER_GONE))

  return {
    onShutdown(work) {
      stop = work
      if (wanted) end(wanted.code)
    },
  }
}

/**
 * npm (and on Windows scripts/run.ts) waits in front of us. When it is killed hard no signal comes, and a bridge
 * nobody can see any more would keep its folder and ports from the next one.
 */
function watchStarter(gone: () => void): void {
  if (process.platform === 'win32' || process.env.npm_lifecycle_event === undefined) return
  const starter = starters()
  setInterval(() => {
    if (starters() !== starter) gone()
  }, 200).unref()
}

/** Our parent and, on Linux, its parent: npm puts a shell between itself and us, which outlives it. */
function starters(): string {
  const parent = process.ppid
  if (process.platform !== 'linux') return `${parent}`
  try {
    // "pid (name) state ppid …"; the name may hold anything, also brackets.
    const stat = readFileSync(`/proc/${parent}/stat`, 'latin1')
    return `${parent} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]}`
  } catch {
    return `${parent}`
  }
}
