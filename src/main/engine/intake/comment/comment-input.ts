import type { Connection } from '../../../../shared/config.ts'
import type { Conversation, Message, TaskLink } from '../../../../shared/domain.ts'
import type { PlanfixComment, Takeover } from '../../ports.ts'
import type { OwnMarks, WriteOfClient } from './own-comment.ts'

/** What the watcher puts into the inbox. */
export interface CommentEvent {
  taskId: number
  comment: PlanfixComment
  /** The watcher found it missing from the feed and asked for it: it is gone. */
  gone?: boolean
  /** Found at the first look after this computer took over from another one. */
  first?: boolean
  /** Number of the task's counterparty card at the reading; absent where nobody has looked. */
  counterparty?: number | null
}

/** Stands for a comment that is not there any more. */
export const goneComment = (id: number): PlanfixComment => ({
  ...{ id, type: 'Comment', text: '', owner: null, ownerName: '', recipients: [], files: [] },
  ...{ isHidden: false, isDeleted: true, sourceObjectId: null, at: null },
})

/** What is known when a comment of Planfix is decided on. */
export interface CommentState extends Omit<OwnMarks, 'contactIds'> {
  settings: Connection
  now: number
  task: TaskLink
  conversation: Conversation
  /**
   * The cards that stand for the client: his, those of threads merged into this one, the task's counterparty, and cards it
   * was taken from after the comment was written.
   */
  contactIds: readonly number[]
  /** Messages that mirror this comment, in order of their parts. */
  known: readonly Message[]
  /** Edits and deletions of those. */
  changes?: readonly Message[]
  /** Writes of ours into this task that are under way or unclear. */
  attempts: readonly WriteOfClient[]
  maxText: number
  /** How long the line of a file gets at most, by its name. Without it no room is left for lines. */
  lineLength?: (name: string) => number
  /** The device whose message stands last in front of the comment; null = the one that wrote last when it is sent. */
  device?: string | null
  takeover?: Takeover | null
  /** A write of this store since the takeover stands in front of the comment: nobody has carried it before. */
  isSinceTakeover?: boolean
  /** Replies of ours that were seen in the chat after a restore, and of which nobody knows the comment. */
  echoes?: readonly Message[]
  newId(): number
}
