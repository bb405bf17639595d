/** The intent of a pending write, which may or may not have arrived. Kept until it is settled. */
export interface PendingWrite {
  kind: 'contact' | 'task' | 'comment' | 'chore' | 'chat' | 'reply'
  sourceObjectId: string
  /** Ids of the messages in it. */
  messageIds: number[]
  startedAt: number
  /**
   * When the result became indeterminate; null while the write is under way (after a crash: `startedAt`
   * counts).
   */
  unclearAt: number | null
  /** A request that timed out may still be executed late, so the wait is longer than after a reset. */
  timedOut: boolean
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
): PendingWrite => ({ messageIds: [], unclearAt: null, timedOut: false, ownerUserId: null, ...write })
