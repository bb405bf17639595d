import { closeSync, openSync, readdirSync, rmSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** Overwrites a part of each page of a file, as a bad disk would. */
export function scribble(path: string): void {
  const file = openSync(path, 'r+')
  const { size } = statSync(path)
  for (let at = 4096; at < size; at += 4096) writeSync(file, Buffer.alloc(2000, 0x5a), 0, 2000, at)
  closeSync(file)
}

/** The store of a data folder is damaged; its backups and its journal are not. */
export const damageStore = (dataDir: string): void => scribble(join(dataDir, 'bridge.sqlite'))

/** The journal is lost too: webhooks and comments after the backup are unknown. */
export function loseJournal(dataDir: string): void {
  for (const name of readdirSync(dataDir)) {
    if (name.startsWith('bridge.journal')) rmSync(join(dataDir, name))
  }
}

/** A new installation: store, journal and backups are gone. */
export function emptyFolder(dataDir: string): void {
  for (const name of readdirSync(dataDir)) {
    if (name.startsWith('bridge.') || name === 'backups') rmSync(join(dataDir, name), { recursive: true })
  }
}
