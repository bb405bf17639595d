import type { Message } from '../../../shared/domain.ts'

/** The oldest message of a client that nobody has answered. */
export interface Unanswered {
  connectionId: string
  conversationId: number
  client: string
  text: string
  /** When the client wrote it. */
  since: number
}

/** Chatra's own words are no answer of a person. */
const NOT_A_PERSON = new Set(['system-message', 'automatic-message'])

/**
 * The first message of a client after the last answer; null when the last word is not the client's. An answer
 * is a reply that went out, or may have, and a message that an agent wrote inside Chatra.
 * @param messages the last of a conversation, oldest first
 */
export function firstUnanswered(messages: readonly Message[]): Message | null {
  let first: Message | null = null
  for (const message of messages) {
    if (message.kind !== 'text') continue
    if (isAnswer(message)) first = null
    else if (message.author.kind === 'client' && message.direction === 'to-planfix') first ??= message
  }
  return first
}

function isAnswer({ author, direction, state, reason }: Message): boolean {
  if (author.kind === 'agent') return !NOT_A_PERSON.has(reason ?? '')
  return direction === 'to-chatra' && state !== 'skipped' && state !== 'failed'
}
