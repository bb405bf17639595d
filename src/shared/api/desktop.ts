import { z } from 'zod'
import { call, done, nothing } from './answer.ts'

/** Whether the system starts the program at login, and if not, why. */
const loginItem = z.object({
  starts: z.boolean(),
  /**
   * `development` = not installed; `switched-off` = switched off in the system's settings; `approval` = the
   * system asks the owner first; `refused` = the system refused the change; null = as the owner chose.
   */
  why: z.enum(['development', 'switched-off', 'approval', 'refused']).nullable(),
})
export type LoginItem = z.output<typeof loginItem>

/** Functions of the desktop host; a server refuses these calls (`unavailable`). */
export const desktopCalls = {
  'desktop.get': call(nothing, z.object({ login: loginItem, logs: z.string() })),
  /** Opens the folder of the log files in the system's file manager. */
  'desktop.openLogs': call(nothing, done),
} as const
