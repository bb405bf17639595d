import {
  closeSync,
  copyFileSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openStore } from '../../../../src/main/store/index.ts'
import type { BridgeEvent } from '../../../../src/shared/domain.ts'
import { adding, folder, inboxRow, message, sqliteStore } from '../material.ts'

/** Overwrites a part in the middle of a file, as a bad disk would. */
function scribble(path: string): void {
  const file = openSync(path, 'r+')
  const { size } = statSync(path)
  for (let at = 4096; at < size; at += 4096) writeSync(file, Buffer.alloc(2000, 0x5a), 0, 2000, at)
  closeSync(file)
}
const corruptFiles = (dir: string) =>
  readdirSync(dir).filter((name) => /^bridge\.corrupt-.*\.sqlite$/.test(name))

/** A closed store with message 10 in its backup and message 11 only in itself. */
async function used(): Promise<{ dir: string; path: string; lastId: number; lastSeq: number }> {
  const dir = folder()
  const db = await sqliteStore({ dir })
  await db.commit([adding(message({ id: 10 })), inboxRow('{}')])
  await db.backup()
  await db.commit([adding(message({ id: 11 })), inboxRow('{}')])
  const lastId = db.newId()
  const lastSeq = (await db.inboxPending(9)).at(-1)!.seq
  await db.close()
  return { dir, path: join(dir, 'bridge.sqlite'), lastId, lastSeq }
}
/** Opens the folder and returns the store and its events. */
async function reopened(dir: string) {
  const told: BridgeEvent[] = []
  const db = await sqliteStore({ dir, onEvent: (event) => told.push(event) })
  return { db, told }
}

describe('a damaged file', () => {
  it.each([
    ['scribbled over', scribble],
    ['that is no database', (path: string) => writeFileSync(path, 'not a database at all'.repeat(500))],
    ['emptied', (path: string) => writeFileSync(path, '')],
  ])('%s is put aside and the backup restored, loudly', async (_how, damage) => {
    const { dir, path } = await used()
    const backupTime = Date.UTC(2026, 0, 2)
    utimesSync(join(dir, 'bridge.backup.sqlite'), backupTime / 1000, backupTime / 1000)
    damage(path)
    const { db, told } = await reopened(dir)
    const [movedTo] = corruptFiles(dir)
    expect(told).toEqual([
      {
        time: 1_000_000,
        connectionId: null,
        level: 'error',
        key: 'event.store-restored',
        params: { backupTime, movedTo },
      },
    ])
    expect(await db.message(10)).not.toBeNull()
    expect(await db.message(11)).toBeNull()
    expect((await db.events(0, 9)).map(({ key }) => key)).toEqual(['event.store-restored'])
  })

  it('a damaged file is replaced by the older backup when the newer is damaged too', async () => {
    const { dir, path } = await used()
    const again = await sqliteStore({ dir })
    await again.commit([adding(message({ id: 12 }))])
    await again.backup()
    await again.close()
    scribble(path)
    scribble(join(dir, 'bridge.backup.sqlite'))
    const { db, told } = await reopened(dir)
    expect(told.map(({ key }) => key)).toEqual(['event.store-restored'])
    expect(await db.message(10)).not.toBeNull()
    expect(await db.message(12)).toBeNull()
  })

  it('a damaged file without a backup is replaced by an empty store, with a notice', async () => {
    const { dir, path } = await used()
    rmSync(join(dir, 'bridge.backup.sqlite'))
    scribble(path)
    const { db, told } = await reopened(dir)
    expect(told).toMatchObject([{ level: 'error', key: 'event.store-started-empty' }])
    expect(await db.message(10)).toBeNull()
    await db.commit([adding(message())])
    expect(await db.message(10)).not.toBeNull()
  })

  it.each([true, false])('a restore never repeats an id (backup: %s)', async (backup) => {
    const { dir, path, lastId, lastSeq } = await used()
    if (!backup) rmSync(join(dir, 'bridge.backup.sqlite'))
    scribble(path)
    const { db } = await reopened(dir)
    expect(db.newId()).toBeGreaterThan(lastId)
    await db.commit([inboxRow('{}')])
    expect((await db.inboxPending(9)).at(-1)!.seq).toBeGreaterThan(lastSeq)
  })

  it('a restore is reported once, and not at the next start', async () => {
    const { dir, path } = await used()
    scribble(path)
    await (await reopened(dir)).db.close()
    expect((await reopened(dir)).told).toEqual([])
  })

  it('the command line restores nothing', async () => {
    const { dir, path } = await used()
    writeFileSync(path, 'not a database at all'.repeat(500))
    await expect(openStore({ dir, shared: true })).rejects.toMatchObject({ code: 'SQLITE_NOTADB' })
    expect(corruptFiles(dir)).toEqual([])
  })
})

describe('a restore that was interrupted', () => {
  it('a restore interrupted after setting the file aside is finished at the next start', async () => {
    const { dir, path } = await used()
    rmSync(path)
    const { db, told } = await reopened(dir)
    expect(told.map(({ key }) => key)).toEqual(['event.store-restored'])
    expect(await db.message(10)).not.toBeNull()
  })

  it('a restore interrupted during the copy starts again', async () => {
    const { dir, path } = await used()
    copyFileSync(path, join(dir, 'bridge.fresh.sqlite'))
    scribble(join(dir, 'bridge.fresh.sqlite'))
    rmSync(path)
    const { db } = await reopened(dir)
    expect(await db.message(10)).not.toBeNull()
    expect(readdirSync(dir)).not.toContain('bridge.fresh.sqlite')
  })
})

describe('backups', () => {
  it('there are two backups, the newer one complete, while the store is in use', async () => {
    const dir = folder()
    const db = await sqliteStore({ dir })
    for (const id of [10, 11, 12]) {
      await db.commit([adding(message({ id }))])
      const [path] = await Promise.all([db.backup(), db.commit([inboxRow('{}')])])
      expect(path).toBe(join(dir, 'bridge.backup.sqlite'))
    }
    expect(
      readdirSync(dir)
        .filter((name) => name.includes('backup'))
        .sort(),
    ).toEqual(['bridge.backup-older.sqlite', 'bridge.backup.sqlite'])
    const other = folder()
    copyFileSync(join(dir, 'bridge.backup.sqlite'), join(other, 'bridge.sqlite'))
    expect(await (await sqliteStore({ dir: other })).message(12)).not.toBeNull()
    const older = folder()
    copyFileSync(join(dir, 'bridge.backup-older.sqlite'), join(older, 'bridge.sqlite'))
    const found = await sqliteStore({ dir: older })
    expect([await found.message(11), await found.message(12)]).toEqual([expect.anything(), null])
  })

  it('interrupted backups are removed at the next start', async () => {
    const { dir } = await used()
    writeFileSync(join(dir, 'bridge.backup-new.sqlite'), 'half')
    const { told } = await reopened(dir)
    expect(told).toEqual([])
    expect(readdirSync(dir)).not.toContain('bridge.backup-new.sqlite')
  })
})
