/** The intent of a pending write, which may or may not have arrived. Kept until it is settled. */
export interface PendingWrite {
  kind: 'contact' | 'task' | 'comment' | 'chore' | 'chat' | 'reply'
  sourceObjectId: string
  /** Ids of the messages in it. */
  messageIds: number[]
  startedAt: number
  /** When the result became indeterminate; null while the write is under way, or was when the process ended. */
  unclearAt: number | null
  /**
   * An answer came that says nothing, a 5xx. Without one, after a time-out or a reset, it may still be executed late, so
   * the wait is longer. Absent in attempts of earlier versions.
   */
  answered: boolean
  /** Plain text and author of the write, to find it by content. */
  text: string
  ownerUserId: number | null
  /** The client's card as author; absent = see `ownerUserId`. */
  ownerContactId?: number
  /** For a contact or a task. */
  name?: string
  /** For a contact. */
  phone?: string
  /** For a task: the chat that begins it, and its ordinal. */
  chatId?: string
  n?: number
  /** For a message of the Chat API: when Planfix accepted it; absent before. Milliseconds since 1970. */
  acceptedAt?: number
}

/** A write that is about to begin. `startedAt`: milliseconds since 1970. */
export const newPendingWrite = (
  write: Pick<PendingWrite, 'kind' | 'sourceObjectId' | 'startedAt' | 'text'> & Partial<PendingWrite>,
): PendingWrite => ({ messageIds: [], unclearAt: null, answered: false, ownerUserId: null, ...write })
