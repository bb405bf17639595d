import { isClosing } from '../closing-words.ts'
import type { Author, Message } from '../domain.ts'
import { isTestVisitor } from '../setup/test-visitor.ts'

/** The facts about a message by which an answer is recognised. */
export interface SaidMessage
  extends Pick<Message, 'kind' | 'direction' | 'state' | 'reason' | 'text' | 'chatraClientId'> {
  author: Pick<Author, 'kind'>
}

/** Chatra's own words are no answer of a person. */
const NOT_A_PERSON = new Set(['system-message', 'automatic-message'])

/**
 * The first message of a client after the last answer; null when the last word is not the client's. An answer
 * is a reply that went out, or may have, and a message that an agent wrote inside Chatra; an internal comment
 * is none. After an answer, words that only end the conversation ("Thank you!") wait for nothing.
 * @param messages the last of a conversation, oldest first
 */
export function firstUnanswered<T extends SaidMessage>(messages: readonly T[]): T | null {
  let first: T | null = null
  let isAnswered = false
  for (const message of messages) {
    if (isAnswer(message)) {
      first = null
      isAnswered = true
    } else if (awaitsAnswer(message) && !(isAnswered && isClosing(message.text))) first ??= message
  }
  return first
}

export function isAnswer({ kind, author, direction, state, reason }: SaidMessage): boolean {
  if (kind !== 'text') return false
  if (author.kind === 'agent') return !NOT_A_PERSON.has(reason ?? '')
  return direction === 'to-chatra' && state !== 'skipped' && state !== 'failed'
}

/** A client's words, unless the owner does not want them passed on. The set-up's test visitor waits for nothing. */
const awaitsAnswer = ({ kind, author, direction, state, reason, chatraClientId }: SaidMessage): boolean =>
  kind === 'text' &&
  author.kind === 'client' &&
  !isTestVisitor(chatraClientId ?? '') &&
  direction === 'to-planfix' &&
  !(state === 'skipped' && UNWANTED.has(reason ?? ''))
const UNWANTED = new Set(['blocked', 'dismissed', 'forgotten'])
