import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { inPostgres } from '../../../src/main/store-postgres/dialect.ts'
import { openPostgresStore } from '../../../src/main/store-postgres/index.ts'
import { hasPostgres, newDatabase, postgresStore, testDatabase } from '../../support/postgres.ts'
import { adding, client, conversation, inboxRow, message, reply, task } from '../store/values.ts'

const schemaName = () => `test_${randomUUID().replaceAll('-', '')}`

/** A connection beside the store, on the same tables. */
async function beside(schema: string, url?: string): Promise<pg.Client> {
  const client = new pg.Client(url ?? (await testDatabase()))
  await client.connect()
  onTestFinished(() => client.end())
  await client.query(`SET search_path TO "${schema}"`)
  return client
}

describe('the dialect', () => {
  it('a question in SQLite’s words is one in PostgreSQL’s', () => {
    expect(
      inPostgres(`SELECT id AS messageId, data ->> '$.a.b' AS part FROM messages INDEXED BY messages_chat
        WHERE id IN (SELECT value FROM json_each(?)) AND CAST(data ->> '$.n' AS INTEGER) > ?`),
    ).toBe(`SELECT id AS "messageId", data #>> '{a,b}' AS part FROM messages
        WHERE id IN (SELECT value FROM bridge_numbers($1)) AND CAST(data #>> '{n}' AS bigint) > $2`)
  })
})

describe.skipIf(!hasPostgres)('a store on PostgreSQL', () => {
  it('a row whose number became visible late is handed out, and a log line is given once its place is sure', async () => {
    const schema = schemaName()
    const db = await postgresStore({ schema })
    const other = await beside(schema)
    const reader = db.inboxReader('shop')
    const next = async () => (await reader.next(9)).map(({ body }) => body)
    const place = await db.logEnd()
    await other.query('BEGIN')
    await other.query(
      `INSERT INTO inbox (connection, source, received_at, body) VALUES ('shop', 'chatra', 1, 'slow')`,
    )
    await other.query(`INSERT INTO messages (id, connection, direction, kind, author, origin_key, written_at,
      received_at, position, state, late, attempts, echoed)
      VALUES (5, 'shop', 'to-planfix', 'text', '{}', 'o', 1, 1, 1, 'queued', 0, 0, 0)`)
    await other.query(`INSERT INTO entries (message, time, state) VALUES (5, 1, 'queued')`)
    await db.commit([inboxRow('fast'), adding(message())])
    expect(await next()).toEqual(['fast'])
    expect((await db.logAfter(place, 9)).lines).toEqual([])
    await other.query('COMMIT')
    expect(await next()).toEqual(['slow'])
    expect(await next()).toEqual([])
    // Transactions of other tests on this server hold it back for a moment.
    let after = await db.logAfter(place, 9)
    while (after.lines.length < 2) after = await db.logAfter(place, 9)
    const { lines, place: end } = after
    expect(lines.map(({ id }) => id)).toEqual(['5', '10'])
    expect((await db.logAfter(end, 9)).lines).toEqual([])
  })

  it('a commit that breaks a rule fails alone, and whole', async () => {
    const db = await postgresStore()
    const [good, bad] = await Promise.allSettled([
      db.commit([inboxRow('1')]),
      db.commit([inboxRow('2'), { type: 'conversation.patch', id: 9, patch: {} }]),
      db.commit([inboxRow('3')]),
    ])
    expect(good.status).toBe('fulfilled')
    expect(bad).toMatchObject({
      status: 'rejected',
      reason: { message: 'conversation.patch: no conversation 9' },
    })
    expect((await db.inboxPending(9)).map(({ body }) => body)).toEqual(['1', '3'])
  })

  it('a commit whose line is cut is carried out once', async () => {
    const schema = schemaName()
    // Other tests use the same server meanwhile: theirs are not cut.
    const url = await newDatabase()
    const db = await postgresStore({ url, schema })
    const other = await beside(schema, url)
    const cuts: Promise<unknown>[] = []
    const cut = () =>
      other.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()
        AND pid <> pg_backend_pid() AND application_name = 'chatra-planfix-bridge' AND query LIKE '%bridge_commit%'`)
    const cutting = setInterval(() => cuts.push(cut()), 50)
    await Promise.all(
      Array.from({ length: 300 }, async (_, n) => {
        await new Promise((resolve) => setTimeout(resolve, n * 2))
        await db.commit([inboxRow(`${n}`)])
      }),
    )
    clearInterval(cutting)
    await Promise.all(cuts)
    const bodies = (await db.inboxPending(999)).map(({ body }) => Number(body))
    expect(bodies.toSorted((one, other) => one - other)).toEqual(Array.from({ length: 300 }, (_, n) => n))
  })

  it('who wants a database alone is refused while servers run on it, and the other way round', async () => {
    const schema = schemaName()
    const url = await testDatabase()
    const alone = () => openPostgresStore({ url, schema, mustExist: true })
    const first = await postgresStore({ schema })
    const second = await postgresStore({ schema })
    await expect(alone()).rejects.toMatchObject({ kind: 'in-use' })
    await first.close()
    await expect(alone()).rejects.toMatchObject({ kind: 'in-use' })
    await second.close()
    const command = await alone()
    await expect(openPostgresStore({ url, schema })).rejects.toMatchObject({
      kind: 'in-use',
      message: expect.stringContaining('a command'),
    })
    await command.close()
    await postgresStore({ schema })
  })

  it('what the command line writes beside a server is noticed, and what the server writes is not', async () => {
    const schema = schemaName()
    await expect(
      openPostgresStore({ url: await testDatabase(), schema, shared: true }),
    ).rejects.toMatchObject({
      kind: 'missing',
    })
    const server = await postgresStore({ schema })
    await server.commit([
      { type: 'conversation.add', conversation: conversation() },
      adding(message({ state: 'failed' })),
    ])
    const tool = await postgresStore({ schema, shared: true })
    const before = await server.dataVersion()
    await server.commit([adding(message({ id: 11, originKey: 'c:11', state: 'failed' }))])
    expect(await server.dismissMessage(11)).not.toBe('not-found')
    expect(await server.dataVersion()).toBe(before)
    expect(await tool.retryMessage(10)).toBe('queued')
    expect(await server.dataVersion()).not.toBe(before)
    const afterRetry = await server.dataVersion()
    await tool.commit([inboxRow('x')])
    expect(await server.dataVersion()).not.toBe(afterRetry)
  })

  it('a text is stored with what PostgreSQL can store, and found by the same text', async () => {
    const db = await postgresStore()
    await db.commit([adding(message({ text: 'Пам\u0000ять \ud83d', originKey: 'a\u0000' }))])
    expect((await db.messageByOrigin('shop', 'a\u0000'))?.text).toBe('Пам\ufffdять \ufffd')
  })

  it('counts stay the same when what was appended is summed up', async () => {
    const db = await postgresStore()
    await db.commit([1, 2, 3].map((id) => adding(message({ id, state: 'queued' }))))
    await db.commit([{ type: 'message.patch', id: 1, at: 5, patch: { state: 'delivered' } }])
    const before = [await db.counts('shop'), await db.bars([0], 900_000)]
    expect(before).toMatchObject([{ open: { 'to-planfix': 2 } }, [{ toPlanfix: 3 }]])
    await db.prepareReport()
    expect([await db.counts('shop'), await db.bars([0], 900_000)]).toEqual(before)
  })

  it('ids ascend without end, and never twice over a restart', async () => {
    const schema = schemaName()
    const first = await postgresStore({ schema })
    const ids: number[] = []
    while (ids.length < 3000) {
      try {
        ids.push(first.newId())
      } catch (error) {
        // Used up faster than the database gives new ones.
        expect(error).toMatchObject({ kind: 'unavailable' })
        await first.latestSeq()
      }
      if (ids.length % 400 === 0) await first.latestSeq()
    }
    await first.close()
    ids.push((await postgresStore({ schema })).newId())
    expect(ids).toEqual([...new Set(ids)].toSorted((one, other) => one - other))
  })

  it('after a restore replies that waited are held, tasks are doubted and ids skipped, once it is meant', async () => {
    const db = (await postgresStore()) as Awaited<ReturnType<typeof openPostgresStore>>
    await db.commit([
      { type: 'conversation.add', conversation: conversation() },
      { type: 'client.save', client: client() },
      { type: 'task.add', task: task({ active: true, checkedAt: 77 }) },
      adding(reply({ id: 10, state: 'queued', chatraClientId: null })),
      adding(reply({ id: 11, state: 'delivered' })),
      adding(message({ id: 12, state: 'queued' })),
      { type: 'fact.set', connectionId: '', key: 'aliveAt', value: 900 },
    ])
    expect(await db.afterRestore(false)).toEqual({ lastUsed: 900, replies: 1 })
    expect(await db.message(10)).toMatchObject({ state: 'queued' })
    expect(await db.afterRestore(true)).toEqual({ lastUsed: 900, replies: 1 })
    expect(await db.message(10)).toMatchObject({
      ...{ state: 'uncertain', reason: 'carried-before-restore', chatraClientId: 'c1' },
    })
    expect([(await db.message(11))?.state, (await db.message(12))?.state]).toEqual(['delivered', 'queued'])
    expect(await db.task('shop', 500)).toMatchObject({ checkedAt: 0 })
    const takeover = await db.fact<{ firstId: number }>('', 'takeover')
    expect(takeover).toMatchObject({ cause: 'restore', until: 1_000_000, backupAt: 900 })
    expect(takeover!.firstId).toBeGreaterThan(1_000_000)
    await db.commit([inboxRow('later')])
    expect((await db.inboxPending(1))[0]!.seq).toBeGreaterThan(1_000_000)
    expect(await db.events(0, 9)).toMatchObject([
      { key: 'event.database-restored', params: { backupTime: 900 } },
    ])
  })

  it('why a database cannot be used is said in words, without its password', async () => {
    const failure = (url: string) => openPostgresStore({ url }).catch((error: unknown) => error)
    const refused = await failure('postgres://user:secret@127.0.0.1:1/db')
    expect(refused).toMatchObject({ kind: 'unavailable', message: expect.stringContaining('is it started?') })
    const url = (await testDatabase()).replace('/postgres?', '/nothing?')
    expect(await failure(url)).toMatchObject({
      message: expect.stringContaining('there is no such database'),
    })
    expect(String(refused)).not.toContain('secret')
  })
})
