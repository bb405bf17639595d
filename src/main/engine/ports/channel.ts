import type { Result } from '../../../shared/errors.ts'
import type { PlanfixText, RateLimiter } from './planfix.ts'

/** A message that goes into Planfix as one of its own chats (contracts/planfix-chat.md). */
export interface ChannelMessage {
  /** Number of the chat, and of its contact. */
  chatId: string
  contact: { name: string; email: string | null; phone: string | null }
  text: PlanfixText
  /** Planfix reads these addresses itself. */
  files: { name: string; url: string }[]
  /** Somebody of ours wrote it: the e-mail of the employee, null = the author of Planfix's settings. */
  echo: { userEmail: string | null } | null
  /** Name of the task that the message begins; null = none. */
  title: string | null
}

/** The reply of an employee, as Planfix's Chat API passes it on. Nothing in it is certain except the chat and the text. */
export interface ChannelReply {
  chatId: string
  /** Planfix's number of the message; null when it sends none. */
  messageId: string | null
  text: string
  files: { name: string; url: string }[]
  /** First and last name. */
  authorName: string
  /** Number in the address of the author's picture; null when there is none. */
  authorId: number | null
}

/** `unknown`: a command that is only recorded. The reason says why the call is not usable. */
export type ParseChannelCall = (
  body: unknown,
) =>
  | { kind: 'reply'; reply: ChannelReply }
  | { kind: 'unknown'; command: string }
  | { kind: 'invalid'; reason: string }

/** Planfix's Chat API of one connection. A call takes a slot of `rateLimiter`; none counts against the day's quota. */
export interface PlanfixChannel {
  readonly rateLimiter: RateLimiter
  /** Accepted by Planfix; the comment's number is not told, and a repetition doubles it. */
  message(message: ChannelMessage): Promise<Result<void>>
  /** The chat's task and whether it is open (null = not told); null when the chat has none. */
  task(chatId: string): Promise<Result<{ number: number; active: boolean | null } | null>>
  /** Number of the chat's card; null when it has none. */
  contact(chatId: string): Promise<Result<number | null>>
  /** What became of an employee's message: a tick at the comment, or an error with this text. */
  status(messageId: string, status: 'sent' | 'error', text: string | null): Promise<Result<void>>
  /** The employees of the account as last read, at most an hour old; empty when they cannot be read. */
  people(): Promise<readonly { id: number; name: string }[]>
}
