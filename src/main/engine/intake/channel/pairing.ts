import type { Message } from '../../../../shared/domain.ts'
import { isSaid } from '../../delivery/planfix/channel/said-comment.ts'
import { ownerOf } from '../../delivery/planfix/planfix-text.ts'
import type { ChannelReply, PlanfixComment } from '../../ports.ts'
import { joinParts, wordPrint } from '../../text.ts'
import type { CommentState } from '../comment/comment-input.ts'
import { isSameName, type ReplyAuthor } from './author.ts'

/**
 * One comment, two announcements: the Chat API's call and the change feed, in any order. Each call is paired with one
 * comment at most and each comment with one call, so that a wrong guess makes a reply late and never doubled or lost.
 */

/** Planfix gives times to the minute, and clocks differ. */
const BEFORE_MS = 2 * 60_000
const AFTER_MS = 2 * 60_000
/**
 * A call without a number and with the words of an earlier one: Planfix repeats a failed call for minutes, and an employee
 * says "OK" twice. The task is read then, and a second comment found there.
 */
const TWICE_MS = 3_600_000
/** How long after a message of ours Planfix may pass it on as if a person had written it. */
const ECHO_MS = 10 * 60_000

/** By REST Planfix shows a comment at once; that of a younger call may still be missing. Milliseconds. */
export const SHOWN_AFTER_MS = 60_000

/** What a comment of a chat's task is, as far as earlier calls tell. */
export type Link =
  /** Written by the Chat API for a message of ours; empty while that message is still under way. */
  | { kind: 'ours'; messages: readonly Message[] }
  /** Announced by a call already: the parts of that reply. */
  | { kind: 'reply'; messages: readonly Message[] }
  /** The same, by author and time alone: another comment of the feed may fit the call better. */
  | { kind: 'perhaps'; messages: readonly Message[] }

type Facts = Pick<CommentState, 'settings' | 'attempts' | 'now'> & {
  recent: readonly Message[]
  numbersAreComments?: boolean | null
}

/** For a comment that no message names yet; `isOpen`: it may fit by author and time alone. */
export function linkOf(comment: PlanfixComment, isOpen: boolean, facts: Facts): Link | null {
  const print = wordPrint(comment.text)
  if (comment.owner?.startsWith('contact:')) {
    const said = facts.recent.find((one) => isSaid(one) && isClients(one) && one.sentFingerprint === print)
    return said ? { kind: 'ours', messages: joinedWith(said, facts.recent) } : null
  }
  const echo = facts.recent.find(
    (one) =>
      isSaid(one) && !isClients(one) && one.sentFingerprint === print && mayBeEchoOf(comment, one, facts),
  )
  if (echo) return { kind: 'ours', messages: joinedWith(echo, facts.recent) }
  const isUnderWay = facts.attempts.some(
    ({ kind, text, byClient, ownerUserId }) =>
      kind === 'chat' &&
      byClient !== true &&
      wordPrint(text) === print &&
      (ownerUserId === null || comment.owner === `user:${ownerUserId}`),
  )
  if (isUnderWay) return { kind: 'ours', messages: [] }
  return announced(comment, print, isOpen, facts.recent)
}

const isClients = ({ author }: Message) => author.kind === 'client'
/** Messages that went into Planfix together. */
const joinedWith = (said: Message, recent: readonly Message[]): Message[] =>
  recent.filter(
    (one) => isSaid(one) && one.sentAt === said.sentAt && one.sentFingerprint === said.sentFingerprint,
  )

function mayBeEchoOf({ owner, at }: PlanfixComment, message: Message, { settings }: Facts): boolean {
  const user = ownerOf(message, settings)
  const isAuthor = owner === null || user === null || owner === `user:${user}`
  const sentAt = message.sentAt ?? 0
  return isAuthor && (at === null || (at >= sentAt - BEFORE_MS && at <= sentAt + ECHO_MS))
}

/**
 * The first call that fits: by its number, else by its words, else by author and time (it was edited since). Planfix never
 * announces what is internal, so that an internal comment fits by number or words alone.
 */
function announced(
  comment: PlanfixComment,
  print: string,
  isOpen: boolean,
  recent: readonly Message[],
): Link | null {
  const calls = callsOf(
    recent.filter(
      ({ direction, kind, planfixCommentId }) =>
        direction === 'to-chatra' && kind === 'text' && planfixCommentId === null,
    ),
  )
  const isAuthor = (call: readonly Message[]) => isBy(comment, call[0])
  const isSame = (call: readonly Message[]) => printOf(call) === print
  const certain =
    calls.find(
      (call) => call[0]?.channelMessageId === String(comment.id) && (isAuthor(call) || isSame(call)),
    ) ?? calls.find((call) => isAuthor(call) && isSame(call))
  if (certain) return { kind: 'reply', messages: certain }
  const near = calls.find((call) => isOpen && isAuthor(call) && isNear(comment.at, call[0]?.receivedAt ?? 0))
  return near ? { kind: 'perhaps', messages: near } : null
}

/** The parts of each reply that a call announced; without a number, the inbox row or the comment tells them apart. */
const callsOf = (replies: readonly Message[]): Message[][] => [
  ...Map.groupBy(
    replies.filter(({ channelMessageId }) => channelMessageId !== null),
    ({ channelMessageId, originKey }) => channelMessageId || /^(w:|p):\d+/.exec(originKey)?.[0],
  ).values(),
]
const printOf = (parts: readonly Message[]): string => wordPrint(joinParts(parts.map(({ text }) => text)))

/** A comment with the words of a call, whoever wrote it: the call's comment may stand there unrecognised. */
export const hasWordsOf = (call: readonly Message[], comment: PlanfixComment): boolean =>
  !comment.isDeleted && wordPrint(comment.text) === printOf(call)

function isBy({ owner, ownerName }: PlanfixComment, message: Message | undefined): boolean {
  if (message?.author.kind !== 'employee') return false
  const { id, name } = message.author
  return owner === null || (id === 0 ? name === '' || isSameName(name, ownerName) : owner === `user:${id}`)
}

const isNear = (at: number | null, receivedAt: number): boolean =>
  at !== null && receivedAt >= at - BEFORE_MS && receivedAt <= at + AFTER_MS

/** What a call repeats or announces, as far as earlier comments and calls tell. */
export type Announcement =
  /** The same call again. */
  | { kind: 'twice' }
  /** A message of ours comes back. */
  | { kind: 'ours'; messages: readonly Message[] }
  /** The change feed was faster: the parts of that reply. */
  | { kind: 'reply'; messages: readonly Message[] }

/** `known`: the messages that were made of a call with this number; `commentId`: its comment, where it is certain. */
export function announcementOf(
  reply: ChannelReply,
  author: ReplyAuthor,
  known: readonly Message[],
  commentId: number | null,
  { recent, attempts, settings, now, numbersAreComments }: Facts,
): Announcement | null {
  if (known.length > 0) return { kind: 'twice' }
  const print = wordPrint(reply.text)
  const names = namesOf([reply])
  const replies = recent.filter(({ direction, kind }) => direction === 'to-chatra' && kind === 'text')
  if (reply.messageId === null) {
    const again = callsOf(replies).some(
      (call) =>
        printOf(call) === print && namesOf(call) === names && now - (call[0]?.receivedAt ?? 0) < TWICE_MS,
    )
    if (again) return { kind: 'twice' }
  }
  const mine = recent.filter(
    (one) =>
      one.direction === 'to-planfix' &&
      one.author.kind === 'agent' &&
      // A call without a number may be repeated.
      !one.channelMessageId &&
      one.sentFingerprint === print &&
      now - (one.sentAt ?? 0) < ECHO_MS &&
      isWriter(author, ownerOf(one, settings)),
  )
  // One call for each time that it was said.
  if (mine.length > 0)
    return { kind: 'ours', messages: mine.filter(({ sentAt }) => sentAt === mine[0]?.sentAt) }
  const isUnderWay = attempts.some(
    ({ kind, text, byClient, ownerUserId }) =>
      kind === 'chat' && byClient !== true && wordPrint(text) === print && isWriter(author, ownerUserId),
  )
  if (isUnderWay) return { kind: 'ours', messages: [] }
  const read = [
    ...Map.groupBy(
      replies.filter((one) => one.planfixCommentId !== null && one.channelMessageId === null),
      ({ planfixCommentId }) => planfixCommentId,
    ).values(),
  ].find((parts) => {
    const [first] = parts
    if (commentId !== null) return first?.planfixCommentId === commentId
    if (first?.author.kind !== 'employee') return false
    const isAuthor =
      author.id === null ? isSameName(first.author.name, author.name) : first.author.id === author.id
    if (isAuthor && numbersAreComments !== false && reply.messageId === String(first.planfixCommentId))
      return true
    return isAuthor && printOf(parts) === print
  })
  return read ? { kind: 'reply', messages: read } : null
}

const namesOf = (parts: readonly { files: readonly { name: string }[] }[]): string =>
  parts.flatMap(({ files }) => files.map(({ name }) => name)).join('\n')

/** An echo is written by the mapped employee, or by the author of Planfix's settings, whom we do not know. */
const isWriter = (author: ReplyAuthor, user: number | null): boolean =>
  user === null || author.id === null || author.id === user

/** How long after its comment Planfix may still repeat a call that failed. */
export const LATE_MS = 3_600_000

/**
 * The change feed has brought a comment of this author whose call did not come yet: this may be it, with the words from
 * before an edit. For an internal comment no call comes: where it was read before its client was notified, the call is
 * a reply of its own.
 */
export const mayBeLate = (author: ReplyAuthor, { recent, now }: Pick<Facts, 'recent' | 'now'>): boolean =>
  recent.some(
    (one) =>
      one.direction === 'to-chatra' &&
      one.planfixCommentId !== null &&
      one.channelMessageId === null &&
      now - one.receivedAt < LATE_MS &&
      one.state !== 'skipped' &&
      one.author.kind === 'employee' &&
      (author.id === null ? isSameName(one.author.name, author.name) : one.author.id === author.id),
  )
