import { OPEN_STATES } from '../../../shared/domain.ts'
import type { GroupCommit } from '../group-commit.ts'
import { saveClient, saveTask, updateConversation } from '../rows/changes.ts'
import { type ClientRow, clientFrom, conversationFrom, taskFrom } from '../rows/links.ts'
import type { Sql } from '../sql.ts'
import { withoutDescription, withoutPerson, withoutWords } from './redaction.ts'

/** Numbers of removed records. */
export interface Dropped {
  entries: number
  inbox: number
  texts: number
  events: number
}

/** Rows per step: a few milliseconds of the event loop. */
const STEP = 250
const PAGES_A_STEP = 64
/** Free pages kept for the next day's messages, so that the file does not shrink and grow all the time. */
const SPARE_PAGES = 256

type Step = { dropped: number; reached: number | null }

/** Removes records older than `cutoff` (milliseconds since 1970); see SqliteStore.dropOlderThan. */
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
  return erasing(sql, async () => {
    const dropped = {
      entries: await walk(0, (from) => dropRows(sql, ENTRIES, from, cutoff)),
      inbox: await walk(0, (from) => dropRows(sql, INBOX, from, cutoff)),
      texts: await dropTexts(sql, cutoff, walk),
      events: await walk(0, (from) => dropRows(sql, EVENTS, from, cutoff)),
    }
    await walk(0, (from) => forgetPeople(sql, from, cutoff))
    await walk(0, (from) => forgetWrites(sql, from, cutoff))
    await walk(sql.value<number>(TASKS_CLEAN_TO) ?? 0, (from) => forgetDescriptions(sql, from))
    await writes.write(() => sql.run(DROP_JOBS, cutoff))
    await giveBackPages(sql, writes)
    return dropped
  })
}

/** Deleted content is overwritten with zeros meanwhile, and does not stay behind in SQLite's journal. */
export async function erasing<T>(sql: Sql, work: () => Promise<T>): Promise<T> {
  sql.exec('PRAGMA secure_delete = ON')
  try {
    return await work()
  } finally {
    sql.exec('PRAGMA secure_delete = FAST')
    // Another connection may be reading: then the journal is emptied another time.
    sql.all('PRAGMA wal_checkpoint(TRUNCATE)')
  }
}

const OPEN = OPEN_STATES.map((state) => `'${state}'`).join(', ')
const HAS_OPEN = `SELECT 1 FROM messages INDEXED BY messages_open WHERE conversation = ? AND state IN (${OPEN}) LIMIT 1`
const hasOpen = (sql: Sql, conversation: number): boolean =>
  sql.value<number>(HAS_OPEN, conversation) !== null

const PEOPLE = `SELECT clients.rowid AS key, clients.*, conversations.data ->> '$.lastActivityAt' AS active_at
  FROM clients NOT INDEXED JOIN conversations ON conversations.id = clients.conversation
  WHERE clients.rowid > ? ORDER BY clients.rowid LIMIT ${STEP}`

/** Clients not seen since then lose name, addresses and pages. The record itself and its ids stay. */
function forgetPeople(sql: Sql, from: number, cutoff: number): Step {
  const rows = sql.all<ClientRow & { key: number; active_at: number }>(PEOPLE, from)
  let dropped = 0
  for (const row of rows) {
    if (Math.max(row.active_at, row.last_wrote_at) >= cutoff || hasOpen(sql, row.conversation)) continue
    const client = clientFrom(row)
    const profile = withoutPerson(client.profile)
    if (JSON.stringify(profile) === JSON.stringify(client.profile)) continue
    saveClient(sql, { ...client, profile })
    dropped += 1
  }
  return { dropped, reached: rows.at(-1)?.key ?? null }
}

const WRITES = `SELECT id AS key, data FROM conversations WHERE id > ? ORDER BY id LIMIT ${STEP}`

function forgetWrites(sql: Sql, from: number, cutoff: number): Step {
  const rows = sql.all<{ key: number; data: string }>(WRITES, from)
  let dropped = 0
  for (const row of rows) {
    const conversation = conversationFrom(row)!
    if (conversation.lastActivityAt >= cutoff || hasOpen(sql, conversation.id)) continue
    const forgotten = withoutWords(conversation)
    if (JSON.stringify(forgotten) === JSON.stringify(conversation)) continue
    updateConversation(sql, forgotten)
    dropped += 1
  }
  return { dropped, reached: rows.at(-1)?.key ?? null }
}

const TASKS = `SELECT rowid AS key, data FROM tasks NOT INDEXED WHERE rowid > ? ORDER BY rowid LIMIT ${STEP}`
const TASKS_CLEAN_TO = `SELECT value FROM meta WHERE key = 'tasks_clean_to'`
const SET_TASKS_CLEAN_TO = `INSERT INTO meta VALUES ('tasks_clean_to', ?) ON CONFLICT DO UPDATE SET value = excluded.value`

/** Earlier versions stored the whole text of a task; this runs once. */
function forgetDescriptions(sql: Sql, from: number): Step {
  const rows = sql.all<{ key: number; data: string }>(TASKS, from)
  let dropped = 0
  for (const row of rows) {
    const task = taskFrom(row)!
    if (task.descriptionText === undefined) continue
    saveTask(sql, withoutDescription(task))
    dropped += 1
  }
  const last = rows.at(-1)?.key ?? null
  if (last !== null) sql.run(SET_TASKS_CLEAN_TO, last)
  return { dropped, reached: last }
}

/** Jobs with texts or addresses that could not be done in all that time. */
const DROP_JOBS = `DELETE FROM chores
  WHERE kind IN ('note', 'verify', 'visit') AND (data ->> '$.notBefore') < ?`

/** A table that grows in the order of time: its key, the rows per step, and how a row is deleted. */
interface Log {
  rows: string
  drop: string
}
// `keep`: work under way keeps its history.
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

/**
 * One step from the oldest on; the loop ends when a whole step is younger, as later rows are younger still.
 */
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

/**
 * Message rows are never removed, so each call continues where the last one ended, or at the first row that was
 * open then.
 */
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
