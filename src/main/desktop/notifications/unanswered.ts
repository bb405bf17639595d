/** The oldest message of a client that nobody has answered (shared/messages/unanswered.ts), as notifications show it. */
export interface Unanswered {
  connectionId: string
  conversationId: number
  client: string
  text: string
  /** When the client wrote it. */
  since: number
}
