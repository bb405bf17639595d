import { setTimeout as pause } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { onNextWrite, openStore } from '../../../src/main/store/index.ts'
import { adding, folder, message, sqliteStore } from './material.ts'

it('the write of another process is told, once', async () => {
  const dir = folder()
  await sqliteStore({ dir })
  const other = await openStore({ dir, shared: true })
  try {
    let times = 0
    const told = new Promise<void>((resolve) => {
      const stop = onNextWrite(dir, () => {
        times += 1
        resolve()
      })
      expect(stop).not.toBeNull()
    })
    await other.commit([adding(message({ id: 1 }))])
    await told
    await other.commit([adding(message({ id: 2 }))])
    await pause(50)
    expect(times).toBe(1)
  } finally {
    await other.close()
  }
})

it('who stopped listening is told nothing, and without a database nobody tells', async () => {
  const dir = folder()
  expect(onNextWrite(dir, () => {})).toBeNull()
  const store = await sqliteStore({ dir })
  let times = 0
  onNextWrite(dir, () => {
    times += 1
  })?.()
  await store.commit([adding(message({ id: 1 }))])
  await pause(50)
  expect(times).toBe(0)
})
