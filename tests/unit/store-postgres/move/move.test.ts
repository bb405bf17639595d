import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { rehearse, restoreNow } from '../../../../src/main/store/backup/restore-rehearsal.ts'
import { filesOf } from '../../../../src/main/store/files.ts'
import { openStore, PACED } from '../../../../src/main/store/index.ts'
import { moveTrouble } from '../../../../src/main/store/rows/move-marks.ts'
import { openPostgresStore } from '../../../../src/main/store-postgres/index.ts'
import { type Ends, move, undo } from '../../../../src/main/store-postgres/move/index.ts'
import { hasPostgres, testDatabase } from '../../../support/postgres.ts'
import { folder } from '../../store/material.ts'
import { adding, inboxRow, message } from '../../store/values.ts'
import {
  between,
  closedAfter,
  cutAfter,
  dumpOf,
  moved,
  schemaName,
  shapeOf,
  toDatabase,
  toFolder,
  used,
} from './material.ts'

const onDatabase = async (schema: string) =>
  closedAfter(await openPostgresStore({ url: await testDatabase(), schema, clock: { now: () => 1_000_000 } }))
const onFolder = async (dir: string) => closedAfter(await openStore({ dir, clock: { now: () => 1_000_000 } }))
const outcomeOf = async (ends: Promise<Ends>) => (await moved(ends)).outcome

describe.skipIf(!hasPostgres)('a move of all data', () => {
  it('a database that data came to is worked on as the folder was', async () => {
    const [dir, schema] = [folder(), schemaName()]
    await used(dir)
    const outcome = await moved(toDatabase(dir, schema))
    if (outcome.outcome !== 'moved') throw new Error(outcome.outcome)
    const rows = Object.fromEntries(outcome.tables.map(({ table, source }) => [table, source.rows]))
    expect(rows).toMatchObject({
      inbox: 2,
      conversations: 2,
      clients: 2,
      tasks: 1,
      messages: 1003,
      chores: 1,
      facts: 1,
    })
    for (const { source, target } of outcome.tables) expect(target).toEqual(source)
    const fresh = schemaName()
    await onDatabase(fresh)
    expect(await shapeOf(schema)).toEqual(await shapeOf(fresh))

    const db = await onDatabase(schema)
    expect(await db.message(10)).toMatchObject({
      text: 'Пам\ufffdять \ufffd',
      writtenAt: 100.5,
      conversationId: 2,
    })
    expect(await db.message(11)).toMatchObject({ state: 'uncertain', reason: 'unclear' })
    expect(await db.message(12)).toMatchObject({ state: 'queued', files: [{ name: 'a.png' }] })
    expect(await db.inboxPending(9)).toMatchObject([{ seq: 2, body: '{"open":"\\u0000"}' }])
    expect((await db.life(10)).map(({ state }) => state)).toEqual(['received', 'queued', 'delivered'])
    expect(await db.counts('shop')).toMatchObject({ open: { 'to-chatra': 1 } })
    // Numbers that were given once are not given again, though their rows are gone.
    await db.commit([inboxRow('next'), adding(message({ id: 9000 }))])
    expect((await db.inboxPending(9)).map(({ seq }) => seq)).toEqual([2, 4])
    expect(db.newId()).toBeGreaterThanOrEqual(4321)
    expect(await db.counts('shop')).toMatchObject({ open: { 'to-planfix': 1 } })
  })

  it('what went to a database and back is what it was', async () => {
    const [dir, other, schema] = [folder(), folder(), schemaName()]
    await used(dir)
    const before = dumpOf(dir)
    expect(await outcomeOf(toDatabase(dir, schema))).toBe('moved')
    expect(await outcomeOf(toFolder(schema, other))).toBe('moved')
    const after = dumpOf(other)
    for (const [table, rows] of Object.entries(before)) {
      // The bodies of webhooks are texts, in which these signs are written with six letters.
      const signs = table === 'inbox' ? /$^/ : /\\u0000|\\ud83d/g
      expect([table, after[table]]).toEqual([
        table,
        JSON.parse(JSON.stringify(rows).replace(signs, '\ufffd')),
      ])
    }
    const db = await onFolder(other)
    await db.commit([inboxRow('next'), adding(message({ id: 9000 }))])
    expect((await db.inboxPending(9)).map(({ seq }) => seq)).toEqual([2, 4])
    expect(db.newId()).toBeGreaterThanOrEqual(4321)
    expect(await db.counts('shop')).toMatchObject({ open: { 'to-planfix': 1, 'to-chatra': 1 } })
  })

  it('events that the journal alone has come along', async () => {
    const [dir, schema] = [folder(), schemaName()]
    const db = await openStore({ dir, pacing: PACED })
    await db.commit([inboxRow('first')])
    await db.accept({ connectionId: 'shop', source: 'chatra', receivedAt: 1, body: 'second' })
    await db.close()
    await moved(toDatabase(dir, schema))
    const bodies = (await (await onDatabase(schema)).inboxPending(9)).map(({ body }) => body)
    expect(bodies).toEqual(['first', 'second'])
  })

  it('the source is closed, with a way back, and a second move of it does nothing', async () => {
    const [dir, schema] = [folder(), schemaName()]
    await used(dir)
    await moved(toDatabase(dir, schema))
    const closed = { kind: 'moved', message: expect.stringContaining('1970-01-01T00:00:05.000Z') }
    await expect(openStore({ dir })).rejects.toMatchObject(closed)
    await expect(openStore({ dir, shared: true })).rejects.toMatchObject(closed)
    expect(await outcomeOf(toDatabase(dir, schema))).toBe('nothing')
    expect(await outcomeOf(toDatabase(dir, schemaName()))).toBe('refused')
    // Back into the folder that they were moved from.
    await (await onDatabase(schema)).commit([inboxRow('since')])
    await expect(between(toFolder(schema, dir), move)).rejects.toMatchObject({ kind: 'in-use' })
  })

  it('data come back into the folder that they were moved from', async () => {
    const [dir, schema] = [folder(), schemaName()]
    await used(dir)
    await moved(toDatabase(dir, schema))
    const db = await openPostgresStore({ url: await testDatabase(), schema })
    await db.commit([inboxRow('since')])
    await db.close()
    expect(await outcomeOf(toFolder(schema, dir))).toBe('moved')
    await expect(openPostgresStore({ url: await testDatabase(), schema })).rejects.toMatchObject({
      kind: 'moved',
    })
    const back = await openStore({ dir })
    expect((await back.inboxPending(9)).map(({ body }) => body)).toContain('since')
    await back.close()
    // And once more the other way.
    expect(await outcomeOf(toDatabase(dir, schema))).toBe('moved')
  })

  it('a target with data of its own is left alone, and so is one that a bridge works on', async () => {
    const [dir, other, schema] = [folder(), folder(), schemaName()]
    await used(dir)
    await used(other)
    await moved(toDatabase(other, schema))
    expect(await moved(toDatabase(dir, schema))).toMatchObject({
      outcome: 'refused',
      why: expect.stringContaining('never replaces'),
    })
    expect(await moved(toFolder(schema, dir))).toMatchObject({ outcome: 'refused' })
    await onDatabase(schema)
    await expect(moved(toDatabase(dir, schema))).rejects.toMatchObject({ kind: 'in-use' })
    await onFolder(dir)
    await expect(moved(toDatabase(dir, schemaName()))).rejects.toMatchObject({ kind: 'in-use' })
  })

  it.each(['to a database', 'to a folder'] as const)(
    'a move %s that is cut off anywhere goes on, and never two stores are open',
    async (way) => {
      const dir = folder()
      await used(dir, 5)
      const start = schemaName()
      if (way === 'to a folder') await moved(toDatabase(dir, start))
      const expected = dumpOf(dir)
      const fresh = schemaName()
      await onDatabase(fresh)
      const whole = await shapeOf(fresh)
      expect(whole.length).toBeGreaterThan(30)
      for (let n = 1; ; n++) {
        const [schema, other] = [schemaName(), folder()]
        const ends = way === 'to a database' ? toDatabase(dir, schema) : toFolder(start, other)
        const cut = cutAfter(n)
        const first = await moved(ends, cut.wrap).catch((error: Error) => error.message)
        expect([n, await openOnes(ends)]).toEqual([n, expect.toSatisfy((open: number) => open < 2)])
        if (cut.wasCut()) expect(first).toBe('cut')
        expect([n, await outcomeOf(ends)]).toEqual([n, expect.stringMatching(/moved|nothing/)])
        expect(await openOnes(ends)).toBe(1)
        expect((await between(ends, undo)).outcome).toBe('undone')
        expect(dumpOf(dir)).toEqual(expected)
        if (way === 'to a database') expect(await shapeOf(schema)).toEqual(whole)
        if (!cut.wasCut()) break
      }
    },
    120_000,
  )

  it('a move begins anew when a bridge has worked on the source meanwhile', async () => {
    const [dir, schema] = [folder(), schemaName()]
    await used(dir)
    await expect(moved(toDatabase(dir, schema), cutAfter(9).wrap)).rejects.toThrow('cut')
    await expect(openPostgresStore({ url: await testDatabase(), schema })).rejects.toMatchObject({
      kind: 'moved',
      message: expect.stringContaining('goes on where it was'),
    })
    const db = await openStore({ dir })
    await db.commit([
      { type: 'job.cancel', conversationId: 1, kind: 'note' },
      { type: 'message.patch', id: 100, at: 5, patch: { text: 'other words' } },
    ])
    await db.close()
    expect(await outcomeOf(toDatabase(dir, schema))).toBe('moved')
    expect((await (await onDatabase(schema)).message(100))?.text).toBe('other words')
  })

  it('a change beside a move is found when all is compared, and the next move begins anew', async () => {
    const [dir, schema] = [folder(), schemaName()]
    await used(dir)
    const tool = await openStore({ dir, shared: true })
    await expect(moved(toDatabase(dir, schema), cutAfter(12).wrap)).rejects.toThrow('cut')
    await tool.retryMessage(11)
    await tool.close()
    expect(await moved(toDatabase(dir, schema))).toMatchObject({ outcome: 'differs' })
    await expect(openPostgresStore({ url: await testDatabase(), schema })).rejects.toMatchObject({
      kind: 'moved',
    })
    expect(await outcomeOf(toDatabase(dir, schema))).toBe('moved')
    expect((await (await onDatabase(schema)).message(11))?.state).toBe('queued')
  })

  it('a move is undone while no bridge has worked on its target, and the source is open again', async () => {
    const [dir, schema] = [folder(), schemaName()]
    await used(dir)
    await moved(toDatabase(dir, schema))
    expect(await between(toDatabase(dir, schema), undo)).toEqual({ outcome: 'undone' })
    const db = await openStore({ dir })
    expect(await db.message(12)).toMatchObject({ state: 'queued' })
    await db.close()
    expect(await between(toDatabase(dir, schema), undo)).toMatchObject({ outcome: 'refused' })
    expect(await outcomeOf(toDatabase(dir, schema))).toBe('moved')
    const there = await openPostgresStore({ url: await testDatabase(), schema })
    await there.commit([inboxRow('since')])
    await there.close()
    expect(await between(toDatabase(dir, schema), undo)).toMatchObject({
      outcome: 'refused',
      why: expect.stringContaining('move the data back'),
    })
    await expect(openStore({ dir })).rejects.toMatchObject({ kind: 'moved' })
  })

  it('a database whose data were moved to a place that is lost is used again after a restore', async () => {
    const [dir, schema] = [folder(), schemaName()]
    await used(dir)
    await moved(toDatabase(dir, schema))
    await moved(toFolder(schema, folder()))
    const url = await testDatabase()
    await expect(openPostgresStore({ url, schema })).rejects.toMatchObject({ kind: 'moved' })
    const noted = await openPostgresStore({ url, schema, isRestored: true })
    await noted.afterRestore(true)
    await noted.close()
    expect(await (await onDatabase(schema)).message(12)).toMatchObject({ state: 'uncertain' })
    // The folder, with its own file as the backup.
    await expect(openStore({ dir })).rejects.toMatchObject({ kind: 'moved' })
    restoreNow(dir, filesOf(dir).store, 1_000_000)
    expect(await (await onFolder(dir)).message(12)).toMatchObject({ state: 'uncertain' })
  })

  it('half of a move is no backup', async () => {
    const [dir, other, schema] = [folder(), folder(), schemaName()]
    await used(dir)
    await moved(toDatabase(dir, schema))
    await expect(moved(toFolder(schema, other), cutAfter(6).wrap)).rejects.toThrow('cut')
    const half = join(folder(), 'half.sqlite')
    copyFileSync(filesOf(other).store, half)
    expect(rehearse(dir, half, 1).backup).toBeNull()
  })
})

/** How many of both stores a bridge could be started on. */
const openOnes = (ends: Promise<Ends>): Promise<number> =>
  between(ends, async ({ source, target, place }) => {
    const other = place === 'folder' ? 'database' : 'folder'
    const troubles = [moveTrouble(await source.marks(), place), moveTrouble(await target.marks(), other)]
    const isThere = [true, await target.isTaken()]
    return troubles.filter((trouble, index) => trouble === null && isThere[index]).length
  })
