import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'

/** The files of a data folder. */
export const filesOf = (dir: string) => ({
  store: join(dir, 'bridge.sqlite'),
  lock: join(dir, 'bridge.lock'),
  clean: join(dir, 'bridge.clean'),
  /** Becomes the store once it is complete. */
  fresh: join(dir, 'bridge.fresh.sqlite'),
  backup: join(dir, 'bridge.backup.sqlite'),
  olderBackup: join(dir, 'bridge.backup-older.sqlite'),
  newBackup: join(dir, 'bridge.backup-new.sqlite'),
  /** What came in since the backup, and between the older one and it; see backup/journal.ts. */
  journal: join(dir, 'bridge.journal'),
  olderJournal: join(dir, 'bridge.journal-older'),
  newJournal: join(dir, 'bridge.journal-new'),
  /** The store was found damaged: the next start checks it before anything else. */
  damaged: join(dir, 'bridge.damaged'),
})
export type Files = ReturnType<typeof filesOf>

/** Chats are private: the folder is 0700, files in it 0600 (SQLite gives its side files the same mode). */
export function privateFolder(dir: string): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  tighten(dir, 0o700)
}

/** Makes sure that a file is there and that only its owner reads it. An existing file is not opened: closing
 * it again would end the locks SQLite has on it in this process (POSIX). */
export function privateFile(path: string): void {
  if (existsSync(path)) tighten(path, 0o600)
  else closeSync(openSync(path, 'a', 0o600))
}

function tighten(path: string, mode: number): void {
  if (process.platform === 'win32') return
  try {
    if ((statSync(path).mode & 0o777) !== mode) chmodSync(path, mode)
  } catch {
    // Somebody else's folder (a mounted volume): its owner decides.
  }
}

/** Puts `from` in the place of `to` so that after a power cut one of the two is there, whole. */
export function moveInto(from: string, to: string): void {
  syncPath(from)
  renameSync(from, to)
}

function syncPath(path: string): void {
  const file = openSync(path, 'r+')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

export function syncFolder(dir: string): void {
  if (process.platform === 'win32') return
  const folder = openSync(dir, 'r')
  try {
    fsyncSync(folder)
  } catch {
    // Not every file system lets a folder be synced.
  } finally {
    closeSync(folder)
  }
}

/** The same, without holding the event loop. */
export async function syncFolderAside(dir: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(dir, 'r')
  try {
    await folder.sync()
  } catch {
    // Not every file system lets a folder be synced.
  } finally {
    await folder.close()
  }
}

/** A store file and what SQLite keeps beside it. */
export const withSideFiles = (path: string): string[] => [
  path,
  `${path}-wal`,
  `${path}-shm`,
  `${path}-journal`,
]
export const removeStore = (path: string): void => {
  for (const file of withSideFiles(path)) rmSync(file, { force: true })
}

/** Notes at a clean end what the file looks like, so that the next start need not read all of it. */
export function markClean(files: Files): void {
  try {
    writeFileSync(files.clean, fingerprint(files.store), { mode: 0o600 })
  } catch {
    // No mark: the next start checks the file.
  }
}
export const unmarkClean = (files: Files): void => rmSync(files.clean, { force: true })

/** Notes that the store was found damaged: the next start reads it whole before it uses it. */
export function markDamaged(files: Files): void {
  unmarkClean(files)
  try {
    writeFileSync(files.damaged, '', { mode: 0o600 })
  } catch {
    // The disk takes nothing more: what is damaged is met again.
  }
}
export const isMarkedDamaged = (files: Files): boolean => existsSync(files.damaged)
export const unmarkDamaged = (files: Files): void => rmSync(files.damaged, { force: true })

/** True when the file is as a clean end left it. */
export function wasLeftClean(files: Files): boolean {
  try {
    return !existsSync(`${files.store}-wal`) && readFileSync(files.clean, 'utf8') === fingerprint(files.store)
  } catch {
    return false
  }
}

function fingerprint(path: string): string {
  const { size, mtimeMs } = statSync(path)
  return `${size} ${mtimeMs}\n`
}
