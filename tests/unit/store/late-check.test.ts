import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { WorkerThread } from '../../../src/main/store/backup/worker-thread.ts'
import { openStore } from '../../../src/main/store/index.ts'
import type { BridgeEvent } from '../../../src/shared/domain.ts'
import { scribble } from '../../support/damage.ts'
import { adding, folder, inboxRow, message, sqliteStore } from './material.ts'

/** A store too large to be checked at each start, with message 1000 and a backup. */
async function big(dir: string): Promise<string> {
  const db = await sqliteStore({ dir })
  const body = JSON.stringify({ filler: 'x'.repeat(2000) })
  for (let n = 0; n < 30; n += 1) await db.commit(Array.from({ length: 100 }, () => inboxRow(body)))
  await db.commit([adding(message({ id: 1000 }))])
  await db.backup()
  await db.close()
  return join(dir, 'bridge.sqlite')
}

/** Damages pages in the middle only: the file opens, and frequent queries still work. */
function spoil(path: string): void {
  const file = openSync(path, 'r+')
  const middle = Math.floor(statSync(path).size / 8192) * 4096
  for (let page = 0; page < 5; page += 1)
    writeSync(file, Buffer.alloc(2000, 0x5a), 0, 2000, middle + page * 4096)
  closeSync(file)
}

async function opened(dir: string) {
  const told: BridgeEvent[] = []
  const db = await openStore({ dir, clock: { now: () => 1_000_000 }, onEvent: (event) => told.push(event) })
  onTestFinished(() => db.close())
  return { db, told, keys: () => told.map(({ key }) => key) }
}
const until = async (check: () => boolean) => {
  for (let n = 0; n < 500 && !check(); n += 1) await new Promise((resolve) => setTimeout(resolve, 20))
}

it('after a crash a big store is used at once, checked later, and fixed at a restart', async () => {
  const dir = folder()
  const path = await big(dir)
  rmSync(join(dir, 'bridge.clean'))
  spoil(path)
  const first = await opened(dir)
  expect(first.keys()).toEqual([])
  expect(await first.db.message(1000)).not.toBeNull()
  await until(() => first.told.length > 0)
  expect(first.keys()).toEqual(['event.store-damaged'])
  // Damaged or not, it continues with what it has, but makes no backup of it.
  await first.db.commit([inboxRow('{}')])
  await expect(first.db.backup()).rejects.toThrow('damaged')
  await first.db.close()
  const second = await opened(dir)
  expect(second.keys()).toEqual(['event.store-restored'])
  expect(await second.db.message(1000)).not.toBeNull()
  expect(existsSync(join(dir, 'bridge.damaged'))).toBe(false)
})

it('a store closed before its check ended is checked again at the next start', async () => {
  const dir = folder()
  const path = await big(dir)
  rmSync(join(dir, 'bridge.clean'))
  await (await opened(dir)).db.close()
  expect(readdirSync(dir)).not.toContain('bridge.clean')
  spoil(path)
  const next = await opened(dir)
  await until(() => next.told.length > 0)
  expect(next.keys()).toEqual(['event.store-damaged'])
})

it('a big file that cannot be opened is restored before use', async () => {
  const dir = folder()
  const path = await big(dir)
  writeFileSync(path, 'not a database at all'.repeat(400_000))
  expect((await opened(dir)).keys()).toEqual(['event.store-restored'])
})

it('without threads the check runs in short steps, and that is reported once', async () => {
  const dir = folder()
  const path = await big(dir)
  const said: string[] = []
  const beside = new WorkerThread((why) => said.push(why), join(dir, 'missing.js'))
  const copy = join(dir, 'copy.sqlite')
  expect(await beside.run({ errand: 'copy', from: path, to: copy, at: 5 })).toEqual({ ok: true })
  expect(await beside.run({ errand: 'check', path: copy })).toEqual({ ok: true })
  scribble(copy)
  expect(await beside.run({ errand: 'check', path: copy })).toMatchObject({ ok: false, damage: true })
  expect(said).toHaveLength(1)
})
