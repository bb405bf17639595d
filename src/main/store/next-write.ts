import { type FSWatcher, watch } from 'node:fs'
import { filesOf } from './files.ts'

/**
 * Calls `heard` once, when any process, this one included, writes to the database of the data folder. Returns a function
 * that stops listening; null where the system does not tell: no such file, or Windows, which may tell of a write only when its
 * file is closed.
 */
export function onNextWrite(dataDir: string, heard: () => void): (() => void) | null {
  if (process.platform === 'win32') return null
  let watcher: FSWatcher
  try {
    watcher = watch(`${filesOf(dataDir).store}-wal`, { persistent: false })
  } catch {
    // As on a system that watches as many files as it may.
    return null
  }
  const stop = (): void => watcher.close()
  const once = (): void => {
    stop()
    heard()
  }
  watcher.once('change', once)
  watcher.once('error', once)
  return stop
}
