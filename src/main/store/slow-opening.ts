import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import { filesOf, isMarkedDamaged } from './files.ts'
import { migrations } from './migrations.ts'

/** A smaller file is read, checked and upgraded within a second or two, bytes. */
const BIG_BYTES = 50_000_000
/** Where SQLite's header holds `PRAGMA user_version`, four bytes, the highest first. */
const VERSION_AT = 60

/**
 * Whether opening the store of this folder probably blocks the program for seconds: it is restored from its backup, checked
 * because it was found damaged, or upgraded. Never throws.
 */
export function opensSlowly(dir: string): boolean {
  const files = filesOf(dir)
  try {
    const size = statSync(files.store, { throwIfNoEntry: false })?.size ?? 0
    if (size === 0) return existsSync(files.backup)
    return size > BIG_BYTES && (isMarkedDamaged(files) || versionIn(files.store) < migrations.length)
  } catch {
    return false
  }
}

function versionIn(path: string): number {
  const file = openSync(path, 'r')
  try {
    const bytes = Buffer.alloc(4)
    readSync(file, bytes, 0, 4, VERSION_AT)
    return bytes.readUInt32BE()
  } finally {
    closeSync(file)
  }
}
