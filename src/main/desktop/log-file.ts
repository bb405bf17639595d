import { appendFileSync, chmodSync, mkdirSync, renameSync, rmSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { createLog, toStandardError } from '../process/log.ts'
import type { Log } from '../runtime/application.ts'
import type { Redactor } from '../settings/redact.ts'

export interface FileLogOptions {
  /** The folder of the files; created when missing. */
  dir: string
  redact: Redactor
  /** Also on standard error: in development. */
  console?: boolean
  /** Maximum size of one file; 5 MB. */
  maxBytes?: number
  /** For tests. */
  now?: () => number
}

/** `bridge.log`, then `bridge.1.log` (the previous one) and so on. */
const FILES = 5
const MAX_BYTES = 5 * 1024 * 1024
/** A folder that is not writable is not retried at each line. */
const AGAIN_MS = 10_000
const MODE = 0o600

/**
 * The log in files that only their owner can read: JSON lines as `serve` writes them, each complete line
 * redacted, in at most five files of 5 MB. A full or missing disk costs lines, never the program; writing
 * resumes as soon as possible. `path` is the current file.
 */
export function createFileLog(options: FileLogOptions): Log & { readonly path: string } {
  const { dir, redact, maxBytes = MAX_BYTES, now = Date.now } = options
  const path = join(dir, 'bridge.log')
  const append = appender(dir, path, maxBytes)
  let triedAt = Number.NEGATIVE_INFINITY
  let isThere = false

  function write(line: string): void {
    if (options.console) toStandardError(line)
    if (!isThere && Math.abs(now() - triedAt) >= AGAIN_MS) {
      triedAt = now()
      isThere = isUsable(dir, path)
    }
    if (isThere) isThere = append(line)
  }
  return Object.assign(createLog({ redact, pretty: false, write }), { path })
}

/** Appends one line, after a change of files where the current one is full. Returns whether the line was written. */
function appender(dir: string, path: string, maxBytes: number): (line: string) => boolean {
  return (line) => {
    try {
      const { size } = statSync(path)
      if (size >= maxBytes && !shifted(dir)) truncateSync(path)
      appendFileSync(path, line, { mode: MODE })
      return true
    } catch {
      // A logging failure must not end the program.
      return false
    }
  }
}

/** Each file gets the name of the next older one; the oldest is deleted. */
function shifted(dir: string): boolean {
  const name = (age: number) => join(dir, age === 0 ? 'bridge.log' : `bridge.${age}.log`)
  try {
    rmSync(name(FILES - 1), { force: true })
    for (let age = FILES - 2; age >= 0; age--) {
      try {
        renameSync(name(age), name(age + 1))
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
      }
    }
    return true
  } catch {
    return false
  }
}

function isUsable(dir: string, path: string): boolean {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 })
    appendFileSync(path, '', { mode: MODE })
    // An old file may have been created by another user.
    chmodSync(path, MODE)
    return true
  } catch {
    return false
  }
}
