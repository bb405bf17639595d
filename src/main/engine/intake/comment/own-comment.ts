import type { Message, PendingWrite, TaskLink } from '../../../../shared/domain.ts'
import type { PlanfixComment } from '../../ports.ts'
import { printOfText, sameText } from '../../text.ts'

/** One of our pending writes: under way or indeterminate. */
export type WriteOfClient = PendingWrite & {
  /** It contains a client's message, under the client's card. */
  byClient?: boolean
}

/** The facts that distinguish our own comments from those of people. */
export interface OwnMarks {
  task: TaskLink
  /** Messages that mirror this comment. */
  known: readonly Message[]
  attempts: readonly WriteOfClient[]
  /** The client's cards. */
  contactIds: readonly number[]
  /** The user of the token; null while unknown. */
  tokenUserId?: number | null
  /** A client's message precedes it in the feed, so that it is not the first comment. */
  isLater?: boolean
  /** The account returns our source ids with comments, so that a comment without one is a person's. */
  idsHandedBack?: boolean
  now: number
}

/** How a comment was recognised as one of ours; null = a person wrote it. */
export type Recognition = 'by-id' | 'by-text' | 'description' | null

/**
 * By its number or our source id; else as the description at the beginning of the feed; by its text alone
 * only where the account returns no ids, only within minutes of a pending write, and only for an author of
 * that write.
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
      // An old message's text may have been removed.
      write.text !== '' &&
      sameText(comment.text, write.text) &&
      ownerFits(comment, write, marks) &&
      isNear(comment, write, marks),
  )
  return alike ? 'by-text' : null
}

/** As we write an agent's message that stands under somebody else's name (delivery/planfix/planfix-text.ts). */
export const namesAgent = (text: string): boolean =>
  /^[^\n]{1,300}? \(Chatra\)(?:, [^\n]{1,60} UTC)?:(?:\s|$)/.test(text)

/**
 * The task's text is at the beginning of the feed (contracts/planfix.md section 6.3); a later copy of it was
 * pasted by a person.
 */
function isDescription(comment: PlanfixComment, { task, tokenUserId, isLater }: OwnMarks): boolean {
  const first = task.descriptionCommentId ?? null
  if (first !== null) return comment.id === first
  if (isLater === true || !isTextOf(task, comment.text)) return false
  return comment.owner === null || comment.owner.startsWith('contact:') || isTokenUser(comment, tokenUserId)
}

/** Tasks of earlier versions store the text itself until retention removes it. */
function isTextOf({ descriptionPrint, descriptionText = '' }: TaskLink, text: string): boolean {
  if (descriptionPrint !== '' && descriptionPrint === printOfText(text)) return true
  return descriptionText !== '' && sameText(text, descriptionText)
}

function ownerFits(comment: PlanfixComment, write: WriteOfClient, marks: OwnMarks): boolean {
  const { owner } = comment
  if (owner === null) return true
  if (write.ownerUserId !== null) return owner === `user:${write.ownerUserId}`
  if (marks.contactIds.some((id) => owner === `contact:${id}`)) return true
  // A client's text under an employee's name is the employee's.
  if (write.byClient === true) return owner === `user:${marks.tokenUserId ?? ''}`
  return isTokenUser(comment, marks.tokenUserId)
}

/** Any user may be the token's while the token's user is unknown. */
const isTokenUser = ({ owner }: PlanfixComment, tokenUserId: number | null = null): boolean =>
  owner?.startsWith('user:') === true && (tokenUserId === null || owner === `user:${tokenUserId}`)

/** Planfix gives times to the minute, and clocks differ. */
const SLACK_MS = 3 * 60_000
/** How long after its beginning a write may still be executed, and be read. */
const LATEST_MS = 5 * 60_000

/** By the time that Planfix gives, or, where its zone is not known yet, by the time of the read. */
const isNear = (comment: PlanfixComment, { startedAt }: WriteOfClient, { now }: OwnMarks): boolean =>
  [comment.at, now].some((at) => at !== null && at >= startedAt - SLACK_MS && at <= startedAt + LATEST_MS)
