import { z } from 'zod'
import { author, call, connectionId, done, messageState, time } from './answer.ts'

/** A conversation as one line of a list. */
const conversationRow = z.object({
  id: z.number(),
  connectionId: z.string(),
  clientName: z.string(),
  email: z.string().nullable(),
  /** The last words of a person, at most 200 characters; null when they are no longer kept. */
  last: z
    .object({
      author,
      text: z.string(),
      files: z.array(z.string()),
      at: time,
      state: messageState,
      /** An internal comment: the client does not see it. */
      internal: z.boolean(),
    })
    .nullable(),
  /** Since when the client waits for an answer; null = for nothing. */
  waitingSince: time.nullable(),
  activeAt: time,
  clientLeft: z.boolean(),
  /** The loop breaker paused it. */
  paused: z.boolean(),
  muted: z.boolean(),
  blocked: z.boolean(),
  /** The current task; the address is null when the connection no longer exists. */
  task: z.object({ id: z.number(), url: z.string().nullable() }).nullable(),
})
export type ConversationRow = z.output<typeof conversationRow>

/** `today`: whose client wrote today; `new`: those of them that began today. */
export const LISTS = ['all', 'waiting', 'today', 'new', 'muted', 'blocked'] as const
/** Only these days are searched for clients who wait: an older silence is an end. */
export const WAITING_DAYS = 7

/** Where a page of a list ends. */
const place = z.strictObject({ at: time, id: z.number() })
const id = z.number().int().positive()

export const conversationCalls = {
  /**
   * Conversations, latest message first; with `only: 'waiting'` those whose client wrote last in the last 7 days, and
   * who waits longest first. `text`: each word must occur in a client's name, e-mail or phone, or be the number of a
   * task; then there is one page only. `since`: the midnight with which `today` and `new` begin, in the owner's time
   * zone; without it these two lists are empty. The next page begins `after` the returned `next`; null = it was the last one.
   */
  'conversations.list': call(
    z.strictObject({
      text: z.string().max(200),
      only: z.enum(LISTS),
      connectionId: connectionId.optional(),
      since: time.optional(),
      after: place.nullable(),
      limit: z.number().int().min(1).max(200),
    }),
    z.object({ rows: z.array(conversationRow), next: place.nullable() }),
  ),
  /**
   * The owner's wishes for a conversation. `muted`: no notifications about it. `blocked`: what the client writes is
   * recorded as "not sent · blocked" and not passed on. `noAnswer`: what the client has written so far needs no answer.
   */
  'conversation.mark': call(
    z.strictObject({
      id,
      muted: z.boolean().optional(),
      blocked: z.boolean().optional(),
      noAnswer: z.boolean().optional(),
    }),
    done,
  ),
  /**
   * Removes all names, addresses and texts of the client of this conversation from the data of the bridge, on all
   * devices; the backups are replaced. Nothing changes in Chatra or Planfix. Returns how much was removed.
   */
  'conversation.forget': call(
    z.strictObject({ id }),
    z.object({
      messages: z.number(),
      /** Those of them that were still to be delivered: they are cancelled. */
      notDelivered: z.number(),
    }),
  ),
} as const
