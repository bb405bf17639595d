import type { BridgeError, ErrorCode, Result } from '../../../shared/errors.ts'
import type { Scope } from '../../../shared/setup/scopes.ts'

/** The bridge never edits comments, so `comment_update` is none of its scopes; a question may try it. */
type AskedScope = Scope | 'comment_update'

export interface RestStep {
  way: 'rest'
  method: 'GET' | 'POST' | 'DELETE'
  /** Behind `/rest`. */
  path: string
  query?: Record<string, string | number | boolean>
  body?: object
  scope: AskedScope
  writes: boolean
  about: 'task' | 'contact' | 'comment' | 'account'
}
export interface ChatStep {
  way: 'chat'
  command: 'newMessage' | 'getTask' | 'getContact'
  pairs: readonly (readonly [string, string])[]
}

/** What a question asks its runner to do. */
export type Step =
  | RestStep
  | ChatStep
  /** Milliseconds, or until Planfix shows another minute: its times have no seconds. */
  | { way: 'wait'; until: number | 'next-minute' }
  /** The calls of the Chat API for the test chat that the running bridge has stored. The body is a CallForm[]. */
  | { way: 'calls' }
  /** The owner writes a comment in the test chat's task by hand. The body is true when one may have been written. */
  | { way: 'by-hand' }
  /** What the bridge noted while it worked. The body is a Records. */
  | { way: 'records' }
  /** The object is ours: it may be read and changed from now on. */
  | { way: 'own'; what: 'task' | 'contact'; id: number }

export type CallForm = readonly (readonly [string, string])[]
export interface Records {
  /** Chatra's webhooks named the sender of our own replies, as sent (`receivedFrom`). */
  marksSeen: boolean
  /** Our own replies came back as webhooks. */
  echoSeen: boolean
  /** Stored webhooks of Chatra, and how many of them came more than once. */
  webhooks: number
  webhooksTwice: number
}

export interface Got {
  status: number
  body: unknown
  /** Requests left today, by the answer's header; null = it says nothing. */
  left: number | null
  /** Planfix's time, milliseconds. */
  at: number
}
export type Reply = Result<Got>

/** Why a question has no answer; never a text of the account. */
export interface Reason {
  why:
    | ErrorCode
    | 'unexpected'
    | 'queued'
    | 'too-coarse'
    | 'not-seen'
    | 'no-task'
    | 'no-chat'
    | 'not-visible'
    | 'no-receiver'
    | 'no-public-address'
    | 'interrupted'
    | 'bug'
  status?: number
  vendorCode?: number
  scope?: string
}

/** Ends a question without an answer. */
export class NoAnswer extends Error {
  readonly reason: Reason
  constructor(reason: Reason | Reason['why']) {
    super('no answer')
    this.reason = typeof reason === 'string' ? { why: reason } : reason
  }
}

export const reasonOf = ({ code, status, vendorCode, scope }: BridgeError): Reason => ({
  why: code,
  ...(status !== undefined && { status }),
  ...(vendorCode !== undefined && { vendorCode }),
  ...(scope !== undefined && { scope }),
})

/** Numbers that a position alone does not say. */
export interface Learned {
  zoneMs?: number
  tokenUserId?: number
}
type Answer<P extends string> = P | { position: P; learned: Learned }
export type Asking<T> = Generator<Step, T, Reply>

/** What every question knows. */
export interface Scene {
  /** In the text of everything that is written, so that it is found again. */
  mark: string
  words: { task: string; contact: string; comment: string }
  taskTemplateId: number | null
  contactTemplateId: number | null
  sourceId: string
  newId(): string
  publicUrl: string | null
  /** The running bridge receives calls of the Chat API. */
  receives: boolean
}
export interface OwnTask {
  id: number
  name: string
  contactId: number
  sourceObjectId: string
  contactSourceObjectId: string
  processId: number | null
}
export interface OwnChat {
  chatId: string
  taskId: number
  contactId: number | null
}

interface About<P extends string> {
  /** The name of the switch in contracts and simulators, or a name of its own. */
  id: string
  title: string
  /** What the program does in each position. */
  positions: Readonly<Record<P, string>>
}

/**
 * One unknown fact: what is written and read to settle it. It is pure: it yields steps and gets replies, so that a test
 * answers in the account's place.
 */
export type Question<P extends string = string> = About<P> &
  (
    | { needs: 'account' | 'records'; ask(scene: Scene): Asking<Answer<P>> }
    | { needs: 'task'; ask(scene: Scene, task: OwnTask): Asking<Answer<P>> }
    | { needs: 'chat'; ask(scene: Scene, chat: OwnChat): Asking<Answer<P>> }
  )

/** Checks that a question's answers are its positions. */
export const question = <P extends string>(one: Question<P>): Question => one as Question
