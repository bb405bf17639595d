import { join } from 'node:path'
import { expect, it } from 'vitest'
import { migrate, migrations } from '../../../src/main/store/migrations.ts'
import { addMessage } from '../../../src/main/store/rows/messages.ts'
import { Sql } from '../../../src/main/store/sql.ts'
import type { Message } from '../../../src/shared/domain.ts'
import { adding, conversation, folder, message, reply, sqliteStore } from './material.ts'

const QUARTER = 900_000

/** A data folder as the first release left it. */
function firstRelease(messages: readonly Message[]): string {
  const dir = folder()
  const sql = new Sql(join(dir, 'bridge.sqlite'))
  migrate(sql, migrations.slice(0, 1))
  // Among today's columns, the one that the first release did not have.
  sql.exec('ALTER TABLE messages ADD COLUMN channel_message TEXT')
  for (const one of messages) addMessage(sql, one, [{ state: one.state, reason: null }], null)
  sql.exec('ALTER TABLE messages DROP COLUMN channel_message')
  sql.close()
  return dir
}

it('data of the first release is browsed, read and counted after the upgrade', async () => {
  const dir = firstRelease([
    message({ id: 1, receivedAt: 10, writtenAt: 10 }),
    reply({ id: 2, receivedAt: QUARTER, writtenAt: 0 }),
    // A time with a fraction of a millisecond was stored, too.
    message({ id: 3, receivedAt: QUARTER + 0.5, writtenAt: QUARTER + 0.25, kind: 'edit' }),
    message({ id: 4, receivedAt: QUARTER, kind: 'event', conversationId: null }),
  ])
  const db = await sqliteStore({ dir })
  await db.commit([
    { type: 'conversation.add', conversation: conversation({ id: 1 }) },
    adding(message({ id: 5, receivedAt: QUARTER + 1, writtenAt: QUARTER + 1 })),
  ])
  expect(await db.pageFrom({}, null, 10)).toEqual([5, 4, 3, 2, 1])
  expect(await db.threadMessages(1, null, 10)).toEqual({ ids: [1, 2, 3, 5], hasOlder: false })
  expect(await db.bars([0, QUARTER], 2 * QUARTER)).toEqual([
    { from: 0, toPlanfix: 1, toChatra: 0 },
    { from: QUARTER, toPlanfix: 2, toChatra: 1 },
  ])
  expect((await db.message(3))?.text).toBe('Bună')
})

it('the command line requires a start of the bridge before it reads an older file', async () => {
  const dir = firstRelease([])
  await expect(sqliteStore({ dir, shared: true })).rejects.toThrow(/start the bridge once/)
})
