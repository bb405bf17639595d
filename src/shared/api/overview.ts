import { z } from 'zod'
import { call, time } from './answer.ts'

const bar = z.object({ from: time, toPlanfix: z.number(), toChatra: z.number() })
export type Bar = z.output<typeof bar>

export const overview = z.object({
  today: z.object({
    /** Conversations with a message of the client today. */
    chats: z.number(),
    /** Of them, those that began today. */
    newChats: z.number(),
    toPlanfix: z.number(),
    toChatra: z.number(),
    /** Between a client's first message of the day and the first reply to it; null while there is none. */
    medianFirstReplyMs: z.number().nullable(),
    failed: z.number(),
    uncertain: z.number(),
  }),
  /** The last 24 hours, oldest first, the present hour last. */
  hours: z.array(bar),
  /** One for each of `dayStarts`. */
  days: z.array(bar),
  /** When the bridge was not running, newest first, of the last 30 days. */
  gaps: z.array(z.object({ from: time, to: time })),
})
export type Overview = z.output<typeof overview>

export const overviewCalls = {
  /** `dayStarts`: midnights of the owner's time zone, ascending, today's last. */
  'overview.get': call(z.strictObject({ dayStarts: z.array(time).min(1).max(40) }), overview),
} as const
