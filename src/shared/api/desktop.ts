import { z } from 'zod'
import { call, done, nothing } from './answer.ts'

/** Whether the system starts the program at login, and why it does not although the owner wants it. */
export const loginItem = z.object({
  starts: z.boolean(),
  /**
   * `development` = it is not installed, `switched-off` = in the system's own settings, `approval` = the system asks the owner
   * first, `refused` = it could not be changed; null = it is as the owner wants it.
   */
  why: z.enum(['development', 'switched-off', 'approval', 'refused']).nullable(),
})
export type LoginItem = z.output<typeof loginItem>

/** What the desktop alone has; a server refuses these calls (`unavailable`). */
export const desktopCalls = {
  'desktop.get': call(nothing, z.object({ login: loginItem, logs: z.string() })),
  /** Opens the folder of the log files in the system's own file window. */
  'desktop.openLogs': call(nothing, done),
} as const
