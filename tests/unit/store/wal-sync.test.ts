import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { WalSync } from '../../../src/main/store/wal-sync.ts'
import { folder } from './material.ts'

function log() {
  const store = join(folder(), 'some.sqlite')
  const path = `${store}-wal`
  writeFileSync(path, 'frames')
  const sync = new WalSync(store)
  onTestFinished(() => sync.close())
  return { path, sync }
}

it('those that wait for the next sync share it, which begins after the present one', async () => {
  const { sync } = log()
  const first = sync.sync()
  const second = sync.sync()
  expect(second).not.toBe(first)
  expect(sync.sync()).toBe(second)
  await Promise.all([first, second])
  expect(sync.sync()).not.toBe(second)
})

it('a log that is missing is refused as a disk is, and found when it is there again', async () => {
  const { path, sync } = log()
  await sync.sync()
  renameSync(path, `${path}.away`)
  await expect(sync.sync()).rejects.toMatchObject({ kind: 'unavailable', code: 'ENOENT' })
  // Those after a failed one are not held up by it.
  const both = [sync.sync(), sync.sync()]
  await Promise.allSettled(both)
  writeFileSync(path, 'another log')
  await sync.sync()
  rmSync(path)
})
