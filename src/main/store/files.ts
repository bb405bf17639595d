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
  dir,
  store: join(dir, 'bridge.sqlite'),
  lock: join(dir, 'bridge.lock'),
  clean: join(dir, 'bridge.clean'),
  /** Becomes the store once it is complete. */
  fresh: join(dir, 'bridge.fresh.sqlite'),
  backup: join(dir, 'bridge.backup.sqlite'),
  olderBackup: join(dir, 'bridge.backup-older.sqlite'),
  newBackup: join(dir, 'bridge.backup-new.sqlite'),
  /** Events received since the backup, and between the two backups; see backup/journal.ts. */
  journal: join(dir, 'bridge.journal'),
  olderJournal: join(dir, 'bridge.journal-older'),
  newJournal: join(dir, 'bridge.journal-new'),
  /** The store was found damaged: the next start checks it first. */
  damaged: join(dir, 'bridge.damaged'),
})
export type Files = ReturnType<typeof filesOf>

/**
 * Chats are private: the folder has mode 0700, its files 0600 (SQLite gives its side files the same mode).
 */
export function privateFolder(dir: string): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  tighten(dir, 0o700)
}

/**
 * Creates the file if it is missing and makes it readable for its owner only. An existing file is not opened:
 * closing it again would release the locks that SQLite has on it in this process (POSIX).
 */
export function privateFile(path: string): void {
  if (existsSync(path)) tighten(path, 0o600)
  else closeSync(openSync(path, 'a', 0o600))
}

function tighten(path: string, mode: number): void {
  if (process.platform === 'win32') return
  try {
    if ((statSync(path).mode & 0o777) !== mode) chmodSync(path, mode)
  } catch {
    // A folder of another user (a mounted volume): its owner decides.
  }
}

/** Replaces `to` by `from` so that after a power cut one of the two is there, complete. */
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
    // Some file systems cannot sync a folder.
  } finally {
    closeSync(folder)
  }
}

/** The same without blocking the event loop. */
export async function syncFolderAside(dir: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(dir, 'r')
  try {
    await folder.sync()
  } catch {
    // Some file systems cannot sync a folder.
  } finally {
    await folder.close()
  }
}

/** A store file and SQLite's side files. */
export const withSideFiles = (path: string): string[] => [
  path,
  `${path}-wal`,
  `${path}-shm`,
  `${path}-journal`,
]
export const removeStore = (path: string): void => {
  for (const file of withSideFiles(path)) rmSync(file, { force: true })
}

/** Records at a clean shutdown the state of the file, so that the next start need not read all of it. */
export function markClean(files: Files): void {
  try {
    writeFileSync(files.clean, fingerprint(files.store), { mode: 0o600 })
  } catch {
    // Without the mark the next start checks the file.
  }
}
export const unmarkClean = (files: Files): void => rmSync(files.clean, { force: true })

/** Records that the store was found damaged: the next start reads it completely before using it. */
export function markDamaged(files: Files): void {
  unmarkClean(files)
  try {
    writeFileSync(files.damaged, '', { mode: 0o600 })
  } catch {
    // The disk accepts no more writes: the damage will be noticed again.
  }
}
export const isMarkedDamaged = (files: Files): boolean => existsSync(files.damaged)
export const unmarkDamaged = (files: Files): void => rmSync(files.damaged, { force: true })

/** True when the file is as a clean shutdown left it. */
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
