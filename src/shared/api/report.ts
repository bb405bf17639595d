import { z } from 'zod'
import { call, connectionId, time } from './answer.ts'

/** Milliseconds from a client's first message to the first reply; null while there is none. */
const firstReply = z.object({ medianMs: z.number().nullable(), p90Ms: z.number().nullable() })
/** Chats of a part of the period. */
const part = firstReply.extend({ chats: z.number(), answered: z.number() })
export type ReportPart = z.output<typeof part>

const report = z.object({
  total: part.extend({
    fromClients: z.number(),
    replies: z.number(),
    /** Chats without a reply within an hour. */
    late: z.number(),
  }),
  /** Who replied, most replies first; `inChatra` = written inside Chatra. */
  employees: z.array(
    firstReply.extend({
      name: z.string(),
      inChatra: z.boolean(),
      replies: z.number(),
      /** Chats in which this person was the first to reply. */
      firstReplies: z.number(),
    }),
  ),
  /** One entry for each day of the week, from Monday. */
  weekdays: z.array(part).length(7),
  /** One entry for each hour of the day, by the time of the client's first message. */
  hours: z.array(part).length(24),
})
export type Report = z.output<typeof report>

export const reportCalls = {
  /**
   * Figures of the messages between the first of `dayStarts` and `to`. `dayStarts`: the midnights of the period in the
   * owner's time zone, ascending; `firstWeekday`: the weekday of the first of them, 0 = Monday.
   */
  'report.get': call(
    z.strictObject({
      dayStarts: z.array(time).min(1).max(400),
      to: time,
      firstWeekday: z.number().int().min(0).max(6),
      connectionId: connectionId.optional(),
    }),
    report,
  ),
} as const
