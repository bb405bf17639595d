import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Folders that `bridge backup` makes: this and the time. */
export const BACKUP_PREFIX = 'bridge-backup-'
export const STORE = 'bridge.sqlite'
export const SETTINGS = 'config.json'

export interface FoundBackup {
  store: string
  /** The settings file beside it; null when there is none. */
  settings: string | null
}

/**
 * What a path given to `restore --from` means: a data file, a folder of `bridge backup`, or a folder of such folders,
 * whose newest is taken. Null when there is nothing.
 */
export function findBackup(path: string): FoundBackup | null {
  if (!existsSync(path)) return null
  if (!statSync(path).isDirectory()) return { store: path, settings: null }
  const newest = readdirSync(path)
    .filter((name) => name.startsWith(BACKUP_PREFIX) && existsSync(join(path, name, STORE)))
    .toSorted()
    .at(-1)
  const folder = existsSync(join(path, STORE)) ? path : newest && join(path, newest)
  if (!folder) return null
  const settings = join(folder, SETTINGS)
  return { store: join(folder, STORE), settings: existsSync(settings) ? settings : null }
}
