import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { GroupCommit } from '../../../src/main/store/group-commit.ts'
import { Sql } from '../../../src/main/store/sql.ts'
import { StoreError } from '../../../src/shared/store-error.ts'
import { adding, conversation, folder, inboxRow, message, sqliteStore } from './material.ts'

/** A table of numbers and the statements its writer ran. */
function numbers() {
  const sql = new Sql(join(folder(), 'numbers.sqlite'), { busyTimeout: 5 })
  onTestFinished(() => sql.close())
  sql.exec('CREATE TABLE numbers (n INTEGER PRIMARY KEY, filler TEXT)')
  const ran: string[] = []
  const run = sql.run.bind(sql)
  sql.run = (text, ...values) => {
    ran.push(text)
    return run(text, ...values)
  }
  const writes = new GroupCommit(sql)
  const insert = (n: number, filler = '') =>
    writes.write(() => sql.run('INSERT INTO numbers VALUES (?, ?)', n, filler))
  const stored = () => sql.all<{ n: number }>('SELECT n FROM numbers ORDER BY n').map(({ n }) => n)
  const transactions = () => ran.filter((text) => text === 'COMMIT').length
  return { sql, writes, insert, stored, transactions }
}

describe('commits that wait at the same time', () => {
  it('waiting commits share one transaction', async () => {
    const { insert, stored, transactions } = numbers()
    await Promise.all([insert(1), insert(2), Promise.resolve().then(() => insert(3))])
    expect(stored()).toEqual([1, 2, 3])
    expect(transactions()).toBe(1)
  })

  it('a commit with a bug is rejected completely, the others succeed', async () => {
    const { sql, writes, insert, stored } = numbers()
    const broken = writes.write(() => {
      sql.run('INSERT INTO numbers VALUES (2, NULL)')
      throw new Error('a bug')
    })
    const doubled = insert(1).then(() => insert(1))
    const answers = await Promise.allSettled([insert(3), broken, doubled, insert(4)])
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
    expect(stored()).toEqual([1, 3, 4])
  })

  it('waiting commits are invisible before they are committed', async () => {
    const { insert, stored } = numbers()
    const inserted = insert(1)
    expect(stored()).toEqual([])
    await inserted
    expect(stored()).toEqual([1])
  })
})

describe('a disk that is full', () => {
  it('a full disk rejects the whole transaction, and later ones work with room', async () => {
    const { sql, insert, stored } = numbers()
    const pages = sql.value<number>('PRAGMA page_count')!
    sql.exec(`PRAGMA max_page_count = ${pages + 2}`)
    const answers = await Promise.allSettled([insert(1), insert(2, 'x'.repeat(100_000)), insert(3)])
    const reasons = answers.map((answer) => answer.status === 'rejected' && answer.reason)
    for (const reason of reasons.slice(0, 2)) {
      expect(reason).toBeInstanceOf(StoreError)
      expect(reason).toMatchObject({ kind: 'unavailable', code: 'SQLITE_FULL' })
    }
    // The third one was still waiting when the second met the full disk.
    expect(stored()).toEqual([3])
    sql.exec('PRAGMA max_page_count = 1000000')
    await insert(2, 'x'.repeat(100_000))
    expect(stored()).toEqual([2, 3])
  })
})

describe('a disk that is read-only', () => {
  it('a read-only disk rejects as unavailable, and the file is reopened', async () => {
    const { sql, insert, stored } = numbers()
    sql.exec('PRAGMA query_only = ON')
    await expect(insert(1)).rejects.toMatchObject({ kind: 'unavailable', code: 'SQLITE_READONLY' })
    await insert(2)
    expect(stored()).toEqual([2])
  })
})

describe('another process that is writing', () => {
  it('a commit waits for another writing process', async () => {
    const { sql, insert, stored } = numbers()
    const other = new Database(sql.database.name)
    onTestFinished(() => void other.close())
    other.exec('BEGIN IMMEDIATE')
    const inserted = insert(1)
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect(stored()).toEqual([])
    other.exec('COMMIT')
    await inserted
    expect(stored()).toEqual([1])
  })
})

describe('the store', () => {
  it('a commit whose last change is refused leaves nothing in the store', async () => {
    const db = await sqliteStore()
    await db.commit([{ type: 'conversation.add', conversation: conversation() }])
    const doubled = db.commit([
      adding(message()),
      inboxRow('{}'),
      { type: 'conversation.add', conversation: conversation() },
    ])
    const neighbour = db.commit([adding(message({ id: 11 }))])
    await expect(doubled).rejects.toThrow(/UNIQUE/)
    await neighbour
    expect(await db.message(10)).toBeNull()
    expect(await db.inboxPending(10)).toEqual([])
    expect(await db.message(11)).not.toBeNull()
  })

  it('closing writes waiting commits, and refuses later ones', async () => {
    const dir = folder()
    const db = await sqliteStore({ dir })
    const last = db.commit([adding(message())])
    const closed = db.close()
    await expect(db.commit([adding(message({ id: 11 }))])).rejects.toThrow('closed')
    await Promise.all([last, closed])
    const again = await sqliteStore({ dir })
    expect(await again.message(10)).not.toBeNull()
    expect(await again.message(11)).toBeNull()
  })
})
