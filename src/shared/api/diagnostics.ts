import { z } from 'zod'
import { call, language, nothing, time, words } from './answer.ts'

/** The result of one numbered check. */
const report = z.object({
  id: z.number(),
  connectionId: z.string().nullable(),
  title: words,
  result: z.enum(['ok', 'warning', 'failed', 'skipped']),
  detail: words,
  todo: words.nullable(),
})
export type CheckReport = z.output<typeof report>

export const checkUp = z.object({
  /** Counts up with each run since the start. */
  run: z.number(),
  startedAt: time,
  endedAt: time.nullable(),
  /** Total number of checks. */
  total: z.number(),
  reports: z.array(report),
})
export type CheckUp = z.output<typeof checkUp>

export const diagnosticsCalls = {
  /** The current or last run; null when there was none since the start. */
  'diagnostics.get': call(nothing, z.object({ checkUp: checkUp.nullable() })),
  /** Starts a run, or returns the one that is under way. Findings come as the event `checkUp`. */
  'diagnostics.start': call(nothing, checkUp),
  /** Returns the last run and the state of the program as text, without secrets. */
  'diagnostics.report': call(z.strictObject({ language }), z.object({ name: z.string(), text: z.string() })),
} as const
