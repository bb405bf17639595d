import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import pg from 'pg'
import { onTestFinished } from 'vitest'
import { openStore } from '../../../../src/main/store/index.ts'
import type { End } from '../../../../src/main/store-postgres/move/end.ts'
import { type Ends, type Move, move, withEnds } from '../../../../src/main/store-postgres/move/index.ts'
import type { MoveOutcome } from '../../../../src/main/store-postgres/move/move.ts'
import { testDatabase } from '../../../support/postgres.ts'
import { adding, client, conversation, inboxRow, job, message, reply, task } from '../../store/values.ts'

export const schemaName = (): string => `test_${randomUUID().replaceAll('-', '')}`

/** A used store: open work, odd signs, rows that are gone, and an event that the journal alone has. */
export async function used(dir: string, messages = 1000): Promise<void> {
  const db = await openStore({ dir, clock: { now: () => 1_000_000 } })
  const odd = client({ clientId: 'c1\u0000' })
  odd.profile = { ...odd.profile, name: 'Ion \ud83d', extra: { 'a\u0000b': 'x', a: 'y' } }
  await db.commit([
    { type: 'conversation.add', conversation: conversation({ id: 1 }) },
    { type: 'conversation.add', conversation: conversation({ id: 2, clientLeft: true, mergedInto: 1 }) },
    { type: 'client.save', client: client() },
    { type: 'client.save', client: odd },
    { type: 'task.add', task: task() },
    inboxRow('{"settled":true}'),
    inboxRow('{"open":"\\u0000"}'),
    inboxRow('gone'),
    { type: 'inbox.settle', seq: 1, outcome: 'done', reason: null },
    adding(message({ id: 10, text: 'Пам\u0000ять \ud83d', writtenAt: 100.5 }), 'received', 'queued'),
    adding(reply({ id: 11, state: 'uncertain', reason: 'unclear' })),
    adding(
      reply({ id: 12, state: 'queued', files: [{ name: 'a.png', url: 'https://x.example/a' }] as never }),
    ),
    { type: 'job.add', job: job({ id: 20 }) },
    { type: 'agent.seen', connectionId: 'shop', agent: { id: 'a', name: 'Ana', email: null }, at: 5 },
    { type: 'fact.set', connectionId: '', key: 'aliveAt', value: 900 },
    {
      type: 'event.add',
      event: { time: 1, connectionId: 'shop', level: 'info', key: 'event.x', params: {} },
    },
  ])
  // Its conversation remembers the message that it once had.
  await db.commit([
    { type: 'message.patch', id: 10, at: 120, patch: { conversationId: 2, state: 'delivered' } },
  ])
  await db.commit(
    Array.from({ length: messages }, (_, n) =>
      adding(message({ id: 100 + n, state: 'delivered', text: `${100 + n}` })),
    ),
  )
  await db.prepareReport()
  await db.close()
  const sql = new Database(join(dir, 'bridge.sqlite'))
  sql.exec(`DELETE FROM inbox WHERE body = 'gone'; UPDATE meta SET value = 4321 WHERE key = 'next_id'`)
  sql.close()
}

/** Every row of every table, without what each file has of its own; and the definitions of all that is there. */
export function dumpOf(dir: string): Record<string, unknown[]> {
  const sql = new Database(join(dir, 'bridge.sqlite'), { readonly: true })
  try {
    const tables = sql
      .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`)
      .pluck()
      .all() as string[]
    const filled = tables.filter((table) => !['meta', 'sqlite_sequence'].includes(table))
    return {
      ...Object.fromEntries(
        filled.map((table) => [
          table,
          sql.prepare(`SELECT * FROM ${table} ORDER BY 1, 2, 3`).all().map(parsed),
        ]),
      ),
      definitions: sql.prepare(`SELECT type, name, sql FROM sqlite_schema ORDER BY type, name`).all(),
    }
  } finally {
    sql.close()
  }
}

const parsed = (row: unknown): unknown =>
  Object.fromEntries(
    Object.entries(row as object).map(([column, value]) => [
      column,
      ['data', 'profile', 'author'].includes(column) ? JSON.parse(value as string) : value,
    ]),
  )

export const toDatabase = async (dir: string, schema: string): Promise<Ends> => ({
  ...{ way: 'to-database', database: await testDatabase(), schema, dir },
})
export const toFolder = async (schema: string, dir: string): Promise<Ends> => ({
  ...{ way: 'to-folder', database: await testDatabase(), schema, dir },
})

/** Opens both ends, does it and closes them. */
export const between = async <T>(
  ends: Promise<Ends>,
  work: (move: Move) => Promise<T>,
  wrap = (end: End): End => end,
): Promise<T> =>
  withEnds(await ends, { now: () => 5000, copied: () => undefined }, (opened) =>
    work({ ...opened, source: wrap(opened.source), target: wrap(opened.target) }),
  )

export const moved = (ends: Promise<Ends>, wrap?: (end: End) => End): Promise<MoveOutcome> =>
  between(ends, move, wrap)

/** Ends that are cut off after the call `n` of those that change something. */
export function cutAfter(n: number): { wrap(end: End): End; wasCut(): boolean } {
  let calls = 0
  const changing = ['mark', 'begin', 'write', 'complete', 'finish', 'discard']
  const wrap = (end: End): End =>
    new Proxy(end, {
      get(_target, name: keyof End) {
        const value = end[name]
        if (typeof value !== 'function') return value
        return async (...given: unknown[]) => {
          const answer = await (value as (...all: unknown[]) => unknown).apply(end, given)
          if (changing.includes(name) && ++calls === n) throw new Error('cut')
          return answer
        }
      },
    })
  return { wrap, wasCut: () => calls >= n }
}

export function closedAfter<T extends { close(): Promise<void> }>(opened: T): T {
  onTestFinished(() => opened.close())
  return opened
}

/** The indexes of a schema's tables, and which triggers are switched on. */
export async function shapeOf(schema: string): Promise<string[]> {
  const client = new pg.Client(await testDatabase())
  await client.connect()
  const { rows } = await client.query<{ text: string }>(
    `SELECT replace(indexdef, schemaname, '') AS text FROM pg_indexes WHERE schemaname = $1
     UNION SELECT tgname::text || tgenabled::text FROM pg_trigger WHERE tgrelid = ($1 || '.messages')::regclass ORDER BY 1`,
    [schema],
  )
  await client.end()
  return rows.map(({ text }) => text)
}
