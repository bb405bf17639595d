import type { ClientLink, Conversation, LogEntry, Message } from '../../../shared/domain.ts'
import { Yielder } from '../event-loop-yield.ts'
import { conversationFrom } from '../rows/links.ts'
import { isDismissable, isRetryable } from '../rows/manual-actions.ts'
import { type MessageRow, messageFrom } from '../rows/messages.ts'
import type { SqlReader } from '../sql-reader.ts'
import { LOOKUPS } from './lookups.ts'
import { clientOf, commonConversation } from './threads.ts'

/** A message with the related data that the interface shows. */
export interface MessageView {
  message: Message
  /** The current conversation, after merges. */
  conversation: Conversation | null
  client: ClientLink | null
  canRetry: boolean
  canDismiss: boolean
}

/** In the order of `ids`; missing messages are skipped. */
export async function messageViews(sql: SqlReader, ids: readonly number[]): Promise<MessageView[]> {
  const yielder = new Yielder()
  const conversations = new Map<number, Promise<Conversation | null>>()
  const common = new Map<number, Promise<Conversation | null>>()
  const clients = new Map<string, Promise<ClientLink | null>>()
  const found: MessageView[] = []
  for (const id of ids) {
    if (yielder.isOver) await yielder.next()
    const row = await sql.get<MessageRow>(LOOKUPS.message, id)
    if (!row) continue
    const message = messageFrom(row)
    const { conversationId: of, connectionId, chatraClientId } = message
    const own =
      of === null
        ? null
        : await remembered(conversations, of, async () =>
            conversationFrom(await sql.get(LOOKUPS.conversation, of)),
          )
    const conversation =
      own === null || own.mergedInto === null
        ? own
        : await remembered(common, own.id, () => commonConversation(sql, own.id))
    const client = await remembered(clients, `${connectionId} ${chatraClientId} ${of}`, () =>
      clientOf(sql, message),
    )
    found.push({
      message,
      conversation,
      client,
      canRetry: own !== null && row.text !== null && isRetryable(message, own),
      canDismiss: isDismissable(message),
    })
  }
  await yielder.next()
  return found
}

/** Caches the first result of `make` for a key. */
export function remembered<K, V>(known: Map<K, V>, key: K, make: () => V): V {
  const there = known.get(key)
  if (there !== undefined) return there
  const made = make()
  known.set(key, made)
  return made
}

export type LifeStep = Pick<LogEntry, 'seq' | 'time' | 'state' | 'reason'>

/** The latest stored state changes, oldest first. */
export const lifeOf = async (sql: SqlReader, messageId: number): Promise<LifeStep[]> =>
  (await sql.all<LifeStep>(LIFE, messageId)).reverse()
/**
 * A message that is retried every five minutes for weeks has thousands of them: no more than this are shown.
 */
const LIFE = `SELECT seq, time, state, reason FROM entries INDEXED BY entries_message
  WHERE message = ? ORDER BY seq DESC LIMIT 1000`
