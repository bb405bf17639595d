import type { Connection } from '../../../../shared/config.ts'
import type { Conversation, Message, MessageFile, TaskLink } from '../../../../shared/domain.ts'
import { newMessage } from '../../../../shared/messages/new-message.ts'
import { addJob } from '../../delivery/patches.ts'
import type { Change, ChannelReply, PlanfixComment, Takeover } from '../../ports.ts'
import { wordsOf } from '../../text.ts'
import { isNumber } from '../comment/comment.ts'
import { goneComment } from '../comment/comment-input.ts'
import { mayGoOut, type Verdict } from '../comment/may-go-out.ts'
import { arrivedAt } from '../comment/message-before.ts'
import type { WriteOfClient } from '../comment/own-comment.ts'
import { WAITS } from '../comment/reply-changes.ts'
import { deliveredBefore, inDoubt } from '../delivered-before.ts'
import { partsOf } from '../parts.ts'
import type { ReplyAuthor } from './author.ts'
import { announcementOf, mayBeLate, SHOWN_AFTER_MS } from './pairing.ts'

/** The facts for deciding on a call of the Chat API. */
export interface ChannelState {
  settings: Connection
  now: number
  conversation: Conversation
  /** The chat's current task, if it is known. */
  task: TaskLink | null
  author: ReplyAuthor
  /** The employees of the account could be read, so that a name that is not among them is nobody's. */
  knowsPeople: boolean
  /** Messages made of a call with the same number. */
  known: readonly Message[]
  /** The conversation's messages of the last hours. */
  recent: readonly Message[]
  attempts: readonly WriteOfClient[]
  /** Whether the Chat API's numbers are those of comments; null = not seen yet. */
  numbersAreComments: boolean | null
  maxText: number
  lineLength: (name: string) => number
  /** For a call that came before a restore: the reply may have been sent then. */
  takeover: (Takeover & { backupAt: number }) | null
  /** When the store was restored, if that was in the last hours; milliseconds since 1970. */
  restoredAt: number | null
  /** When the call came in; milliseconds since 1970. */
  receivedAt: number
  /** Our replies that were seen in the chat after a restore, and whose comments are unknown. */
  echoes: readonly Message[]
  newId(): number
}

/** The reply's verdict says `employee-not-allowed`, `empty`, or that it goes out. */
export interface ChannelDecision {
  changes: Change[]
  skipped: string | null
}

/** The same call came before. */
export const RECEIVED_TWICE = 'received-twice'

/** No reason: the author is known by the picture. */
const HOW = { picture: null, name: 'author-by-name', unknown: 'author-unknown' } as const

/**
 * A restored store does not know that an agent's message went into Planfix, so a call may be its echo; or that message is the
 * echo of this reply, and Planfix repeats its call. Once it has been found in the task, the task tells the two apart.
 */
const mayBeLostEcho = ({ text }: ChannelReply, { restoredAt, recent }: ChannelState): boolean =>
  restoredAt !== null &&
  recent.some(
    (one) =>
      one.direction === 'to-planfix' &&
      one.author.kind === 'agent' &&
      one.planfixCommentId === null &&
      one.writtenAt < restoredAt &&
      one.text !== '' &&
      wordsOf(text).endsWith(wordsOf(one.text)),
  )

/** A call that is repeated after a restore may be of a reply whose echo alone is known, until its task has been read. */
const mayBeLostReply = ({ text }: ChannelReply, { takeover, echoes }: ChannelState): boolean =>
  takeover === null &&
  echoes.some((echo) => {
    const [first = ''] = echo.text.split('\n')
    return wordsOf(first) !== '' && wordsOf(text).includes(wordsOf(first))
  })

/** Decides what a reply that Planfix passed on means: new, repeated, one of ours, or read before. */
export function decideReply(reply: ChannelReply, key: string, state: ChannelState): ChannelDecision {
  const { author, known } = state
  const found = announcementOf(reply, author, known, commentIdOf(reply, state), state)
  // Without a number it may be another reply with the same words: the task tells.
  if (found?.kind === 'twice')
    return {
      changes: reply.messageId === null ? [findComment(reply, key, 0, state)] : [],
      skipped: RECEIVED_TWICE,
    }
  if (found?.kind === 'ours')
    return { changes: found.messages.map((one) => named(one, reply, {}, state)), skipped: 'own-comment' }
  if (found?.kind === 'reply')
    return { changes: readBefore(found.messages, reply, state), skipped: 'read-before' }
  const isLate = state.numbersAreComments !== true && mayBeLate(author, state)
  const mayBeLost = mayBeLostEcho(reply, state) || mayBeLostReply(reply, state)
  if (isLate || isForOneOfSeveral(state.recent) || mayBeLost)
    return { changes: [findComment(reply, key, 0, state)], skipped: READ_IN_TASK }
  const comment = commentOf(reply, state)
  const verdict = verdictOf(comment, state)
  const parts = partsOf(comment, state.maxText, state.lineLength)
  const states = verdict.goesOut
    ? [{ state: 'received' as const, reason: HOW[author.by] }, ...WAITS.slice(1)]
    : [{ state: 'skipped' as const, reason: verdict.reason }]
  // After a restore the client's messages of then are not written again yet.
  const device = deviceBefore(state.recent, state.takeover !== null)
  const messages = (parts.length > 0 ? parts : [{ text: '', files: [] }]).map((part, index) => {
    const id = state.newId()
    const message = newMessage({
      id,
      connectionId: state.settings.id,
      conversationId: state.conversation.id,
      direction: 'to-chatra',
      author: { kind: 'employee', id: author.id ?? 0, name: author.name },
      text: part.text,
      files: part.files.map((file) => ({ ...file, url: urlOf(file, reply), planfixFileId: null })),
      originKey: `${key}${index > 0 ? `:${index + 1}` : ''}`,
      channelMessageId: reply.messageId ?? '',
      chatraClientId: device,
      planfixTaskId: state.task?.taskId ?? null,
      planfixCommentId: commentIdOf(reply, state),
      writtenAt: state.now,
      receivedAt: state.now,
      position: id,
      ...states.at(-1),
    })
    return { type: 'message.add' as const, message, states }
  })
  const doubt = verdict.goesOut ? deliveredBefore({ ...comment, at: state.receivedAt }, state.takeover) : null
  const added =
    doubt === null ? messages : inDoubt(messages, doubt, { ...comment, at: state.receivedAt }, state)
  // Usually the comment has been read by then.
  const isUnplaced = verdict.goesOut && (commentIdOf(reply, state) === null || state.task === null)
  const find = isUnplaced ? [findComment(reply, key, SHOWN_AFTER_MS, state)] : []
  return {
    changes: [...added, ...find, ...tick(reply, state)],
    skipped: verdict.goesOut ? null : verdict.reason,
  }
}

/** Number of its comment, where the account's numbers are known to be the same. */
const commentIdOf = ({ messageId }: ChannelReply, { numbersAreComments }: ChannelState): number | null =>
  numbersAreComments === true && messageId !== null && isNumber(messageId) ? Number(messageId) : null

/** The call does not say in which of the client's tasks it was written: the task is read, and its last device answered. */
export const READ_IN_TASK = 'read-in-task'

/**
 * Several devices wrote in several tasks of the chat, or whether the message of one of them is in the task is not known: an
 * answer to one of them must not reach another.
 */
function isForOneOfSeveral(recent: readonly Message[]): boolean {
  const said = recent.filter(isClients)
  const tasks = new Set(said.map(({ planfixTaskId }) => planfixTaskId))
  const isUnclear = said.some(({ state }) => state === 'retrying')
  return (tasks.size > 1 || isUnclear) && new Set(said.map(({ chatraClientId }) => chatraClientId)).size > 1
}
const isClients = ({ direction, author }: Message): boolean =>
  direction === 'to-planfix' && author.kind === 'client'

/**
 * The device that the employee answers: the last one whose message is in the task. A message that is still being written
 * was not read yet.
 */
const deviceBefore = (recent: readonly Message[], isAnyState = false): string | null =>
  recent
    .filter((message) => isClients(message) && (isAnyState || message.state === 'delivered'))
    .toSorted((a, b) => arrivedAt(a) - arrivedAt(b))
    .at(-1)?.chatraClientId ?? null

/** Two pictures may have one name: the place tells them apart. */
const urlOf = ({ planfixFileId: place }: MessageFile, { files }: ChannelReply): string | null =>
  files[(place ?? 0) - 1]?.url ?? null

/** The call as the comment that it announces; files have places instead of numbers. */
const commentOf = ({ text, files }: ChannelReply, { author }: ChannelState): PlanfixComment => ({
  ...goneComment(0),
  isDeleted: false,
  text,
  owner: author.id === null ? null : `user:${author.id}`,
  ownerName: author.name,
  files: files.map(({ name }, index) => ({ id: index + 1, name, size: null })),
})

/** Planfix passes on only what notifies the client; who may answer is for us to say (F2). */
function verdictOf(comment: PlanfixComment, { settings, author, knowsPeople }: ChannelState): Verdict {
  const open = { ...settings, options: { ...settings.options, sendOnlyWhenClientIsRecipient: false } }
  if (author.id !== null) return mayGoOut(comment, open, [])
  // One of several of that name: all of them must be allowed. A name of nobody, where some are not: not allowed.
  const each = author.mayBe.map((id) => mayGoOut({ ...comment, owner: `user:${id}` }, open, []))
  const refused = each.find(({ goesOut }) => !goesOut)
  if (refused) return refused
  if (each.length > 0 || settings.employees.length === 0 || !knowsPeople)
    return each[0] ?? mayGoOut({ ...comment, owner: 'user:0' }, { ...open, employees: [] }, [])
  return { goesOut: false, reason: 'employee-not-allowed' }
}

/** The change feed was faster. What it kept for want of the client among those notified goes out now: it was notified. */
function readBefore(parts: readonly Message[], reply: ChannelReply, state: ChannelState): Change[] {
  const device = deviceBefore(state.recent)
  return [
    ...parts.map((one): Change => {
      if (one.state !== 'skipped' || one.reason !== 'internal-client-not-notified')
        return named(one, reply, {}, state)
      return named(
        one,
        reply,
        { state: 'queued', reason: null, chatraClientId: one.chatraClientId ?? device },
        state,
      )
    }),
    ...tick(reply, state),
  ]
}

const named = (
  message: Message,
  { messageId }: ChannelReply,
  patch: Partial<Message>,
  { now }: ChannelState,
): Change => ({
  type: 'message.patch',
  id: message.id,
  at: now,
  patch: { ...patch, channelMessageId: messageId ?? '' },
})

/** Its comment is looked for, `afterMs` from now. */
const findComment = (
  { chatId }: ChannelReply,
  key: string,
  afterMs: number,
  { settings, conversation, now, receivedAt, newId }: ChannelState,
): Change =>
  addJob({
    id: newId(),
    connectionId: settings.id,
    conversationId: conversation.id,
    kind: 'find-comment',
    key,
    data: { chatId, calledAt: receivedAt },
    notBefore: now + afterMs,
  })

/** What becomes of it is shown at the comment in Planfix. */
const tick = ({ messageId }: ChannelReply, { settings, conversation, now, newId }: ChannelState): Change[] =>
  messageId === null
    ? []
    : [
        addJob({
          id: newId(),
          connectionId: settings.id,
          conversationId: conversation.id,
          kind: 'tick',
          key: messageId,
          data: { channelMessageId: messageId },
          notBefore: now,
        }),
      ]
