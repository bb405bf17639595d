import { z } from 'zod'
import { author, call, connectionId, direction, done, messageId, messageState, time } from './answer.ts'

/**
 * Which messages the live log shows. Empty = all, including those of kind `event`, which say why a webhook
 * led to no message.
 */
const logFilter = z.strictObject({
  connectionId: connectionId.optional(),
  direction: direction.optional(),
  /** Current state of the message. */
  states: z.array(messageState).min(1).max(8).optional(),
  conversationId: z.number().int().positive().optional(),
  /** Replies written by this employee. */
  employeeId: z.number().int().positive().optional(),
  /** Receipt time from (inclusive) and to (exclusive). */
  from: time.optional(),
  to: time.optional(),
  /**
   * Each word must occur in the text, the reason, or the client's name, e-mail or phone, ignoring case and accents, or
   * be the number of the task.
   */
  search: z.string().max(200).optional(),
})
export type LogFilter = z.output<typeof logFilter>

/** A message as one line of the log. */
export const messageRow = z.object({
  id: messageId,
  connectionId: z.string(),
  conversationId: z.number().nullable(),
  clientName: z.string().nullable(),
  direction,
  kind: z.enum(['text', 'edit', 'delete', 'event']),
  /** The message that an edit or a deletion changes. */
  targetId: messageId.nullable(),
  author,
  /**
   * The first 300 characters in the log, the whole text in a conversation. Empty after retention removed it.
   */
  text: z.string(),
  files: z.array(z.object({ name: z.string(), size: z.number().nullable() })),
  state: messageState,
  /** Machine word or sentence; `log.reason.{word}` explains it if the catalogues have it. */
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

/** One state change of a message. */
const lifeStep = z.object({
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
   * Number of messages that match a filter, and where each page of PAGE_ROWS begins, newest first: `pages[i]`
   * is the id of the first (newest) message of page i. With it a list of any length can be scrolled without
   * loading it. `list` names the requesting list: its next request cancels this one, which then returns
   * `conflict`.
   */
  'log.outline': call(
    z.strictObject({ filter: logFilter, list: z.string().max(60).optional() }),
    z.object({ total: z.number(), pages: z.array(messageId) }),
  ),
  /**
   * Returns at most `limit` messages from `fromId` (inclusive) downward; with null from the newest. Request
   * no more than the outline has counted: to find out that no other message matches, the rest of the log must
   * be read.
   */
  'log.page': call(
    z.strictObject({
      filter: logFilter,
      fromId: messageId.nullable(),
      limit: z.number().int().min(1).max(PAGE_ROWS),
    }),
    z.object({ rows: z.array(messageRow) }),
  ),
  /** Returns the whole message with every state change, oldest first. */
  'log.message': call(byId, z.object({ message: messageRow, life: z.array(lifeStep) })),
  /** Returns the original payload, pretty-printed, with secrets hidden; null when it is no longer kept. */
  'log.payload': call(byId, z.object({ text: z.string().nullable() })),
  'log.retry': call(byId, done),
  'log.dismiss': call(byId, done),
  /**
   * The same for many messages: those of `ids`, or with null all stuck ones of `filter`. `restore` takes a dismissal
   * back: a message is `failed` or `uncertain` again, as before. Returns the ids of the messages that were changed; the
   * others had changed meanwhile.
   */
  'log.bulk': call(
    z.strictObject({
      action: z.enum(['retry', 'dismiss', 'restore']),
      ids: z.array(messageId).max(5000).nullable(),
      filter: logFilter,
    }),
    z.object({ ids: z.array(messageId) }),
  ),
  /**
   * Returns a part of an export, oldest first: begin with `afterId` 0 and continue with `next` until it is
   * null. The first part of a CSV begins with the column names.
   */
  'log.export': call(
    z.strictObject({
      filter: logFilter,
      format: z.enum(['csv', 'json']),
      afterId: z.number().int().min(0),
    }),
    z.object({ text: z.string(), next: messageId.nullable() }),
  ),

  /**
   * Returns conversations by client's name, e-mail or phone, latest activity first; all of them for an empty
   * text.
   */
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
   * `id` may be that of a conversation that was merged into another one: then the other one is returned.
   * Addresses are null when the connection no longer exists.
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
          /**
           * How this device joined the conversation, and the id with which to separate it again; null = it is
           * the first device.
           */
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
      /** The loop breaker paused it. */
      paused: z.string().nullable(),
      muted: z.boolean(),
      blocked: z.boolean(),
      messages: z.number(),
    }),
  ),
  /**
   * Separates a merged conversation again: `id` is that of a device's `joined`. Returns `conflict` while a
   * part of it is being written or sent, or when it is no longer merged.
   */
  'conversation.separate': call(z.strictObject({ id: z.number().int().positive() }), done),
  /**
   * Oldest first: the last `limit` messages before `beforeId`, or with null the last of all. In the order of
   * the chat: a client's message by the time of writing (`writtenAt`), a reply by the time when the bridge
   * noticed it (`receivedAt`), since Planfix gives times only to the minute.
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
