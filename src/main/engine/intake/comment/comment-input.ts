import type { Connection } from '../../../../shared/config.ts'
import type { Conversation, Message, TaskLink } from '../../../../shared/domain.ts'
import type { PlanfixComment, Takeover } from '../../ports.ts'
import type { OwnMarks, WriteOfClient } from './own-comment.ts'

/** The watcher's entry in the inbox. */
export interface CommentEvent {
  taskId: number
  comment: PlanfixComment
  /** The watcher found it missing from the feed and requested it: it was deleted. */
  gone?: boolean
  /** Found at the first read after this computer took over from another one. */
  first?: boolean
  /** It was read before, and the rest of the feed was decided on since. */
  again?: boolean
  /** When its reading began, milliseconds; absent in rows of earlier versions. */
  readAt?: number
  /** Number of the task's counterparty card when it was read; absent if it was not read. */
  counterparty?: number | null
}

/** Represents a deleted comment. */
export const goneComment = (id: number): PlanfixComment => ({
  id,
  type: 'Comment',
  text: '',
  owner: null,
  ownerName: '',
  recipients: [],
  files: [],
  isHidden: false,
  isDeleted: true,
  sourceObjectId: null,
  at: null,
})

/** The facts for deciding on a comment of Planfix. */
export interface CommentState extends Omit<OwnMarks, 'contactIds'> {
  settings: Connection
  now: number
  task: TaskLink
  conversation: Conversation
  /**
   * The cards of the client: the current one, those of threads merged into this one, the task's counterparty,
   * and cards that were removed from the task after the comment was written.
   */
  contactIds: readonly number[]
  /** Messages that mirror this comment, in order of their parts. */
  known: readonly Message[]
  /** Edits and deletions of those. */
  changes?: readonly Message[]
  /** Our pending writes into this task: under way or indeterminate. */
  attempts: readonly WriteOfClient[]
  maxText: number
  /** Maximum length of a file's line, by the file's name. Without it no room is reserved for lines. */
  lineLength?: (name: string) => number
  /**
   * The device that wrote the last message before the comment; null = the one that wrote last when it is
   * sent.
   */
  device?: string | null
  takeover?: Takeover | null
  /** A write of this store since the takeover precedes the comment: no other computer has delivered it. */
  isSinceTakeover?: boolean
  /** In a task of the Chat API: the conversation's messages of the last hours. */
  recent?: readonly Message[]
  /** Whether the Chat API's numbers are those of comments; null = not seen yet. */
  numbersAreComments?: boolean | null
  /** Whether comments that it passes on name the client among those notified; null = not seen yet. */
  chatNamesClients?: boolean | null
  /** Our replies that were seen in the chat after a restore, and whose comments are unknown. */
  echoes?: readonly Message[]
  newId(): number
}
