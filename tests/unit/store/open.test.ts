import { chmodSync, existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openStore } from '../../../src/main/store/index.ts'
import { migrate, migrations } from '../../../src/main/store/migrations.ts'
import { Sql } from '../../../src/main/store/sql.ts'
import { adding, folder, message, sqliteStore } from './material.ts'

describe('one server on a folder', () => {
  it('a second server is refused, and admitted after the first has closed', async () => {
    const dir = folder()
    const first = await sqliteStore({ dir })
    await expect(openStore({ dir })).rejects.toMatchObject({ name: 'StoreError', kind: 'in-use' })
    await first.close()
    await sqliteStore({ dir })
  })

  it('the refusal does not disturb the first server', async () => {
    const dir = folder()
    const first = await sqliteStore({ dir })
    await openStore({ dir }).catch(() => {})
    await first.commit([adding(message())])
    await expect(openStore({ dir })).rejects.toThrow(`already running on the data folder ${dir}`)
  })
})

it('a late caller gets the error that the store is closed', async () => {
  const db = await sqliteStore({ dir: folder() })
  await db.commit([adding(message())])
  await db.close()
  await expect(db.commit([adding(message())])).rejects.toMatchObject({ name: 'StoreError', kind: 'closed' })
  await expect(Promise.resolve().then(() => db.conversation(1))).rejects.toMatchObject({
    name: 'StoreError',
    kind: 'closed',
  })
})

describe('the command line', () => {
  it('the command line reports a missing store, and creates nothing', async () => {
    const dir = folder()
    await expect(openStore({ dir, shared: true })).rejects.toMatchObject({
      name: 'StoreError',
      kind: 'missing',
    })
    expect(readdirSync(dir)).toEqual([])
  })

  it('the command line upgrades nothing', async () => {
    const dir = folder()
    await (await sqliteStore({ dir })).close()
    const db = new Database(join(dir, 'bridge.sqlite'))
    db.pragma(`user_version = ${migrations.length - 1}`)
    db.close()
    await expect(openStore({ dir, shared: true })).rejects.toMatchObject({ kind: 'older' })
    const after = new Database(join(dir, 'bridge.sqlite'))
    onTestFinished(() => void after.close())
    expect(after.pragma('user_version', { simple: true })).toBe(migrations.length - 1)
  })
})

describe('the format of the file', () => {
  it("a newer program's file is refused and not changed", async () => {
    const dir = folder()
    await (await sqliteStore({ dir })).close()
    const db = new Database(join(dir, 'bridge.sqlite'))
    db.pragma('user_version = 99')
    db.close()
    await expect(openStore({ dir })).rejects.toMatchObject({ name: 'StoreError', kind: 'newer' })
    await expect(openStore({ dir })).rejects.toThrow('update the bridge')
    expect(readdirSync(dir).filter((name) => name.includes('corrupt'))).toEqual([])
  })

  it('a file is upgraded step by step, and a failing step leaves the previous format', () => {
    const sql = new Sql(':memory:')
    onTestFinished(() => sql.close())
    const first = 'CREATE TABLE one (a)'
    migrate(sql, [first])
    expect(() => migrate(sql, [first, 'CREATE TABLE two (a); nonsense'])).toThrow()
    expect(sql.value('PRAGMA user_version')).toBe(1)
    migrate(sql, [first, 'CREATE TABLE two (a)'])
    expect(sql.value('PRAGMA user_version')).toBe(2)
  })
})

describe.skipIf(process.platform === 'win32')('files', () => {
  it('files are readable only for their owner, also in an open folder', async () => {
    const dir = folder()
    chmodSync(dir, 0o755)
    const db = await sqliteStore({ dir })
    await db.commit([adding(message())])
    await db.backup()
    expect(statSync(dir).mode & 0o777).toBe(0o700)
    const modes = readdirSync(dir).map((name) => [name, (statSync(join(dir, name)).mode & 0o777).toString(8)])
    expect(modes.length).toBeGreaterThanOrEqual(4)
    for (const [name, mode] of modes) expect(`${name} ${mode}`).toBe(`${name} 600`)
  })
})

it('a store in memory leaves no file', async () => {
  await sqliteStore({ dir: ':memory:' })
  expect(existsSync(':memory:')).toBe(false)
})
