import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { GroupCommit } from '../../../src/main/store/group-commit.ts'
import { type Pacing, UNPACED } from '../../../src/main/store/pacing.ts'
import { Sql } from '../../../src/main/store/sql.ts'
import { StoreError } from '../../../src/shared/store-error.ts'
import { adding, conversation, folder, inboxRow, message, sqliteStore } from './material.ts'

/** A table of numbers and the statements its writer ran. */
function numbers(pacing: Pacing = UNPACED, lost: () => void = () => undefined) {
  const sql = new Sql(join(folder(), 'numbers.sqlite'), { busyTimeout: 5 })
  onTestFinished(() => sql.close())
  sql.exec('CREATE TABLE numbers (n INTEGER PRIMARY KEY, filler TEXT)')
  const ran: string[] = []
  const run = sql.run.bind(sql)
  sql.run = (text, ...values) => {
    ran.push(text)
    return run(text, ...values)
  }
  const writes = new GroupCommit(sql, { pacing, lost })
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

it('a commit that holds something scarce does not wait for the pace of a busy disk, and takes along what waits', async () => {
  const pacing = { perSecond: 0.001, atOnce: 1, full: 100, staged: Number.POSITIVE_INFINITY }
  const db = await sqliteStore({ dir: folder(), pacing })
  const first = Array.from({ length: 3 }, (_, n) => db.commit([inboxRow(`${n}`)]))
  await db.commit([inboxRow('3')], { isUrgent: true })
  await Promise.all(first)
  expect(await db.inboxPending(9)).toHaveLength(4)
  await db.commit([inboxRow('4')], { isUrgent: true })
  expect(await db.inboxPending(9)).toHaveLength(5)
})

describe('writes that are staged', () => {
  const full = (sql: Sql) =>
    sql.exec(`PRAGMA max_page_count = ${sql.value<number>('PRAGMA page_count')! + 1}`)

  it('are seen at once, and committed with the next write', async () => {
    const { sql, writes, insert, stored, transactions } = numbers({ ...UNPACED, staged: 60_000 })
    const other = new Sql(sql.database.name)
    onTestFinished(() => other.close())
    const seen = () => other.all('SELECT n FROM numbers').length
    const { onDisk } = await writes.stage(() => sql.run('INSERT INTO numbers VALUES (1, NULL)'))
    expect(stored()).toEqual([1])
    expect(seen()).toBe(0)
    await insert(2)
    await onDisk
    expect(seen()).toBe(2)
    expect(transactions()).toBe(1)
  })

  it('are committed by themselves a moment later', async () => {
    const { sql, writes, transactions } = numbers({ ...UNPACED, staged: 5 })
    await writes.stage(() => sql.run('INSERT INTO numbers VALUES (1, NULL)'))
    await expect.poll(transactions).toBe(1)
  })

  it('are on disk when they were asked to be', async () => {
    const { sql, writes, transactions } = numbers({ ...UNPACED, staged: 60_000 })
    await writes.stage(() => sql.run('INSERT INTO numbers VALUES (1, NULL)'))
    await writes.saved()
    expect(transactions()).toBe(1)
    await writes.saved()
    expect(transactions()).toBe(1)
  })

  it('leave nothing when they have a bug, and their neighbours stay', async () => {
    const { sql, writes, stored } = numbers({ ...UNPACED, staged: 60_000 })
    await writes.stage(() => sql.run('INSERT INTO numbers VALUES (1, NULL)'))
    const broken = writes.stage(() => {
      sql.run('INSERT INTO numbers VALUES (2, NULL)')
      throw new Error('a bug')
    })
    await expect(broken).rejects.toThrow('a bug')
    await writes.drained()
    expect(stored()).toEqual([1])
  })

  it('are gone with the write that the disk refuses, which is told, and work again afterwards', async () => {
    const told: string[] = []
    const lost = () => void told.push('lost')
    const { sql, writes, insert, stored } = numbers({ ...UNPACED, staged: 60_000 }, lost)
    const { onDisk } = await writes.stage(() => sql.run('INSERT INTO numbers VALUES (1, NULL)'))
    full(sql)
    await expect(insert(2, 'x'.repeat(100_000))).rejects.toMatchObject({ kind: 'unavailable' })
    expect(stored()).toEqual([])
    expect(told).toEqual(['lost'])
    await expect(onDisk).rejects.toThrow()
    sql.exec('PRAGMA max_page_count = 1000000')
    await writes.stage(() => sql.run('INSERT INTO numbers VALUES (3, NULL)'))
    await writes.drained()
    expect(stored()).toEqual([3])
  })

  it('are refused alone when the disk refuses them', async () => {
    const { sql, writes, stored } = numbers({ ...UNPACED, staged: 60_000 })
    full(sql)
    const refused = writes.stage(() => sql.run('INSERT INTO numbers VALUES (1, ?)', 'x'.repeat(100_000)))
    await expect(refused).rejects.toMatchObject({ kind: 'unavailable' })
    expect(stored()).toEqual([])
  })

  it('wait for another process that is writing', async () => {
    const { sql, writes, stored } = numbers({ ...UNPACED, staged: 0 })
    const other = new Database(sql.database.name)
    onTestFinished(() => void other.close())
    other.exec('BEGIN IMMEDIATE')
    const staged = [1, 2].map((n) => writes.stage(() => sql.run('INSERT INTO numbers VALUES (?, NULL)', n)))
    expect(stored()).toEqual([])
    other.exec('COMMIT')
    await Promise.all(staged)
    expect(stored()).toEqual([1, 2])
  })
})

describe('a sync beside the event loop', () => {
  /** A writer whose syncs end when they are told to. */
  function synced() {
    const syncs: PromiseWithResolvers<void>[] = []
    const { sql } = numbers()
    const writes = new GroupCommit(sql, {
      synced: () => {
        const sync = Promise.withResolvers<void>()
        syncs.push(sync)
        return sync.promise
      },
    })
    const insert = (n: number) => writes.write(() => sql.run('INSERT INTO numbers VALUES (?, NULL)', n))
    const made = async (n: number) => {
      await expect.poll(() => syncs.length).toBe(n)
      return syncs[n - 1]!
    }
    return { sql, writes, insert, made }
  }

  it('a write is done when the disk has it, and the next ones do not wait for that', async () => {
    const { insert, made } = synced()
    const done: number[] = []
    const writes = [insert(1), insert(2)].map((one) => one.then(() => done.push(1)))
    const first = await made(1)
    const later = insert(3).then(() => done.push(3))
    const second = await made(2)
    expect(done).toEqual([])
    first.resolve()
    await Promise.all(writes)
    expect(done).toEqual([1, 1])
    second.resolve()
    await later
  })

  it('after a sync that failed the log is put into the database before it is used again', async () => {
    const { sql, insert, made } = synced()
    const asked: string[] = []
    const get = sql.get.bind(sql)
    sql.get = (text, ...values) => {
      asked.push(text)
      return get(text, ...values)
    }
    const lost = insert(1)
    ;(await made(1)).reject(new Error('EIO'))
    await expect(lost).rejects.toMatchObject({ kind: 'unavailable' })
    const next = insert(2)
    ;(await made(2)).resolve()
    await next
    expect(asked).toEqual(['PRAGMA wal_checkpoint(TRUNCATE)'])
    // It was refused, and is there: whoever reads it again finds it.
    expect(sql.all('SELECT n FROM numbers')).toEqual([{ n: 1 }, { n: 2 }])
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
  it('keeps nothing staged that belongs to a conversation that was lost', async () => {
    const db = await sqliteStore()
    await expect(db.stage([adding(message({ conversationId: 99 }))])).rejects.toThrow('no conversation 99')
    await db.saved()
    expect(await db.message(10)).toBeNull()
  })

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
