import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { isStoreError } from '../../shared/store-error.ts'
import { lockFolder } from '../store/lock.ts'

const NOTE = 'host.json'
const LOCK = 'host.lock'

interface Note {
  host: string
  computer: string
}

/**
 * Which host ran on this folder before, and certainly runs no more: it had the folder's lock, which the system gives to
 * nobody else while that process lives. Null when there was none, or when it is not certain (the folder was copied from
 * another computer, or another process works on it). `me` is noted for the next one. `release` gives the folder free.
 */
export function succeedOn(folder: string, me: string): { former: string | null; release(): void } {
  mkdirSync(folder, { recursive: true })
  let release: () => void
  try {
    release = lockFolder(folder, join(folder, LOCK))
  } catch (error) {
    if (!isStoreError(error, 'in-use')) throw error
    return { former: null, release: () => undefined }
  }
  const path = join(folder, NOTE)
  const before = noteIn(path)
  const note: Note = { host: me, computer: hostname() }
  writeFileSync(path, JSON.stringify(note))
  return { former: before?.computer === note.computer ? (before.host ?? null) : null, release }
}

function noteIn(path: string): Partial<Note> | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Partial<Note>
  } catch {
    return null
  }
}
