import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { isStoreError } from '../../../shared/store-error.ts'
import { databaseNamed, isAddress } from '../../process/store-address.ts'
import { type Compared, type Ends, type Move, move, undo, withEnds } from '../../store-postgres/move/index.ts'
import { KEPT_WEBHOOKS } from '../../store-postgres/spool/spool-file.ts'
import { complain, print } from '../output.ts'
import type { DataPlace } from '../running.ts'
import { settingsIn, writeSettings } from '../settings-moved.ts'

/** How often a person is told how far it is. */
const TOLD_EACH_MS = 5000

/**
 * `move --to PLACE`: 0 when all data are there, or with `undo` here again; 1 with the reason when not, 2 when the places do
 * not fit. The bridge must be stopped. Throws StoreError `missing`, `newer` and `unavailable`.
 */
export async function moveData(options: { to: string; undo: boolean } & DataPlace): Promise<number> {
  const ends = endsOf(options)
  if ('wrong' in ends) {
    complain(`${ends.wrong}\n`)
    return 2
  }
  if (ends.way === 'to-folder' && existsSync(join(options.dataDir, KEPT_WEBHOOKS))) {
    complain(
      'Nothing was moved: events that came in while the database was away are kept in the data folder: start the bridge once, which stores them.\n',
    )
    return 1
  }
  try {
    const isBack = ends.way === 'to-folder' && !options.undo
    const settings = isBack ? await settingsIn(ends.database, options.masterKeys ?? []) : null
    const arrived = async () => {
      if (settings !== null) await writeSettings(settings, ends.dir)
    }
    return await withEnds(ends, { now: Date.now, copied: teller(), arrived }, options.undo ? undone : moved)
  } catch (error) {
    if (!isStoreError(error, 'in-use')) throw error
    complain(
      `Nothing was moved: ${error.message}. Stop it first, and start it when the data are at their place.\n`,
    )
    return 1
  }
}

function endsOf({ to, dataDir, database }: { to: string } & DataPlace): Ends | { wrong: string } {
  if (!isAddress(to))
    return database === null
      ? {
          wrong:
            '--to names a folder, but the data are in a folder already: name their database with --store',
        }
      : { way: 'to-folder', database, dir: resolve(to) }
  const named = databaseNamed(to, process.env)
  return 'wrong' in named ? named : { way: 'to-database', database: named.database, dir: dataDir }
}

async function moved(ends: Move): Promise<number> {
  const { source, target } = ends
  const done = await move(ends)
  switch (done.outcome) {
    case 'refused':
      complain(`Nothing was moved to ${target.name}: ${done.why}.\n`)
      return 1
    case 'nothing':
      await print(`All data were moved to ${target.name} before: there is nothing to do.\n`)
      return 0
    case 'differs':
      await print(inWords(done.tables))
      complain(
        `${source.name} and ${target.name} differ: something has changed meanwhile. The data stay where they are. Run the command again: it copies all of them anew.\n`,
      )
      return 1
    case 'moved':
      await print(inWords(done.tables))
      await print(
        `All data are in ${target.name} now. Start the bridge there: it no longer starts on ${source.name}, which is kept as it was.\n`,
      )
      return 0
  }
}

async function undone(ends: Move): Promise<number> {
  const { source, target } = ends
  const done = await undo(ends)
  if (done.outcome === 'refused') {
    complain(`Nothing was changed: ${done.why}.\n`)
    return 1
  }
  await print(`The bridge can be started on ${source.name} again. Nothing of it is left in ${target.name}.\n`)
  return 0
}

function inWords(tables: readonly Compared[]): string {
  const lines = tables.map(({ table, source, target }) => {
    const isSame = source.rows === target.rows && source.fingerprint === target.fingerprint
    const there = isSame ? 'the same there' : `there ${target.rows} rows ${target.fingerprint}`
    return `${table.padEnd(14)} ${String(source.rows).padStart(10)} rows  ${source.fingerprint}  ${there}\n`
  })
  return lines.join('')
}

function teller(): (table: string, rows: number) => void {
  let toldAt = Date.now()
  return (table, rows) => {
    if (Date.now() - toldAt < TOLD_EACH_MS) return
    toldAt = Date.now()
    complain(`${table}: ${rows} rows copied\n`)
  }
}
