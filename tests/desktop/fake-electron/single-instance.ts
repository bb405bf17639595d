import {
  accessSync,
  closeSync,
  constants,
  type FSWatcher,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  watch,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { getPath } from './paths.ts'

/** The data that a second start passes to the first. */
export interface Second {
  argv: string[]
  cwd: string
  data: unknown
}

let held: { file: string; watcher: FSWatcher } | null = null

/**
 * The lock of `app.requestSingleInstanceLock`, in the user data folder as with Electron: a file with the process id,
 * and a folder into which later starts write their data.
 */
export function requestLock(data: unknown, hear: (second: Second) => void): boolean {
  if (held) return true
  const dir = getPath('userData')
  // The same answer as for a second start: LOCK_ERROR in Electron's electron_api_app.cc, RequestSingleInstanceLock.
  if (!isWritable(dir)) return false
  const file = join(dir, 'SingletonLock')
  const letters = join(dir, 'SingletonLetters')
  if (take(file)) {
    rmSync(letters, { recursive: true, force: true })
    mkdirSync(letters)
    const watcher = watch(letters, () => readLetters(letters, hear))
    watcher.unref()
    held = { file, watcher }
    process.once('exit', releaseLock)
    return true
  }
  const second: Second = { argv: process.argv, cwd: process.cwd(), data }
  writeFileSync(join(letters, `${process.pid}.json`), JSON.stringify(second))
  return false
}

function isWritable(dir: string): boolean {
  try {
    mkdirSync(dir, { recursive: true })
    accessSync(dir, constants.W_OK)
    return true
  } catch {
    return false
  }
}

export const hasLock = (): boolean => held !== null

export function releaseLock(): void {
  held?.watcher.close()
  if (held) rmSync(held.file, { force: true })
  held = null
}

function take(file: string): boolean {
  for (let n = 0; n < 3; n++) {
    try {
      const handle = openSync(file, 'wx')
      writeSync(handle, String(process.pid))
      closeSync(handle)
      return true
    } catch {
      if (isAlive(file)) return false
      rmSync(file, { force: true })
    }
  }
  return false
}

function isAlive(file: string): boolean {
  try {
    process.kill(Number(readFileSync(file, 'utf8')), 0)
    return true
  } catch {
    return false
  }
}

function readLetters(dir: string, hear: (second: Second) => void): void {
  let names: string[] = []
  try {
    names = readdirSync(dir)
  } catch {
    return
  }
  for (const name of names) {
    try {
      const second = JSON.parse(readFileSync(join(dir, name), 'utf8')) as Second
      rmSync(join(dir, name))
      hear(second)
    } catch {
      // It is still being written: the folder changes once more.
    }
  }
}
