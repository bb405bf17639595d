import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Ids } from '../../../src/main/store/ids.ts'
import { migrate } from '../../../src/main/store/migrations.ts'
import { Sql } from '../../../src/main/store/sql.ts'
import { folder, inboxRow, sqliteStore } from './material.ts'

const take = (many: number, next: () => number) => Array.from({ length: many }, next)

describe('numbers', () => {
  it('ids ascend without a gap while the program runs, with any commits in between', async () => {
    const db = await sqliteStore()
    const taken: number[] = []
    for (let round = 0; round < 30; round += 1) {
      taken.push(...take(150, () => db.newId()))
      await db.commit([inboxRow('{}')])
    }
    expect(taken).toEqual(
      take(
        4500,
        (
          (n) => () =>
            ++n
        )(0),
      ),
    )
  })

  it('ids never repeat when the transaction with their reservation is lost', () => {
    const sql = new Sql(join(folder(), 'ids.sqlite'))
    onTestFinished(() => sql.close())
    migrate(sql)
    const ids = new Ids(sql)
    const taken: number[] = []
    for (let round = 0; round < 3; round += 1) {
      sql.run('BEGIN IMMEDIATE')
      taken.push(...take(2500, () => ids.next()))
      sql.run('ROLLBACK')
      ids.lost()
    }
    taken.push(...take(2500, () => ids.next()))
    expect(new Set(taken).size).toBe(10_000)
  })

  it('ids never repeat when the program crashes', () => {
    const path = join(folder(), 'ids.sqlite')
    const taken: number[] = []
    for (let life = 0; life < 5; life += 1) {
      const sql = new Sql(path)
      if (life === 0) migrate(sql)
      const ids = new Ids(sql)
      taken.push(...take(700, () => ids.next()))
      sql.close()
    }
    expect(new Set(taken).size).toBe(3500)
    expect(taken).toEqual([...taken].sort((one, other) => one - other))
  })

  it('ids continue where they ended after a clean shutdown', async () => {
    const dir = folder()
    const first = await sqliteStore({ dir })
    expect(take(3, () => first.newId())).toEqual([1, 2, 3])
    await first.close()
    const second = await sqliteStore({ dir })
    expect(second.newId()).toBe(4)
  })

  it('ids are reserved inside an ordinary commit, and valid once it is on disk', () => {
    const sql = new Sql(join(folder(), 'ids.sqlite'))
    onTestFinished(() => sql.close())
    migrate(sql)
    const reserved = () => sql.value<number>(`SELECT value FROM meta WHERE key = 'next_id'`)
    const ids = new Ids(sql)
    take(600, () => ids.next())
    expect(reserved()).toBe(1001)
    const landed = sql.now(() => ids.reserveAlongside())
    expect(reserved()).toBe(2001)
    landed?.()
    expect(take(1400, () => ids.next()).at(-1)).toBe(2000)
    expect(reserved()).toBe(2001)
  })

  it('ids of two processes on one file never collide', async () => {
    const dir = folder()
    const server = await sqliteStore({ dir })
    const tool = await sqliteStore({ dir, shared: true })
    const both = take(2500, () => (Math.random() < 0.5 ? server : tool).newId())
    expect(new Set(both).size).toBe(2500)
  })
})
