import { OPEN_STATES } from '../../../shared/domain.ts'
import type { Change } from '../../engine/ports.ts'
import type { Dropped } from '../../store/index.ts'
import { withoutPerson, withoutWords } from '../../store/removal/redaction.ts'
import { type ClientRow, clientFrom, conversationFrom, type DataRow } from '../../store/rows/links.ts'
import type { PostgresReader } from '../reader.ts'
import { sortedJson } from '../sorted-json.ts'
import type { Transaction } from '../transaction.ts'

type Transactions = <T>(work: (tx: Transaction) => Promise<T>) => Promise<T>

/** Rows of one transaction. */
const STEP = 500
const OPEN = OPEN_STATES.map((state) => `'${state}'`).join(', ')
/** Work under way keeps its history. */
const ENTRIES = `DELETE FROM entries WHERE seq IN (SELECT seq FROM entries JOIN messages ON messages.id = entries.message
  WHERE time < ? AND messages.state IN ('delivered', 'failed', 'skipped') LIMIT ${STEP})`
const INBOX = `DELETE FROM inbox WHERE seq IN
  (SELECT seq FROM inbox WHERE received_at < ? AND outcome IS NOT NULL LIMIT ${STEP})`
const TEXTS = `UPDATE messages SET text = NULL, files = NULL WHERE id IN (SELECT id FROM messages
  WHERE received_at < ? AND text IS NOT NULL AND state IN ('delivered', 'failed', 'skipped') LIMIT ${STEP})`
const EVENTS = `DELETE FROM events WHERE id IN (SELECT id FROM events WHERE time < ? LIMIT ${STEP})`
/** Jobs with texts or addresses that could not be done in all that time. */
const JOBS = `DELETE FROM chores WHERE kind IN ('note', 'verify', 'visit') AND (data ->> 'notBefore')::float8 < ?`

const hasOpen = (conversation: string) =>
  `EXISTS (SELECT 1 FROM messages WHERE messages.conversation = ${conversation} AND state IN (${OPEN}))`
const PEOPLE = `SELECT clients.* FROM clients JOIN conversations ON conversations.id = clients.conversation
  WHERE clients.rowid > ? AND last_wrote_at < ? AND coalesce((data ->> 'lastActivityAt')::float8, 0) < ?
    AND NOT ${hasOpen('clients.conversation')}
  ORDER BY clients.rowid LIMIT ${STEP} FOR UPDATE OF clients`
const WRITES = `SELECT id, data FROM conversations WHERE id > ? AND coalesce((data ->> 'lastActivityAt')::float8, 0) < ?
    AND NOT ${hasOpen('conversations.id')}
  ORDER BY id LIMIT ${STEP} FOR UPDATE`

/** Removes records older than `cutoff` (milliseconds since 1970); see ApplicationStore.dropOlderThan. */
export async function dropOlderThan(change: Transactions, cutoff: number): Promise<Dropped> {
  const all = async (text: string): Promise<number> => {
    let dropped = 0
    for (let last = STEP; last === STEP; dropped += last) last = await change((tx) => tx.run(text, cutoff))
    return dropped
  }
  const dropped = {
    entries: await all(ENTRIES),
    inbox: await all(INBOX),
    texts: await all(TEXTS),
    events: await all(EVENTS),
  }
  await walk((from) => change((tx) => forgetPeople(tx, from, cutoff)))
  await walk((from) => change((tx) => forgetWrites(tx, from, cutoff)))
  await change((tx) => tx.run(JOBS, cutoff))
  return dropped
}

/** `step` answers where the next one begins; null at the end. */
async function walk(step: (from: number) => Promise<number | null>): Promise<void> {
  for (let from: number | null = 0; from !== null; ) from = await step(from)
}

async function forgetPeople(tx: Transaction, from: number, cutoff: number): Promise<number | null> {
  const rows = (await tx.ask(PEOPLE, [from, cutoff, cutoff])).rows as (ClientRow & { rowid: number })[]
  const changes = rows.flatMap((row): Change[] => {
    const client = clientFrom(row)
    const profile = withoutPerson(client.profile)
    if (isSame(profile, client.profile)) return []
    return [{ type: 'client.save', client: { ...client, profile } }]
  })
  await tx.apply(changes)
  return rows.length === STEP ? rows.at(-1)!.rowid : null
}

async function forgetWrites(tx: Transaction, from: number, cutoff: number): Promise<number | null> {
  const rows = (await tx.ask(WRITES, [from, cutoff])).rows as (DataRow & { id: number })[]
  const changes = rows.flatMap((row): Change[] => {
    const conversation = conversationFrom(row)!
    const patch = withoutWords(conversation)
    return isSame(patch, conversation) ? [] : [{ type: 'conversation.patch', id: row.id, patch }]
  })
  await tx.apply(changes)
  return rows.length === STEP ? rows.at(-1)!.id : null
}

const isSame = (one: object, other: object): boolean => sortedJson(one) === sortedJson(other)

const HOURS = 6 * 3_600_000
/** Tables that hold words of people. */
const TABLES = ['inbox', 'conversations', 'clients', 'tasks', 'messages', 'entries', 'chores', 'events']
/** What was removed is written over: each of these tables is written anew. */
export async function compact(sql: PostgresReader): Promise<void> {
  for (const table of TABLES) await sql.ask(`VACUUM FULL ${table}`, [], HOURS)
}
