import { type ClientLink, isOpen } from '../../../shared/domain.ts'
import type { InboxRow } from '../../engine/ports.ts'
import type { GroupCommit } from '../group-commit.ts'
import { LOOKUPS } from '../queries/lookups.ts'
import { threadOf } from '../queries/threads.ts'
import { foldEmail, saveClient, saveTask, updateConversation } from '../rows/changes.ts'
import { type ClientRow, clientFrom, conversationFrom, type DataRow, taskFrom } from '../rows/links.ts'
import { type MessageRow, messageFrom, patchMessage } from '../rows/messages.ts'
import type { Sql } from '../sql.ts'
import type { SqlReader } from '../sql-reader.ts'
import { withoutDescription, withoutPerson, withoutWords } from './redaction.ts'
import { erasing } from './retention.ts'

/**
 * The client to forget: Chatra's client id, or an e-mail address; in one connection or, with null, in all.
 */
export interface Wanted {
  client: string
  connectionId: string | null
}

/** Numbers of removed or cleared records. */
export interface Forgotten {
  /** Devices of the same person. */
  clients: number
  conversations: number
  messages: number
  /** Those of them that were still to be delivered; they are cancelled. */
  notDelivered: number
  /** Received webhooks and comments. */
  events: number
  /** Jobs that contained texts or addresses. */
  jobs: number
  /** Records of the journal beside the store. */
  journal: number
  /** Stores that were set aside, since each of them contained all data. */
  putAside: number
}

/** The affected records: all devices, conversations and tasks of a person. */
export interface Person {
  clients: ClientLink[]
  conversations: number[]
  /** True if a row of the inbox, or of the journal, concerns the client. */
  isMeant(row: Pick<InboxRow, 'connectionId' | 'source' | 'body'>): boolean
}

/** Reason of messages that were still to be delivered when their client was forgotten. */
export const FORGOTTEN = 'forgotten'

const CONNECTIONS = `SELECT DISTINCT connection FROM clients`
const BY_EMAIL = `SELECT * FROM clients INDEXED BY clients_email WHERE connection = ? AND email = ?`

/** Null when no client matches. */
export async function findPerson(sql: SqlReader, { client, connectionId }: Wanted): Promise<Person | null> {
  const found: ClientRow[] = []
  for (const connection of connectionId === null ? await sql.column<string>(CONNECTIONS) : [connectionId]) {
    found.push(...(await sql.all<ClientRow>(LOOKUPS.client, connection, client)))
    found.push(...(await sql.all<ClientRow>(BY_EMAIL, connection, foldEmail(client))))
  }
  if (found.length === 0) return null
  const conversations = new Set<number>()
  for (const { conversation } of found)
    for (const id of (await threadOf(sql, conversation))?.ids ?? [conversation]) conversations.add(id)
  const rows = new Map(found.map((row) => [`${row.connection} ${row.client}`, row]))
  const tasks = new Set<string>()
  for (const id of conversations) {
    for (const row of await sql.all<ClientRow>(LOOKUPS.clientsOf, id))
      rows.set(`${row.connection} ${row.client}`, row)
    for (const row of await sql.all<DataRow>(LOOKUPS.tasksOf, id)) {
      const { connectionId, taskId } = taskFrom(row)!
      tasks.add(`${connectionId} ${taskId}`)
    }
  }
  return {
    clients: [...rows.values()].map(clientFrom),
    conversations: [...conversations],
    isMeant({ connectionId, source, body }) {
      const { client, taskId } = whomOf(body)
      return source === 'chatra'
        ? rows.has(`${connectionId} ${client}`)
        : taskId !== undefined && tasks.has(`${connectionId} ${taskId}`)
    },
  }
}

/** By the engine's rules: a webhook of Chatra names its client, a comment of the watcher its task. */
function whomOf(body: string): { client: string; taskId?: number } {
  try {
    const { client, taskId } = JSON.parse(body) as { client?: { id?: unknown }; taskId?: number }
    return { client: String(client?.id), ...(typeof taskId === 'number' && { taskId }) }
  } catch {
    return { client: '' }
  }
}

/**
 * Removes all texts, names and addresses of a person. Ids, states and origin keys stay, so that nothing old
 * counts as new.
 */
export function forgetPerson(
  sql: Sql,
  writes: GroupCommit,
  person: Person,
  now: number,
): Promise<Omit<Forgotten, 'journal' | 'putAside'>> {
  return erasing(sql, async () => {
    const forgotten = { messages: 0, notDelivered: 0, jobs: 0 }
    for (const id of person.conversations) {
      await writes.write(() => {
        const { messages, notDelivered } = forgetMessages(sql, sql.all<MessageRow>(OF_CONVERSATION, id), now)
        forgotten.messages += messages
        forgotten.notDelivered += notDelivered
        forgotten.jobs += sql.run(DROP_JOBS, id).changes
        sql.run(DROP_EVENTS, id)
        const conversation = conversationFrom(sql.get<DataRow>(LOOKUPS.conversation, id))
        if (conversation) updateConversation(sql, { ...withoutWords(conversation), attempt: null })
        for (const row of sql.all<DataRow>(LOOKUPS.tasksOf, id))
          saveTask(sql, withoutDescription(taskFrom(row)!))
      })
    }
    for (const client of person.clients) {
      await writes.write(() => {
        const { connectionId, clientId } = client
        // Seen in the chat, but not part of a conversation (yet).
        for (const text of [WRITTEN_BY, SAID_TO])
          forgotten.messages += forgetMessages(
            sql,
            sql.all<MessageRow>(text, connectionId, clientId),
            now,
          ).messages
        saveClient(sql, { ...client, profile: { ...withoutPerson(client.profile), displayedName: null } })
      })
    }
    const events = await forgetEvents(sql, writes, person)
    return {
      ...forgotten,
      events,
      clients: person.clients.length,
      conversations: person.conversations.length,
    }
  })
}

export const OF_CONVERSATION = `SELECT * FROM messages INDEXED BY messages_chat WHERE conversation = ?`
export const WRITTEN_BY = `SELECT * FROM messages INDEXED BY messages_written
  WHERE connection = ? AND chatra_client = ? AND direction = 'to-planfix' AND text IS NOT NULL`
export const SAID_TO = `SELECT * FROM messages INDEXED BY messages_replies
  WHERE connection = ? AND chatra_client = ? AND direction = 'to-chatra' AND handed_at IS NOT NULL AND text IS NOT NULL`
const DROP_WORDS = `UPDATE messages SET text = NULL, files = NULL, author = ? WHERE id = ?`
export const DROP_JOBS = `DELETE FROM chores WHERE conversation = ? AND kind IN ('note', 'introduce', 'verify', 'visit', 'reply')`
/** The only event with words of a conversation. */
const DROP_EVENTS = `DELETE FROM events WHERE key = 'event.reply-not-written' AND json_extract(params, '$.conversation') = ?`

function forgetMessages(
  sql: Sql,
  rows: readonly MessageRow[],
  now: number,
): { messages: number; notDelivered: number } {
  let notDelivered = 0
  for (const row of rows) {
    const { id, author, state } = messageFrom(row)
    if (isOpen(state) || state === 'received' || state === 'uncertain') {
      patchMessage(sql, id, now, { state: 'skipped', reason: FORGOTTEN })
      notDelivered += 1
    }
    const nameless = author.kind === 'client' ? { ...author, name: '' } : author
    sql.run(DROP_WORDS, JSON.stringify(nameless), id)
  }
  return { messages: rows.length, notDelivered }
}

const STEP = 250
const INBOX = `SELECT seq, connection AS connectionId, source, body FROM inbox WHERE seq > ? ORDER BY seq LIMIT ${STEP}`
const DROP_BODY = `UPDATE inbox SET body = '{}', outcome = coalesce(outcome, 'skipped'), reason = coalesce(reason, ?)
  WHERE seq = ?`

async function forgetEvents(sql: Sql, writes: GroupCommit, person: Person): Promise<number> {
  let forgotten = 0
  for (let from: number | null = 0; from !== null; ) {
    const after: number = from
    from = await writes.write(() => {
      const rows = sql.all<Omit<InboxRow, 'receivedAt'>>(INBOX, after)
      for (const row of rows)
        if (person.isMeant(row)) forgotten += sql.run(DROP_BODY, FORGOTTEN, row.seq).changes
      return rows.length === STEP ? rows.at(-1)!.seq : null
    })
  }
  return forgotten
}
