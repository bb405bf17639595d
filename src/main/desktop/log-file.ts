import { appendFileSync, chmodSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import electronLog from 'electron-log/node'
import { createLog, toStandardError } from '../process/log.ts'
import type { Log } from '../runtime/application.ts'
import type { Redactor } from '../settings/redact.ts'

export interface FileLogOptions {
  /** The folder of the files; made when it is missing. */
  dir: string
  redact: Redactor
  /** Also on standard error: in development. */
  console?: boolean
  /** Of one file; 5 MB. */
  maxBytes?: number
  /** For tests. */
  now?: () => number
}

/** `bridge.log`, then `bridge.1.log` (the one before) and so on. */
const FILES = 5
const MAX_BYTES = 5 * 1024 * 1024
/** A folder that cannot be written is not tried again at each line. */
const AGAIN_MS = 10_000
const MODE = 0o600

/**
 * The log in files that their owner alone can read: JSON lines as `serve` writes them, each redacted whole, in at most five
 * files of 5 MB. A disk that is full or away costs lines, never the program; it is written again as soon as it can be.
 * `path` is the file that is written now.
 */
export function createFileLog(options: FileLogOptions): Log & { readonly path: string } {
  const { dir, redact, maxBytes = MAX_BYTES, now = Date.now } = options
  const path = join(dir, 'bridge.log')
  const append = fileTransport(dir, path, maxBytes)
  let triedAt = Number.NEGATIVE_INFINITY
  let isThere = false

  function write(line: string): void {
    if (options.console) toStandardError(line)
    // The transport gives a folder up for good that it once could not write, so it is asked only when it can be.
    if (!isThere && Math.abs(now() - triedAt) >= AGAIN_MS) {
      triedAt = now()
      isThere = isUsable(dir, path)
    }
    if (isThere) isThere = append(line)
  }
  return Object.assign(createLog({ redact, pretty: false, write }), { path })
}

/** The file transport of electron-log, with nothing of its own in the lines. Answers whether the line was written. */
function fileTransport(dir: string, path: string, maxBytes: number): (line: string) => boolean {
  const logger = electronLog.create({ logId: path })
  const { file } = logger.transports
  // It would tell of a full disk on the console, at each line, by its first logger.
  electronLog.transports.console.writeFn = () => {}
  // Else it looks for a package.json, and throws where there is none.
  file.setAppName('chatra-planfix-bridge')
  file.resolvePathFn = () => path
  file.maxSize = maxBytes
  file.writeOptions = { flag: 'a', mode: MODE, encoding: 'utf8' }
  file.transforms = [({ data }) => data[0]]
  file.archiveLogFn = (full) => {
    if (!shifted(dir)) full.clear()
  }
  let isWatched = false
  let isWritten = true
  return (line) => {
    isWritten = true
    try {
      if (!isWatched) {
        isWatched = true
        file.getFile().on('error', () => {
          isWritten = false
        })
      }
      file({ data: [line.trimEnd()], date: new Date(), level: 'info' })
      return isWritten
    } catch {
      // A log is not worth the program.
      return false
    }
  }
}

/** Each file takes the name of the next older one; the oldest goes. */
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
    // One of a former time may have been made by somebody else.
    chmodSync(path, MODE)
    return true
  } catch {
    return false
  }
}
