import type { Message, PendingWrite, TaskLink } from '../../../../shared/domain.ts'
import type { PlanfixComment } from '../../ports.ts'
import { printOfText, sameText } from '../../text.ts'

/** A write of ours that is under way or unclear. */
export type WriteOfClient = PendingWrite & {
  /** It says a client's words, under the client's card. */
  byClient?: boolean
}

/** What tells our own comments from those of people. */
export interface OwnMarks {
  task: TaskLink
  /** Messages that mirror this comment. */
  known: readonly Message[]
  attempts: readonly WriteOfClient[]
  /** The client's cards. */
  contactIds: readonly number[]
  /** The user of the token; null while nothing has told. */
  tokenUserId?: number | null
  /** A client's message stands in the feed before it, so that it is not the first comment. */
  isLater?: boolean
  /** The account hands our source ids back with comments, so that a comment without one is a person's. */
  idsHandedBack?: boolean
  now: number
}

/** How a comment was recognised as one of ours; null = a person wrote it. */
export type Recognition = 'by-id' | 'by-text' | 'description' | null

/**
 * By its number or our source id; else as the description in front of the feed; by its words alone only where the account
 * hands no ids back, only within minutes of a write that is still open, and only for an owner whom that write has.
 */
export function recognise(comment: PlanfixComment, marks: OwnMarks): Recognition {
  if (marks.known.some((message) => message.direction === 'to-planfix')) return 'by-id'
  const { sourceObjectId } = comment
  if (sourceObjectId !== null && marks.attempts.some((one) => one.sourceObjectId === sourceObjectId))
    return 'by-id'
  if (isDescription(comment, marks)) return 'description'
  if (sourceObjectId !== null || marks.idsHandedBack === true) return null
  const alike = marks.attempts.some(
    (write) =>
      // An old one's words may be forgotten.
      write.text !== '' &&
      sameText(comment.text, write.text) &&
      ownerFits(comment, write, marks) &&
      isNear(comment, write, marks),
  )
  return alike ? 'by-text' : null
}

/** The task's text stands in front of the feed (contracts/planfix.md section 6.3); whoever pastes it later is a person. */
function isDescription(comment: PlanfixComment, { task, tokenUserId, isLater }: OwnMarks): boolean {
  const first = task.descriptionCommentId ?? null
  if (first !== null) return comment.id === first
  if (isLater === true || !isTextOf(task, comment.text)) return false
  return comment.owner === null || comment.owner.startsWith('contact:') || isTokenUser(comment, tokenUserId)
}

/** Tasks of former versions keep the text itself until it is forgotten. */
function isTextOf({ descriptionPrint, descriptionText = '' }: TaskLink, text: string): boolean {
  if (descriptionPrint !== '' && descriptionPrint === printOfText(text)) return true
  return descriptionText !== '' && sameText(text, descriptionText)
}

function ownerFits(comment: PlanfixComment, write: WriteOfClient, marks: OwnMarks): boolean {
  const { owner } = comment
  if (owner === null) return true
  if (write.ownerUserId !== null) return owner === `user:${write.ownerUserId}`
  if (marks.contactIds.some((id) => owner === `contact:${id}`)) return true
  // A client's words under an employee's name are the employee's.
  if (write.byClient === true) return owner === `user:${marks.tokenUserId ?? ''}`
  return isTokenUser(comment, marks.tokenUserId)
}

/** Any user may be the token's as long as nothing has told which one is. */
const isTokenUser = ({ owner }: PlanfixComment, tokenUserId: number | null = null): boolean =>
  owner?.startsWith('user:') === true && (tokenUserId === null || owner === `user:${tokenUserId}`)

/** Planfix tells times to the minute, and clocks differ. */
const SLACK_MS = 3 * 60_000
/** So long after its beginning a write may still come to be, and be read. */
const LATEST_MS = 5 * 60_000

/** By the time Planfix tells, or, where its zone is not known yet, by when it was read. */
const isNear = (comment: PlanfixComment, { startedAt }: WriteOfClient, { now }: OwnMarks): boolean =>
  [comment.at, now].some((at) => at !== null && at >= startedAt - SLACK_MS && at <= startedAt + LATEST_MS)
