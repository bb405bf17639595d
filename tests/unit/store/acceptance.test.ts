import { mkdirSync, rmSync } from 'node:fs'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { NewInboxRow } from '../../../src/main/engine/ports.ts'
import { Acceptance } from '../../../src/main/store/acceptance.ts'
import { Journal } from '../../../src/main/store/backup/journal.ts'
import { filesOf } from '../../../src/main/store/files.ts'
import { GroupCommit } from '../../../src/main/store/group-commit.ts'
import { migrate } from '../../../src/main/store/migrations.ts'
import { PACED, UNPACED } from '../../../src/main/store/pacing.ts'
import { Sql } from '../../../src/main/store/sql.ts'
import { damageStore } from '../../support/damage.ts'
import { folder, inboxRow, sqliteStore } from './material.ts'

const row = (n: number, filler = ''): NewInboxRow => ({
  connectionId: 'shop',
  source: 'chatra',
  receivedAt: 100 + n,
  body: JSON.stringify({ n, filler }),
})
const numbers = async (db: Awaited<ReturnType<typeof sqliteStore>>) =>
  (await db.inboxPending(5000)).map(({ body }) => JSON.parse(body).n as number)
const range = (count: number, from = 1) => Array.from({ length: count }, (_, n) => n + from)

/** Lines in the journal whose rows never reached the database, as a crash leaves them. */
async function leaveInJournal(dir: string, seqs: readonly number[], filler = ''): Promise<void> {
  const journal = new Journal(filesOf(dir), () => 1_000_000)
  await Promise.all(seqs.map((seq) => journal.append({ seq, ...row(seq, filler) })))
  await journal.close()
}

describe('events from outside', () => {
  it('are found by readers once they are in the inbox, in the order of acceptance', async () => {
    const db = await sqliteStore({ dir: folder(), pacing: PACED })
    const accepted = await Promise.all(range(60).map((n) => db.accept(row(n))))
    await Promise.all(accepted.map(({ inInbox }) => inInbox))
    expect(await numbers(db)).toEqual(range(60))
    expect((await db.inboxReader('shop').next(100)).map(({ seq }) => seq)).toEqual(range(60))
  })

  it('stand in one order with those that a commit adds', async () => {
    const db = await sqliteStore({ dir: folder(), pacing: PACED })
    const all = range(90).map((n) =>
      n % 3 === 0 ? db.commit([inboxRow(JSON.stringify({ n }), n)]) : db.accept(row(n)),
    )
    await Promise.all(all)
    const pending = await db.inboxPending(100)
    expect(pending.map(({ seq }) => seq)).toEqual(range(90))
    const accepted = pending.map(({ body }) => JSON.parse(body).n as number).filter((n) => n % 3 !== 0)
    expect(accepted).toEqual(range(90).filter((n) => n % 3 !== 0))
  })

  it('are answered first: while one waits for the disk, decisions wait for it too', async () => {
    const dir = folder()
    const db = await sqliteStore({ dir, pacing: { ...UNPACED, staged: Number.POSITIVE_INFINITY } })
    const others = new Sql(filesOf(dir).store)
    onTestFinished(() => others.close())
    const seen = () => others.value<number>('SELECT count(*) FROM facts')
    const fact = (key: string) => ({ type: 'fact.set', connectionId: '', key, value: 1 }) as const
    const before = seen()!
    await db.stage([fact('calm')])
    expect(seen()).toBe(before)
    const accepted = db.accept(row(1))
    const { onDisk } = await db.stage([fact('busy')])
    expect(seen()).toBe(before + 2)
    await Promise.all([accepted, onDisk])
  })

  it('count as pending from the moment they are accepted', async () => {
    const db = await sqliteStore({ dir: folder(), pacing: PACED })
    for (const n of range(40)) {
      await db.accept(row(n))
      expect((await numbers(db)).at(-1)).toBe(n)
    }
  })

  it('are refused by a store that was closed', async () => {
    const db = await sqliteStore({ dir: folder() })
    await db.close()
    await expect(db.accept(row(1))).rejects.toMatchObject({ kind: 'closed' })
  })

  it('are kept in memory where there is no folder', async () => {
    const db = await sqliteStore()
    await (await db.accept(row(1))).inInbox
    expect(await numbers(db)).toEqual([1])
  })
})

describe('a program that ended before they reached the database', () => {
  it('finds them in the journal at its next start, each once', async () => {
    const dir = folder()
    const db = await sqliteStore({ dir })
    await (await db.accept(row(1))).inInbox
    await db.close()
    await leaveInJournal(dir, [2, 3, 4])
    for (const _ of range(2)) {
      const next = await sqliteStore({ dir })
      expect(await numbers(next)).toEqual([1, 2, 3, 4])
      await next.close()
    }
    const next = await sqliteStore({ dir })
    await next.accept(row(5))
    expect((await next.inboxPending(9)).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5])
  })

  it('finds them behind megabytes that the database has', async () => {
    const dir = folder()
    const db = await sqliteStore({ dir })
    const long = 'x'.repeat(200_000)
    for (const n of range(20)) await db.accept(row(n, long))
    await db.close()
    await leaveInJournal(dir, [21, 22], long)
    expect(await numbers(await sqliteStore({ dir }))).toEqual(range(22))
  })

  it('does not find again what it has settled and removed since', async () => {
    const dir = folder()
    const db = await sqliteStore({ dir })
    await (await db.accept(row(1))).inInbox
    await db.commit([{ type: 'inbox.settle', seq: 1, outcome: 'done', reason: null }])
    await db.close()
    const file = new Database(filesOf(dir).store)
    file.exec('DELETE FROM inbox')
    file.close()
    expect(await numbers(await sqliteStore({ dir }))).toEqual([])
  })
})

describe('a backup while events come in', () => {
  it('holds each of them, or the journal does', async () => {
    const dir = folder()
    const db = await sqliteStore({ dir, pacing: PACED })
    const accepted: Promise<unknown>[] = []
    for (const n of range(300)) {
      accepted.push(db.accept(row(n)))
      if (n % 100 === 0) accepted.push(db.backup())
      if (n % 5 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    await Promise.all(accepted)
    await db.close()
    damageStore(dir)
    expect(await numbers(await sqliteStore({ dir }))).toEqual(range(300))
  })
})

describe('a disk that refuses', () => {
  /** The parts of a store, so that its file can be full and its journal away. */
  function parts() {
    const files = filesOf(folder())
    const sql = new Sql(files.store)
    migrate(sql)
    const journal = new Journal(files, () => 1_000_000)
    onTestFinished(async () => {
      sql.close()
      await journal.close()
    })
    const acceptance = new Acceptance(sql, journal, () => {
      writes.advance().catch(() => undefined)
    })
    const writes = new GroupCommit(sql, { companion: journal, ahead: acceptance })
    const most = (pages: number) => sql.exec(`PRAGMA max_page_count = ${pages}`)
    return {
      accept: (n: number, filler = '') => acceptance.accept(row(n, filler)),
      stored: () =>
        sql
          .all<{ body: string }>('SELECT body FROM inbox ORDER BY seq')
          .map(({ body }) => JSON.parse(body).n),
      fill: () => most(sql.value<number>('PRAGMA page_count')! + 1),
      empty: () => most(1_000_000),
      breakJournal: () => mkdirSync(files.journal),
      mendJournal: () => rmSync(files.journal, { recursive: true }),
    }
  }
  const long = 'x'.repeat(100_000)

  it('in the database alone: the journal has the event, and the inbox gets it later', async () => {
    const { accept, stored, fill, empty } = parts()
    fill()
    const { inInbox } = await accept(1, long)
    expect(stored()).toEqual([])
    empty()
    await inInbox
    expect(stored()).toEqual([1])
  })

  it('in both, or the journal alone: the event is refused for ever, and the next one is accepted', async () => {
    const { accept, stored, fill, empty, breakJournal, mendJournal } = parts()
    fill()
    breakJournal()
    await expect(accept(1, long)).rejects.toMatchObject({ kind: 'unavailable' })
    empty()
    await expect(accept(2)).rejects.toMatchObject({ kind: 'unavailable' })
    mendJournal()
    await (await accept(3)).inInbox
    expect(stored()).toEqual([3])
  })
})
