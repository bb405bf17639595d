import { join } from 'node:path'
import Database from 'better-sqlite3'
import pg from 'pg'
import { beforeAll, describe, expect, test } from 'vitest'
import { openStore } from '../../src/main/store/index.ts'
import { fillStore } from '../bench/stored.ts'
import { Program } from '../integration/server-process.ts'
import { hasPostgres, newDatabase } from '../support/postgres.ts'
import { folder } from '../unit/store/material.ts'
import { build } from './processes.ts'

const MESSAGES = 10_000
const ROWS = 'SELECT id, text, state, written_at, planfix_comment FROM messages ORDER BY id'

/** Moves until it is done; each try before is killed a little later. Returns how many were. */
async function movedInSpiteOfKills(args: string[], firstMs: number): Promise<number> {
  for (let kills = 0; ; kills++) {
    const program = new Program('cli', ['move', ...args])
    const timer = setTimeout(() => program.kill('SIGKILL'), firstMs * 1.4 ** kills)
    const { code, err } = await program.ended
    clearTimeout(timer)
    if (program.child.signalCode === 'SIGKILL') continue
    expect([code, err]).toEqual([0, ''])
    return kills
  }
}

describe.skipIf(!hasPostgres)('a move that is killed again and again', () => {
  beforeAll(() => build(), 120_000)

  test('all data arrive, there and back', { timeout: 240_000 }, async () => {
    const [dir, other, database] = [folder(), folder(), await newDatabase()]
    await fillStore(dir, MESSAGES)
    const before = rowsIn(dir)
    const there = await movedInSpiteOfKills(['--to', database, '--data-dir', dir], 300)
    expect(there).toBeGreaterThan(2)
    const client = new pg.Client(database)
    await client.connect()
    await client.query('SET search_path TO bridge')
    const { rows } = await client.query<Record<string, unknown>>(ROWS)
    await client.end()
    expect(rows.map((row) => Object.values(row).map(String))).toEqual(before)

    const back = await movedInSpiteOfKills(['--to', other, '--store', database, '--data-dir', dir], 300)
    expect(back).toBeGreaterThan(2)
    expect(rowsIn(other)).toEqual(before)
    await expect(openStore({ dir })).rejects.toMatchObject({ kind: 'moved' })
    await (await openStore({ dir: other })).close()
  })
})

function rowsIn(dir: string): string[][] {
  const file = new Database(join(dir, 'bridge.sqlite'), { readonly: true })
  try {
    return (file.prepare(ROWS).raw().all() as unknown[][]).map((row) => row.map(String))
  } finally {
    file.close()
  }
}
