import type { GroupCommit } from './group-commit.ts'
import type { Sql } from './sql.ts'

/** How much was forgotten. */
export interface Dropped {
  entries: number
  inbox: number
  texts: number
  events: number
}

/** Rows a step looks at: a few milliseconds of the loop. */
const STEP = 250
const PAGES_A_STEP = 64
/** Free pages kept for the next day's messages instead of shrinking and growing the file. */
const SPARE_PAGES = 256

type Step = { dropped: number; reached: number | null }

/** Drops what is older than `cutoff` (milliseconds since 1970); see SqliteStore.dropOlderThan. */
export async function dropOlderThan(sql: Sql, writes: GroupCommit, cutoff: number): Promise<Dropped> {
  const walk = async (from: number, step: (from: number) => Step): Promise<number> => {
    let dropped = 0
    for (let at: number | null = from; at !== null; ) {
      const here: number = at
      const done = await writes.write(() => step(here))
      dropped += done.dropped
      at = done.reached
    }
    return dropped
  }
  const dropped = {
    entries: await walk(0, (from) => dropRows(sql, ENTRIES, from, cutoff)),
    inbox: await walk(0, (from) => dropRows(sql, INBOX, from, cutoff)),
    texts: await dropTexts(sql, cutoff, walk),
    events: await walk(0, (from) => dropRows(sql, EVENTS, from, cutoff)),
  }
  await giveBackPages(sql, writes)
  return dropped
}

/** A table that grows in the order of time: its key, the rows of a step, and how one of them is dropped. */
interface Log {
  rows: string
  drop: string
}
// `keep`: what is still under way keeps its history.
const ENTRIES: Log = {
  rows: `SELECT seq AS key, time, messages.state IN ('received', 'queued', 'sending', 'retrying', 'uncertain') AS keep
    FROM entries JOIN messages ON messages.id = entries.message WHERE seq > ? ORDER BY seq LIMIT ${STEP}`,
  drop: 'DELETE FROM entries WHERE seq = ?',
}
const INBOX: Log = {
  rows: `SELECT seq AS key, received_at AS time, outcome IS NULL AS keep
    FROM inbox WHERE seq > ? ORDER BY seq LIMIT ${STEP}`,
  drop: 'DELETE FROM inbox WHERE seq = ?',
}
const EVENTS: Log = {
  rows: `SELECT id AS key, time, 0 AS keep FROM events WHERE id > ? ORDER BY id LIMIT ${STEP}`,
  drop: 'DELETE FROM events WHERE id = ?',
}

/** One step from the oldest on; it ends where a whole step is younger, as later ones are younger still. */
function dropRows(sql: Sql, log: Log, from: number, cutoff: number): Step {
  const rows = sql.all<{ key: number; time: number; keep: number }>(log.rows, from)
  const old = rows.filter((row) => row.time < cutoff)
  const gone = old.filter((row) => row.keep === 0)
  for (const row of gone) sql.run(log.drop, row.key)
  return { dropped: gone.length, reached: old.length > 0 ? rows.at(-1)!.key : null }
}

const TEXTS = `SELECT id, received_at AS time, state IN ('delivered', 'failed', 'skipped') AS settled
  FROM messages WHERE id > ? ORDER BY id LIMIT ${STEP}`
const DROP_TEXT = `UPDATE messages SET text = NULL, files = NULL WHERE id = ? AND text IS NOT NULL`
const TEXTS_DROPPED_TO = `SELECT value FROM meta WHERE key = 'texts_dropped_to'`
const SET_TEXTS_DROPPED_TO = `UPDATE meta SET value = ? WHERE key = 'texts_dropped_to'`

/** Message rows stay for ever, so each call goes on where the last one ended, or at what was open then. */
async function dropTexts(
  sql: Sql,
  cutoff: number,
  walk: (from: number, step: (from: number) => Step) => Promise<number>,
): Promise<number> {
  let firstOpen: number | null = null
  const step = (from: number): Step => {
    const rows = sql.all<{ id: number; time: number; settled: number }>(TEXTS, from)
    const old = rows.filter((row) => row.time < cutoff)
    let dropped = 0
    for (const row of old) {
      if (row.settled === 1) dropped += sql.run(DROP_TEXT, row.id).changes
    }
    firstOpen ??= rows.find((row) => row.time >= cutoff || row.settled === 0)?.id ?? null
    const last = rows.at(-1)?.id ?? from
    sql.run(SET_TEXTS_DROPPED_TO, firstOpen === null ? last : firstOpen - 1)
    return { dropped, reached: old.length > 0 ? last : null }
  }
  return walk(sql.value<number>(TEXTS_DROPPED_TO) ?? 0, step)
}

async function giveBackPages(sql: Sql, writes: GroupCommit): Promise<void> {
  const free = () => sql.value<number>('PRAGMA freelist_count') ?? 0
  for (let before = free(); before > SPARE_PAGES; ) {
    await writes.write(() => sql.exec(`PRAGMA incremental_vacuum(${PAGES_A_STEP})`))
    const left = free()
    if (left >= before) return
    before = left
  }
}
