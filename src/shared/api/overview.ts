import { z } from 'zod'
import { call, time } from './answer.ts'

const bar = z.object({ from: time, toPlanfix: z.number(), toChatra: z.number() })
export type Bar = z.output<typeof bar>

const overview = z.object({
  today: z.object({
    /** Conversations with a client's message today. */
    chats: z.number(),
    /** Those of them that began today. */
    newChats: z.number(),
    toPlanfix: z.number(),
    toChatra: z.number(),
    /**
     * Milliseconds between a client's first message of the day and the first reply; null while there is none.
     */
    medianFirstReplyMs: z.number().nullable(),
    failed: z.number(),
    uncertain: z.number(),
  }),
  /** The last 24 hours, oldest first; the current hour is last. */
  hours: z.array(bar),
  /** One entry for each of `dayStarts`. */
  days: z.array(bar),
  /** When the bridge first ran on this data, at most 30 days ago: `gaps` are those since then. */
  since: time,
  /** Periods of the last 30 days when the bridge was not running, newest first. */
  gaps: z.array(z.object({ from: time, to: time })),
})
export type Overview = z.output<typeof overview>

export const overviewCalls = {
  /** `dayStarts`: midnights in the owner's time zone, ascending; today's is last. */
  'overview.get': call(z.strictObject({ dayStarts: z.array(time).min(1).max(40) }), overview),
} as const
