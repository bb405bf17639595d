import { z } from 'zod'
import { call, connectionId, direction, done, messageId, messageState, time } from './answer.ts'

/** Which messages the live log shows. Empty = all, also those of kind `event`, which say why a webhook led to no message. */
export const logFilter = z.strictObject({
  connectionId: connectionId.optional(),
  direction: direction.optional(),
  /** The message's state now. */
  states: z.array(messageState).min(1).max(8).optional(),
  conversationId: z.number().int().positive().optional(),
  /** Replies this employee wrote. */
  employeeId: z.number().int().positive().optional(),
  /** Received from (inclusive) and to (exclusive). */
  from: time.optional(),
  to: time.optional(),
  /** Every word of it occurs in text, reason or the client's name, whatever case and accents. */
  search: z.string().max(200).optional(),
})
export type LogFilter = z.output<typeof logFilter>

export const author = z.object({
  kind: z.enum(['client', 'employee', 'agent', 'bridge']),
  name: z.string(),
})

/** A message as the log shows it in one line. */
export const messageRow = z.object({
  id: messageId,
  connectionId: z.string(),
  conversationId: z.number().nullable(),
  clientName: z.string().nullable(),
  direction,
  kind: z.enum(['text', 'edit', 'delete', 'event']),
  /** The message an edit or a deletion changes. */
  targetId: messageId.nullable(),
  author,
  /** The first 300 characters in the log, whole in a conversation. Empty when retention dropped it. */
  text: z.string(),
  files: z.array(z.object({ name: z.string(), size: z.number().nullable() })),
  state: messageState,
  /** Machine word or sentence; `log.reason.{word}` explains it where the catalogues know it. */
  reason: z.string().nullable(),
  writtenAt: time,
  receivedAt: time,
  attempts: z.number(),
  late: z.boolean(),
  planfixTaskId: z.number().nullable(),
  planfixCommentId: z.number().nullable(),
  chatraMessageId: z.string().nullable(),
  /** Address of the task in Planfix, of the conversation in Chatra. */
  taskUrl: z.string().nullable(),
  chatUrl: z.string().nullable(),
  canRetry: z.boolean(),
  canDismiss: z.boolean(),
})
export type MessageRow = z.output<typeof messageRow>

/** One step of a message's life. */
export const lifeStep = z.object({
  seq: z.number(),
  time,
  state: messageState,
  reason: z.string().nullable(),
})
export type LifeStep = z.output<typeof lifeStep>

export const PAGE_ROWS = 200

const byId = z.strictObject({ id: messageId })

export const logCalls = {
  /**
   * How many messages a filter finds and where each page of PAGE_ROWS begins, newest first: `pages[i]` is the id of the
   * first (newest) message of page i. Lets a list of any length be scrolled without holding it. `list` names the list that
   * asks: its next question ends this one, which is then answered `conflict`.
   */
  'log.outline': call(
    z.strictObject({ filter: logFilter, list: z.string().max(60).optional() }),
    z.object({ total: z.number(), pages: z.array(messageId) }),
  ),
  /**
   * At most `limit` messages from `fromId` (inclusive) downward; with null from the newest. Ask for no more than the
   * outline has counted: to find out that there are no others, all the rest of the log has to be read.
   */
  'log.page': call(
    z.strictObject({
      filter: logFilter,
      fromId: messageId.nullable(),
      limit: z.number().int().min(1).max(PAGE_ROWS),
    }),
    z.object({ rows: z.array(messageRow) }),
  ),
  /** The message whole, and every step of its life, oldest first. */
  'log.message': call(byId, z.object({ message: messageRow, life: z.array(lifeStep) })),
  /** What it was made from as it came in, pretty-printed, secrets hidden; null when it is not kept any more. */
  'log.payload': call(byId, z.object({ text: z.string().nullable() })),
  'log.retry': call(byId, done),
  'log.dismiss': call(byId, done),
  /**
   * A part of an export, oldest first: begin with `afterId` 0 and go on with `next` until it is null. The first part of a CSV
   * begins with the names of its columns.
   */
  'log.export': call(
    z.strictObject({
      filter: logFilter,
      format: z.enum(['csv', 'json']),
      afterId: z.number().int().min(0),
    }),
    z.object({ text: z.string(), next: messageId.nullable() }),
  ),

  /** Conversations by client's name, e-mail or phone, latest activity first; all with an empty text. */
  'conversations.find': call(
    z.strictObject({
      text: z.string().max(200),
      connectionId: connectionId.optional(),
      limit: z.number().int().min(1).max(100),
    }),
    z.object({
      conversations: z.array(
        z.object({
          id: z.number(),
          connectionId: z.string(),
          clientName: z.string(),
          email: z.string().nullable(),
          lastActivityAt: time,
        }),
      ),
    }),
  ),
  /**
   * `id` may be that of a conversation that was merged into another one: the answer is the other. Addresses are null where
   * the connection is gone.
   */
  'conversation.get': call(
    z.strictObject({ id: z.number().int().positive() }),
    z.object({
      id: z.number(),
      connectionId: z.string(),
      clientName: z.string(),
      email: z.string().nullable(),
      phone: z.string().nullable(),
      place: z.string().nullable(),
      devices: z.array(
        z.object({
          clientId: z.string(),
          os: z.string().nullable(),
          browser: z.string().nullable(),
          chatUrl: z.string().nullable(),
          /** How it came into this conversation, and what to name to separate it again; null = it began it. */
          joined: z
            .object({
              conversationId: z.number(),
              at: time,
              why: z.enum(['vouched', 'second-particular', 'quiet', 'always']),
            })
            .nullable(),
        }),
      ),
      contact: z.object({ id: z.number(), url: z.string().nullable() }).nullable(),
      tasks: z.array(
        z.object({ id: z.number(), url: z.string().nullable(), active: z.boolean(), deleted: z.boolean() }),
      ),
      clientLeft: z.boolean(),
      /** Stopped by the loop breaker. */
      paused: z.string().nullable(),
      messages: z.number(),
    }),
  ),
  /**
   * Takes a conversation that was merged into another one apart again: `id` is that of a device's `joined`. `conflict` while
   * something of it is being written or sent, or when it is not merged any more.
   */
  'conversation.separate': call(z.strictObject({ id: z.number().int().positive() }), done),
  /**
   * Oldest first, the last `limit` before `beforeId`, or of all with null. In the order of the chat: a client's message when
   * it was written (`writtenAt`), a reply when the bridge noticed it (`receivedAt`), as Planfix tells whole minutes alone.
   */
  'conversation.messages': call(
    z.strictObject({
      id: z.number().int().positive(),
      beforeId: messageId.nullable(),
      limit: z.number().int().min(1).max(PAGE_ROWS),
    }),
    z.object({ rows: z.array(messageRow), hasOlder: z.boolean() }),
  ),
} as const

export type ConversationView = z.output<(typeof logCalls)['conversation.get']['result']>
