import type { Message, TaskLink } from '../../../../shared/domain.ts'
import { addJob } from '../../delivery/patches.ts'
import { type Change, isRestore, type PlanfixComment } from '../../ports.ts'
import { wordPrint } from '../../text.ts'
import { linkOf } from '../channel/pairing.ts'
import { deliveredBefore, inDoubt, shownInDoubt } from '../delivered-before.ts'
import { partsOf } from '../parts.ts'
import type { CommentEvent, CommentState } from './comment-input.ts'
import { mayGoOut } from './may-go-out.ts'
import { namesAgent, recognise } from './own-comment.ts'
import { changesOf, replyMessage, WAITS } from './reply-changes.ts'
import { planReplies } from './reply-plan.ts'
import { explainOnce } from './stays-inside.ts'

export interface CommentDecision {
  changes: Change[]
  /** Why nothing is delivered; null when a message is delivered or changed. */
  skipped: string | null
}

/** Edits and deletions of older comments are ignored. */
export const FOLLOW_EDITS_MS = 30 * 24 * 3_600_000

/** It counts as ours only by its text. */
export const OWN_BY_TEXT = 'own-comment-by-text'

/**
 * Decides what the current version of a comment means: a reply to deliver, an internal note, one of our own,
 * another version, a deletion.
 */
export function decideComment(event: CommentEvent, state: CommentState): CommentDecision {
  const comment = event.gone === true ? { ...event.comment, isDeleted: true } : event.comment
  const learnt = whatItTeaches(event, state)
  const replies = state.known.filter(
    (message) => message.direction === 'to-chatra' && message.kind === 'text',
  )
  const isFirstRead = ({ channelMessageId, fingerprint }: Message) =>
    channelMessageId !== null && fingerprint === null
  if (replies.length > 0 && replies.every(isFirstRead) && !comment.isDeleted)
    return announcedBefore(comment, replies, learnt, state)
  if (replies.length > 0) {
    const next = nextVersion(comment, replies, state)
    const changes = [...learnt, ...(event.first === true ? shownInDoubt(next, comment, state) : next)]
    return { changes, skipped: changes.length > 0 ? null : 'nothing-new' }
  }
  // What is internal fits by author and time when nothing else of the feed fits: then its call's reply is kept back.
  const isOpen = mayGoOut(comment, state.settings, state.contactIds).goesOut
  const link = state.task.byChannel
    ? linkOf(comment, isOpen || event.again === true, { ...state, recent: state.recent ?? [] })
    : null
  if (link?.kind === 'ours')
    return { changes: [...learnt, ...linked(comment, link.messages, state)], skipped: 'own-comment' }
  if (link?.kind === 'perhaps' && event.again !== true && event.first !== true)
    return { changes: [...learnt, readAgain(comment, state)], skipped: 'read-again' }
  if (link?.kind === 'reply' || link?.kind === 'perhaps')
    return announcedBefore(comment, link.messages, learnt, state)
  const ours = recognise(comment, state)
  if (ours === 'description') learnt.push(taskPatch(state, { descriptionCommentId: comment.id }))
  if (ours !== null) return { changes: learnt, skipped: ours === 'by-text' ? OWN_BY_TEXT : 'own-comment' }
  if (comment.owner?.startsWith('contact:')) return { changes: learnt, skipped: 'written-by-contact' }
  if (comment.isDeleted) return { changes: learnt, skipped: 'deleted' }
  // Only programs set source ids: after a restore our own comments from the period since the backup are
  // unknown. The Chat API gives none, and writes an agent's words under an employee.
  const isByProgram =
    comment.sourceObjectId !== null || (state.task.byChannel === true && namesAgent(comment.text))
  if (event.first === true && isRestore(state.takeover) && isByProgram)
    return { changes: learnt, skipped: 'own-comment' }
  const changes = firstVersion(comment, event.first === true, state)
  return { changes: [...learnt, ...changes], skipped: changes.length > 0 ? null : 'empty' }
}

/** When the rest of the feed has been decided on, what is left fits. Milliseconds. */
const READ_AGAIN_MS = 5000
const readAgain = (
  { id }: PlanfixComment,
  { settings, conversation, task, now, newId }: CommentState,
): Change =>
  addJob({
    id: newId(),
    connectionId: settings.id,
    conversationId: conversation.id,
    kind: 'reread',
    key: `comment:${id}`,
    data: { taskId: task.taskId, commentId: id },
    notBefore: now + READ_AGAIN_MS,
  })

const linked = (comment: PlanfixComment, messages: readonly Message[], state: CommentState): Change[] =>
  messages.map(({ id }) => ({
    type: 'message.patch',
    id,
    at: state.now,
    patch: { planfixCommentId: comment.id },
  }))

/**
 * The Chat API has passed it on before. From now on its comment's versions are followed; the first one counts as what was
 * passed on when only its signs differ, and notified the client, unless it has become internal since.
 */
function announcedBefore(
  comment: PlanfixComment,
  replies: readonly Message[],
  learnt: readonly Change[],
  state: CommentState,
): CommentDecision {
  const parts = partsIn(comment, state)
  const isSame =
    parts.length === replies.length &&
    parts.every(({ text }, index) => wordPrint(text) === wordPrint(replies[index]?.text ?? ''))
  const place = { planfixTaskId: state.task.taskId, planfixCommentId: comment.id }
  const now = replies.map((reply, index) => ({ ...reply, ...(isSame && parts[index]), ...place }))
  const patches = now.map(
    ({ id, text, files }): Change => ({
      type: 'message.patch',
      id,
      at: state.now,
      patch: { ...place, ...(isSame && { text, files }) },
    }),
  )
  const names = namesClients(comment, replies, state)
  // Other words may have become internal together with the ticks.
  const open = { ...state.settings.options, sendOnlyWhenClientIsRecipient: false }
  const settings = isSame && !names.isInternal ? { ...state.settings, options: open } : state.settings
  const changes = nextVersion(comment, now, { ...state, settings })
  return {
    changes: [
      ...learnt,
      ...patches,
      ...names.learnt,
      ...changes,
      ...learnNumbers(comment, replies, isSame, state),
    ],
    skipped: 'read-before',
  }
}

/** After this time a comment may have become internal unnoticed. Milliseconds. */
const AT_ONCE_MS = 60_000

/**
 * Planfix passes on only what notifies the client. No public source says whether such a comment names the client among
 * those notified: the first ones tell. Where it does, one that names nobody outside has become internal since; so has,
 * where that is not known yet, one that is read late.
 */
function namesClients(
  { recipients }: PlanfixComment,
  [first]: readonly Message[],
  state: CommentState,
): { isInternal: boolean; learnt: Change[] } {
  const known = state.chatNamesClients ?? null
  if (recipients.some((one) => one.startsWith('contact:')))
    return { isInternal: false, learnt: known === true ? [] : [fact(state, CHAT_NAMES_CLIENTS, true)] }
  if (known !== null) return { isInternal: known, learnt: [] }
  const isLate = state.now - (first?.receivedAt ?? 0) > AT_ONCE_MS
  return { isInternal: isLate, learnt: isLate ? [] : [fact(state, CHAT_NAMES_CLIENTS, false)] }
}

/**
 * The first comment that was announced tells whether the Chat API's numbers are those of comments. Then the comments of
 * all other calls are known, also of those that were deleted before they could be read.
 */
function learnNumbers(
  comment: PlanfixComment,
  [first]: readonly Message[],
  isSame: boolean,
  state: CommentState,
): Change[] {
  const number = first?.channelMessageId ?? ''
  if ((state.numbersAreComments ?? null) !== null || !isNumber(number)) return []
  const value = Number(number) === comment.id
  // Paired by author and time alone, other numbers say nothing.
  if (!value && !isSame) return []
  const others = (state.recent ?? []).filter(
    ({ direction, channelMessageId, planfixCommentId }) =>
      direction === 'to-chatra' &&
      planfixCommentId === null &&
      isNumber(channelMessageId ?? '') &&
      channelMessageId !== number,
  )
  return [
    fact(state, NUMBERS_ARE_COMMENTS, value),
    ...(value ? others : []).map(
      ({ id, channelMessageId }): Change => ({
        type: 'message.patch',
        id,
        at: state.now,
        patch: { planfixCommentId: Number(channelMessageId), planfixTaskId: state.task.taskId },
      }),
    ),
  ]
}

/** Another version of a comment that was sent, or kept internal, before. */
function nextVersion(comment: PlanfixComment, replies: readonly Message[], state: CommentState): Change[] {
  const verdict = mayGoOut(comment, state.settings, state.contactIds)
  const bound = replies.find((reply) => reply.chatraClientId !== null)?.chatraClientId
  const here = { ...state, device: bound ?? state.device ?? null }
  const acts = planReplies({ verdict, parts: partsIn(comment, state) }, replies, state.changes ?? [])
  return changesOf(acts, comment, replies, here)
}

function firstVersion(comment: PlanfixComment, isFirstLook: boolean, state: CommentState): Change[] {
  const verdict = mayGoOut(comment, state.settings, state.contactIds)
  const parts = partsIn(comment, state)
  if (!verdict.goesOut) {
    // A comment without visible content is recorded as well: text or files may be added, and it may be
    // opened.
    const kept = parts.length > 0 ? parts : [{ text: '', files: [] }]
    const states = [{ state: 'skipped' as const, reason: verdict.reason }]
    const added = kept.map((part, index) =>
      replyMessage(place(part, index, comment, state), states, comment, state),
    )
    const explained = isFirstLook ? [] : explainOnce(comment, verdict.reason, added[0]!.message.id, state)
    return [...added, ...explained]
  }
  const mayBeDelivered = isFirstLook && state.isSinceTakeover !== true
  const doubt = mayBeDelivered ? deliveredBefore(comment, state.takeover ?? null) : null
  const added = parts.map((part, index) =>
    replyMessage(place(part, index, comment, state), WAITS, comment, state),
  )
  return doubt === null ? added : inDoubt(added, doubt, comment, state)
}

function place<T>(part: T, index: number, comment: PlanfixComment, state: CommentState) {
  const id = state.newId()
  return { part, id, position: id, key: `p:${comment.id}${index > 0 ? `:${index + 1}` : ''}` }
}

const partsIn = (comment: PlanfixComment, { maxText, lineLength = (name) => name.length }: CommentState) =>
  partsOf(comment, maxText, lineLength)

/** Facts about the task and the account that a comment reveals. */
function whatItTeaches(event: CommentEvent, state: CommentState): Change[] {
  const { comment, counterparty } = event
  const changes: Change[] = []
  if (counterparty !== undefined && counterparty !== (state.task.counterparty ?? null))
    changes.push(taskPatch(state, { counterparty }))
  if (comment.sourceObjectId !== null && state.idsHandedBack !== true)
    changes.push(fact(state, IDS_HANDED_BACK, true))
  // A note of the bridge has no author of its own: it is written as the token's user.
  const note = state.known.some((message) => message.author.kind === 'bridge')
  const owner = Number(comment.owner?.match(/^user:(\d+)$/)?.[1] ?? Number.NaN)
  if (note && (state.tokenUserId ?? null) === null && !Number.isNaN(owner))
    changes.push(fact(state, TOKEN_USER, owner))
  return changes
}

/** Planfix numbers messages of its Chat API and comments alike, as far as they can be compared. */
export const isNumber = (text: string): boolean => /^\d{1,15}$/.test(text)

/** Names of facts about a connection. */
export const NUMBERS_ARE_COMMENTS = 'chatNumbersAreComments'
/** Whether comments that the Chat API passes on name the client among those notified. */
export const CHAT_NAMES_CLIENTS = 'chatNamesClients'
export const IDS_HANDED_BACK = 'commentIdsHandedBack'
export const TOKEN_USER = 'tokenUserId'

const fact = ({ settings }: CommentState, key: string, value: unknown): Change => ({
  type: 'fact.set',
  connectionId: settings.id,
  key,
  value,
})
const taskPatch = ({ task }: CommentState, patch: Partial<TaskLink>): Change => ({
  type: 'task.patch',
  connectionId: task.connectionId,
  taskId: task.taskId,
  patch,
})
