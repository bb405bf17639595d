import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { openStore } from '../../../src/main/store/index.ts'
import type { BridgeEvent } from '../../../src/shared/domain.ts'
import { folder, sqliteStore } from '../../unit/store/material.ts'

const WRITER = fileURLToPath(new URL('./writer.ts', import.meta.url))

/** Lets a process write into the folder and kills it after its n-th acknowledgement. */
async function killAfter(dir: string, acknowledgements: number) {
  const child = spawn(process.execPath, [WRITER, dir], { stdio: ['ignore', 'pipe', 'inherit'] })
  const gone = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)))
  const acknowledged: number[] = []
  const taken: number[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    const told = JSON.parse(line) as { taken?: number; acknowledged?: number }
    if (told.taken !== undefined) taken.push(told.taken)
    if (told.acknowledged !== undefined && acknowledged.push(told.acknowledged) === acknowledgements)
      child.kill('SIGKILL')
  }
  expect(await gone).toBe('SIGKILL')
  return { acknowledged, taken }
}

it('every acknowledged commit survives SIGKILL completely, and no id repeats', {
  timeout: 120_000,
}, async () => {
  const dir = folder()
  const acknowledged = new Set<number>()
  const taken: number[] = []
  for (const stop of [1, 2, 7, 30, 61, 122, 250, 333, 480, 700]) {
    const life = await killAfter(dir, stop)
    for (const id of life.acknowledged) acknowledged.add(id)
    taken.push(...life.taken)
  }
  expect(new Set(taken).size).toBe(taken.length)

  const told: BridgeEvent[] = []
  const db = await sqliteStore({ dir, onEvent: (event) => told.push(event) })
  expect(told).toEqual([])
  const inbox = new Set((await db.inboxPending(1e6)).map(({ body }) => JSON.parse(body).n as number))
  const lines = await db.logPage({ limit: 1e6 })
  for (const id of taken) {
    // All of a commit or nothing of it; nothing only if it was not acknowledged.
    const parts = [(await db.message(id)) !== null, (await db.conversation(id)) !== null, inbox.has(id)]
    expect(new Set(parts).size).toBe(1)
    expect(lines.filter((line) => line.id === String(id)).length).toBe(parts[0] ? 2 : 0)
    if (acknowledged.has(id)) expect(parts[0]).toBe(true)
  }
  expect(db.newId()).toBeGreaterThan(Math.max(...taken))
})

it('the folder is free at once after SIGKILL, and locked until then', async () => {
  const dir = folder()
  const child = spawn(process.execPath, [WRITER, dir], { stdio: ['ignore', 'pipe', 'inherit'] })
  const gone = new Promise((resolve) => child.once('exit', resolve))
  await new Promise((resolve) => child.stdout.once('data', resolve))
  child.stdout.resume()
  await expect(openStore({ dir })).rejects.toMatchObject({ kind: 'in-use' })
  child.kill('SIGKILL')
  await gone
  await sqliteStore({ dir })
})
