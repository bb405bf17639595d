import { isOpen } from '../../../shared/domain.ts'
import type { Change, InboxRow } from '../../engine/ports.ts'
import type { Forgotten } from '../../store/index.ts'
import { LOOKUPS } from '../../store/queries/lookups.ts'
import {
  DROP_JOBS,
  FORGOTTEN,
  OF_CONVERSATION,
  type Person,
  SAID_TO,
  WRITTEN_BY,
} from '../../store/removal/forget-client.ts'
import { withoutDescription, withoutPerson, withoutWords } from '../../store/removal/redaction.ts'
import {
  type ClientRow,
  clientFrom,
  conversationFrom,
  type DataRow,
  taskFrom,
} from '../../store/rows/links.ts'
import { type MessageRow, messageFrom } from '../../store/rows/messages.ts'
import type { Transaction } from '../transaction.ts'

const DROP_WORDS = `UPDATE messages SET text = NULL, files = NULL, author = ?::jsonb WHERE id = ?`
/** The only event with words of a conversation. */
const DROP_EVENTS = `DELETE FROM events WHERE key = 'event.reply-not-written'
  AND (params::jsonb ->> 'conversation')::bigint = ?`
const STEP = 250
const INBOX = `SELECT seq, connection AS connectionId, source, body FROM inbox WHERE seq > ? ORDER BY seq LIMIT ${STEP}
  FOR UPDATE`
const DROP_BODY = `UPDATE inbox SET body = '{}', outcome = coalesce(outcome, 'skipped'), reason = coalesce(reason, ?)
  WHERE seq = ?`

type Transactions = <T>(work: (tx: Transaction) => Promise<T>) => Promise<T>

/** As SQLite's (store/removal/forget-client.ts). */
export async function forgetPerson(
  change: Transactions,
  person: Person,
  now: number,
): Promise<Omit<Forgotten, 'journal' | 'putAside'>> {
  const forgotten = { messages: 0, notDelivered: 0, jobs: 0 }
  for (const id of person.conversations) {
    await change(async (tx) => {
      const { messages, notDelivered } = await forgetMessages(tx, OF_CONVERSATION, [id], now)
      forgotten.messages += messages
      forgotten.notDelivered += notDelivered
      forgotten.jobs += await tx.run(DROP_JOBS, id)
      await tx.run(DROP_EVENTS, id)
      const conversation = conversationFrom(await tx.get<DataRow>(`${LOOKUPS.conversation} FOR UPDATE`, id))
      if (conversation)
        await tx.apply([
          { type: 'conversation.patch', id, patch: { ...withoutWords(conversation), attempt: null } },
        ])
      const tasks = await tx.all<DataRow>(`${LOOKUPS.tasksOf} FOR UPDATE`, id)
      await tx.apply(
        tasks.map((row): Change => ({ type: 'task.add', task: withoutDescription(taskFrom(row)!) })),
      )
    })
  }
  for (const { connectionId, clientId } of person.clients) {
    await change(async (tx) => {
      // Seen in the chat, but not part of a conversation (yet).
      for (const text of [WRITTEN_BY, SAID_TO])
        forgotten.messages += (await forgetMessages(tx, text, [connectionId, clientId], now)).messages
      const row = await tx.get<ClientRow>(`${LOOKUPS.client} FOR UPDATE`, connectionId, clientId)
      if (!row) return
      const client = clientFrom(row)
      const profile = { ...withoutPerson(client.profile), displayedName: null }
      await tx.apply([{ type: 'client.save', client: { ...client, profile } }])
    })
  }
  const events = await forgetEvents(change, person)
  const { clients, conversations } = person
  return { ...forgotten, events, clients: clients.length, conversations: conversations.length }
}

async function forgetMessages(
  tx: Transaction,
  text: string,
  of: (string | number)[],
  now: number,
): Promise<{ messages: number; notDelivered: number }> {
  const rows = await tx.all<MessageRow>(`${text} FOR UPDATE`, ...of)
  let notDelivered = 0
  for (const row of rows) {
    const { id, author, state } = messageFrom(row)
    if (isOpen(state) || state === 'received' || state === 'uncertain') {
      const patch = { state: 'skipped', reason: FORGOTTEN } as const
      await tx.apply([{ type: 'message.patch', id, at: now, patch }])
      notDelivered += 1
    }
    const nameless = author.kind === 'client' ? { ...author, name: '' } : author
    await tx.run(DROP_WORDS, JSON.stringify(nameless), id)
  }
  return { messages: rows.length, notDelivered }
}

async function forgetEvents(change: Transactions, person: Person): Promise<number> {
  let forgotten = 0
  for (let from: number | null = 0; from !== null; ) {
    const after: number = from
    from = await change(async (tx) => {
      const rows = await tx.all<Omit<InboxRow, 'receivedAt'>>(INBOX, after)
      for (const row of rows)
        if (person.isMeant(row)) forgotten += await tx.run(DROP_BODY, FORGOTTEN, row.seq)
      return rows.length === STEP ? rows.at(-1)!.seq : null
    })
  }
  return forgotten
}
