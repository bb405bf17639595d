import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  renameSync,
  rmSync,
  utimesSync,
  writeSync,
} from 'node:fs'
import type { AnyStoreOptions } from '../../src/main/runtime/any-store.ts'
import { filesOf } from '../../src/main/store/files.ts'
import { type ApplicationStore, openStore, type SqliteStore, UNPACED } from '../../src/main/store/index.ts'
import type { Life } from './life.ts'
import type { Storage } from './storage.ts'

const STAGED_LONG = { ...UNPACED, staged: Number.POSITIVE_INFINITY }

/** SQLite in the data folder. */
export class FolderStorage implements Storage {
  readonly database = null
  readonly keeping = null
  readonly writes = new Set(['commit', 'stage'])
  readonly isAtRest = true
  private readonly dataDir: string
  private readonly now: () => number
  private store: SqliteStore | null = null

  constructor(dataDir: string, now: () => number) {
    this.dataDir = dataDir
    this.now = now
  }

  async open(life: Life, options: AnyStoreOptions): Promise<ApplicationStore> {
    // What was staged waits for the next commit, so that a crash loses as much as it can.
    this.store = await openStore({ ...options, pacing: STAGED_LONG })
    return life.keep(this.store)
  }

  cut(): void {}

  async settleAfter(): Promise<void> {
    // What was staged since the last commit is lost; closing would commit it.
    const asCommitted = setAside(this.dataDir)
    await this.store?.close()
    this.store = null
    asCommitted()
    // It was not closed properly: the next start must check all of it.
    rmSync(filesOf(this.dataDir).clean, { force: true })
  }

  /** The copy has the world's time. */
  async backUp(): Promise<boolean> {
    if (!this.store?.isChangedSinceBackup) return false
    const path = await this.store.backup()
    const seconds = this.now() / 1000
    utimesSync(path, seconds, seconds)
    return true
  }

  get canBeDamaged(): boolean {
    return existsSync(filesOf(this.dataDir).backup)
  }

  /** The file exists, but is not a database any more. */
  async damage(): Promise<void> {
    const { store } = filesOf(this.dataDir)
    for (const beside of ['-wal', '-shm']) rmSync(`${store}${beside}`, { force: true })
    const file = openSync(store, 'r+')
    try {
      writeSync(file, Buffer.alloc(8192, 0xa5), 0, 8192, 0)
    } finally {
      closeSync(file)
    }
  }

  away(): void {
    throw new Error('only a database can be away')
  }

  isWell(): void {}

  async atRest(): Promise<void> {}

  async close(): Promise<void> {}
}

/** Copies the files of the store; the returned function puts the copies in their place. */
function setAside(dataDir: string): () => void {
  const { store } = filesOf(dataDir)
  const copied = [store, `${store}-wal`].filter((path) => existsSync(path))
  for (const path of copied) copyFileSync(path, `${path}.aside`)
  return () => {
    for (const path of [`${store}-wal`, `${store}-shm`]) rmSync(path, { force: true })
    for (const path of copied) renameSync(`${path}.aside`, path)
  }
}
