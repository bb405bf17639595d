import type { Connection } from '../../../../shared/config.ts'
import type { ClientLink, Conversation, Message, TaskLink } from '../../../../shared/domain.ts'

/** The facts for planning a conversation's next step toward Planfix. */
export interface PlanState {
  settings: Connection
  conversation: Conversation
  /** Messages waiting, in order. */
  waiting: readonly Message[]
  /** The device that wrote last. */
  client: ClientLink
  /** The current task, if any. */
  task: TaskLink | null
  /** The previous task, for the link to the history. */
  previous: TaskLink | null
  /** Number of tasks begun for this chat. */
  tasksOfChat: number
  /** Other clients with the same address; only read while there is no card. */
  sameAddress?: { join: 'card' | 'separate'; contactId: number | null } | null
  /** When the last search for the open pending write found no match; null when there was none yet. */
  noMatchAt: number | null
  now: number
}
