import { writeSync } from 'node:fs'
import { pino } from 'pino'
import type { Redactor } from '../settings/redact.ts'

export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** The sink of the program's messages; `fields` are written beside the text. */
export interface Log {
  /** Each step of each message; absent unless the owner asks for it. */
  debug?(fields: object, text: string): void
  info(fields: object, text: string): void
  warn(fields: object, text: string): void
  error(fields: object, text: string): void
}

/**
 * The program's log on standard error: JSON lines, or short readable ones on a terminal. Every complete line
 * is redacted. Written at once, so that the last lines before an exit are not lost.
 */
export function createLog(options: {
  redact: Redactor
  pretty: boolean
  /** Lines below it are not written; `info`. */
  level?: LogLevel | undefined
  /** For tests. */
  write?: (text: string) => void
}): Log {
  const write = options.write ?? toStandardError
  const sink = {
    write: (line: string) => write(options.redact(options.pretty ? prettyLine(line) : line)),
  }
  const { level = 'info' } = options
  const logger = pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: asWord } },
    sink,
  )
  if (level === 'debug') return logger
  // So that nothing has to be read for such a line.
  const { info, warn, error } = logger
  return { info: info.bind(logger), warn: warn.bind(logger), error: error.bind(logger) }
}

const asWord = (level: string) => ({ level })

export function toStandardError(text: string): void {
  let rest = Buffer.from(text)
  for (let tries = 0; rest.length > 0 && tries < 50; tries++) {
    try {
      rest = rest.subarray(writeSync(2, rest))
    } catch (error) {
      // A full pipe is retried; a closed one has no reader: the bridge continues without its log.
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) return
      Atomics.wait(PAUSE, 0, 0, 1)
    }
  }
}
const PAUSE = new Int32Array(new SharedArrayBuffer(4))

function prettyLine(line: string): string {
  const { time, level, msg, stack, ...rest } = JSON.parse(line) as Record<string, unknown>
  const fields = Object.entries(rest).map(
    ([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  const trace = typeof stack === 'string' ? `\n${stack}` : ''
  return `${String(time).slice(11, 19)} ${String(level).padEnd(5)} ${msg}${fields.join('')}${trace}\n`
}
