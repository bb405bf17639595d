import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Change } from '../../../../src/main/engine/ports.ts'
import { damageStore, scribble } from '../../../support/damage.ts'
import { adding, folder, inboxRow, message, reply, sqliteStore } from '../material.ts'

const JOURNAL = 'bridge.journal'
const event = (n: number): Change => inboxRow(`{"n":${n}}`, 100 + n)
const numbers = async (db: Awaited<ReturnType<typeof sqliteStore>>) =>
  (await db.inboxPending(1000)).map(({ body }) => JSON.parse(body).n as number)
const clock = (at: number) => ({ clock: { now: () => at } })

describe('webhooks accepted since the backup', () => {
  it('after a restore accepted events are in the inbox, once, in order, with times', async () => {
    const dir = folder()
    const db = await sqliteStore({ dir })
    await db.commit([event(1), event(2)])
    await db.backup()
    await Promise.all([3, 4].map((n) => db.commit([event(n)])))
    await db.commit([event(5)])
    await db.close()
    damageStore(dir)
    const restored = await sqliteStore({ dir })
    expect(await numbers(restored)).toEqual([1, 2, 3, 4, 5])
    expect((await restored.inboxPending(9)).map(({ receivedAt }) => receivedAt)).toEqual([
      101, 102, 103, 104, 105,
    ])
    await restored.commit([event(6)])
    await restored.close()
    // A second damage before the next backup: nothing of either period is lost or doubled.
    damageStore(dir)
    expect(await numbers(await sqliteStore({ dir }))).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('accepted events are kept for the older backup too', async () => {
    const dir = folder()
    const db = await sqliteStore({ dir })
    for (const n of [1, 2, 3]) {
      await db.commit([event(n)])
      await db.backup()
    }
    await db.commit([event(4)])
    await db.close()
    damageStore(dir)
    scribble(join(dir, 'bridge.backup.sqlite'))
    expect(await numbers(await sqliteStore({ dir }))).toEqual([1, 2, 3, 4])
  })

  it('accepted events survive even without any backup', async () => {
    const dir = folder()
    const db = await sqliteStore({ dir })
    await db.commit([event(1)])
    await db.commit([event(2)])
    await db.close()
    rmSync(join(dir, 'bridge.sqlite'))
    damageAll(dir)
    expect(await numbers(await sqliteStore({ dir }))).toEqual([1, 2])
  })

  it('the journal contains hints, and comments as the watcher read them', async () => {
    const dir = folder()
    const db = await sqliteStore({ dir })
    const planfix = (body: object): Change => ({
      type: 'inbox.add',
      row: { connectionId: 'shop', source: 'planfix', receivedAt: 1, body: JSON.stringify(body) },
    })
    await db.commit([planfix({ watcher: true, taskId: 1 }), planfix({ task: 7 })])
    const text = readFileSync(join(dir, JOURNAL), 'utf8')
    expect(text).toContain('{\\"watcher\\":true,\\"taskId\\":1}')
    expect(text).toContain('{\\"task\\":7}')
  })

  it('a torn or spoiled record does not affect its neighbours', async () => {
    const dir = folder()
    const db = await sqliteStore({ dir })
    await db.commit([event(1)])
    await db.backup()
    await db.commit([event(2)])
    await db.close()
    const path = join(dir, JOURNAL)
    appendFileSync(path, '0123abcd {"seq":3,"body":"nonsense"}\n')
    appendFileSync(path, '0123abcd {"seq":4,"bo')
    const again = await sqliteStore({ dir })
    await again.commit([event(5)])
    await again.close()
    damageStore(dir)
    expect(await numbers(await sqliteStore({ dir }))).toEqual([1, 2, 5])
  })

  it('a record whose commit failed is replaced by the next with its number', async () => {
    const dir = folder()
    const db = await sqliteStore({ dir })
    await db.commit([event(1)])
    await db.backup()
    await db.commit([event(2)])
    await db.close()
    // Simulates a power failure between the record and the commit of number 2.
    renameSync(join(dir, 'bridge.sqlite'), join(dir, 'gone'))
    copyFileSync(join(dir, 'bridge.backup.sqlite'), join(dir, 'bridge.sqlite'))
    const again = await sqliteStore({ dir })
    await again.commit([event(3)])
    await again.close()
    damageStore(dir)
    expect(await numbers(await sqliteStore({ dir }))).toEqual([1, 3])
  })
})

describe('a journal that cannot be written', () => {
  it('an unwritable journal fails the commit completely, and works again later', async () => {
    const dir = folder()
    const db = await sqliteStore({ dir, ...clock(1_000_000) })
    rmSync(join(dir, JOURNAL), { force: true })
    mkdirSync(join(dir, JOURNAL))
    await expect(db.commit([event(1)])).rejects.toMatchObject({ kind: 'unavailable' })
    expect(await numbers(db)).toEqual([])
    rmSync(join(dir, JOURNAL), { recursive: true })
    await db.commit([event(1)])
    expect(await numbers(db)).toEqual([1])
  })

  it('a commit with a bug leaves no record', async () => {
    const dir = folder()
    const db = await sqliteStore({ dir })
    const broken = db.commit([event(1), { type: 'conversation.patch', id: 99, patch: {} }])
    const [answer] = await Promise.allSettled([broken, db.commit([event(2)])])
    expect(answer.status).toBe('rejected')
    expect(readFileSync(join(dir, JOURNAL), 'utf8')).not.toContain('{\\"n\\":1}')
  })
})

it.skipIf(process.platform === 'win32')('the journal is readable only for its owner', async () => {
  const dir = folder()
  const db = await sqliteStore({ dir })
  await db.commit([event(1)])
  await db.backup()
  await db.commit([event(2)])
  for (const name of [JOURNAL, 'bridge.journal-older'])
    expect(statSync(join(dir, name)).mode & 0o777).toBe(0o600)
})

it('the journal starts again with each good backup', async () => {
  const dir = folder()
  const db = await sqliteStore({ dir })
  await db.commit([event(1)])
  const before = statSync(join(dir, JOURNAL)).size
  expect(before).toBeGreaterThan(0)
  await db.backup()
  expect(statSync(join(dir, JOURNAL)).size).toBe(0)
  expect(statSync(join(dir, 'bridge.journal-older')).size).toBe(before)
})

describe('a restored store', () => {
  const MINUTE = 60_000
  const T = 10 * 3_600_000

  it("a restored store knows its backup's time and the lost one's last use", async () => {
    const dir = folder()
    let now = T
    const db = await sqliteStore({ dir, clock: { now: () => now } })
    await db.commit([event(1)])
    await db.backup()
    now = T + 20 * MINUTE
    await db.commit([{ type: 'fact.set', connectionId: '', key: 'x', value: 1 }])
    await db.close()
    damageStore(dir)
    now = T + 300 * MINUTE
    const restored = await sqliteStore({ dir, clock: { now: () => now } })
    expect(await restored.fact('', 'takeover')).toMatchObject({
      at: now,
      until: T + 21 * MINUTE,
      cause: 'restore',
      backupAt: T,
    })
    expect(restored.newId()).toBeGreaterThan(1_000_000)
  })

  it('a restored store without a journal assumes use until now', async () => {
    const dir = folder()
    const db = await sqliteStore({ dir, ...clock(T) })
    await db.commit([event(1)])
    await db.backup()
    await db.close()
    damageStore(dir)
    truncateSync(join(dir, JOURNAL))
    const restored = await sqliteStore({ dir, ...clock(T + MINUTE) })
    expect(await restored.fact('', 'takeover')).toMatchObject({ until: T + MINUTE, backupAt: T })
  })

  it('a restored store sends no reply that waited at the backup', async () => {
    const dir = folder()
    const db = await sqliteStore({ dir })
    await db.commit([
      adding(reply({ id: 10, state: 'queued' })),
      adding(reply({ id: 11, state: 'sending' })),
      adding(reply({ id: 12, state: 'retrying', kind: 'edit' })),
      adding(message({ id: 13, state: 'queued' })),
    ])
    await db.backup()
    await db.close()
    damageStore(dir)
    const restored = await sqliteStore({ dir })
    const found = await Promise.all([10, 11, 12, 13].map((id) => restored.message(id)))
    expect(found.map((one) => one?.state)).toEqual(['uncertain', 'uncertain', 'retrying', 'queued'])
    expect(found[0]).toMatchObject({ reason: 'carried-before-restore', chatraClientId: 'c1' })
    expect(found[0]?.sentFingerprint).not.toBeNull()
  })
})

describe('two damaged nights', () => {
  it('a damaged copy replaces no good backup, even two nights in a row', async () => {
    const dir = folder()
    const db = await sqliteStore({ dir })
    const body = JSON.stringify({ filler: 'x'.repeat(3000) })
    for (let n = 0; n < 200; n += 1) await db.commit([inboxRow(body)])
    await db.backup()
    const good = readFileSync(join(dir, 'bridge.backup.sqlite'))
    await db.close()
    const again = await sqliteStore({ dir })
    damageStore(dir)
    for (let night = 0; night < 2; night += 1) await expect(again.backup()).rejects.toThrow()
    expect(readFileSync(join(dir, 'bridge.backup.sqlite')).equals(good)).toBe(true)
    expect(existsSync(join(dir, 'bridge.backup-older.sqlite'))).toBe(false)
    expect(existsSync(join(dir, 'bridge.damaged'))).toBe(true)
  })
})

function damageAll(dir: string): void {
  for (const name of ['bridge.sqlite-wal', 'bridge.sqlite-shm']) rmSync(join(dir, name), { force: true })
  // A lost store leaves the name of the damaged file behind, once.
  appendFileSync(join(dir, 'bridge.corrupt-2026-01-01T00-00-00-000Z.sqlite'), 'nothing')
}
