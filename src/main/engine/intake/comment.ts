import type { Connection, Employee } from '../../../shared/config.ts'
import type { Attempt, Conversation, Message, MessageState, TaskLink } from '../../../shared/domain.ts'
import { CARRIED_BY_ANOTHER, type Change, type PlanfixComment, type Takeover } from '../ports.ts'
import { comparable, fingerprint, sameText, splitText } from '../text.ts'

/** What the watcher puts into the inbox. */
export interface CommentEvent {
  taskId: number
  comment: PlanfixComment
  /** The watcher found it missing from the feed and asked for it: it is gone. */
  gone?: boolean
  /** Number of the contact that was the task's counterparty when it was read; null = none, absent = not told. */
  counterparty?: number | null
  /** Found at the first look after this computer took over from another one. */
  first?: boolean
}

/** What is known when a comment of Planfix is decided on. */
export interface CommentState {
  settings: Connection
  now: number
  task: TaskLink
  conversation: Conversation
  /** The client's card, and those of threads merged into this one. */
  contactIds: readonly number[]
  /** Messages that mirror this comment, in order of their parts. */
  known: readonly Message[]
  /** Writes of ours into this task that are under way or unclear. */
  attempts: readonly Attempt[]
  maxText: number
  takeover?: Takeover | null
  newId(): number
}

/** Comments older than this are not followed for edits and deletions. */
export const FOLLOW_EDITS_MS = 30 * 24 * 3_600_000
/** Room for a link to each file. */
const LINK_ROOM = 400

export const printOf = (comment: PlanfixComment): string =>
  fingerprint(JSON.stringify([comment.text, comment.files.map((file) => file.id)]))

/** Decides what a comment means: a reply to carry, an internal note, one of our own, an edit, a deletion. */
export function decideComment(
  event: CommentEvent,
  state: CommentState,
): { changes: Change[]; skipped: string | null } {
  const { comment } = event
  const replies = state.known.filter(
    (message) => message.direction === 'to-chatra' && message.kind === 'text',
  )
  if (replies.length > 0) return { changes: decideChanged(event, replies, state), skipped: null }
  if (state.known.length > 0 || isOwn(comment, state)) return { changes: [], skipped: 'own-comment' }
  if (comment.owner?.startsWith('contact:')) return { changes: [], skipped: 'written-by-contact' }
  if (comment.isDeleted || event.gone) return { changes: [], skipped: 'deleted' }
  if (!hasContent(comment)) return { changes: [], skipped: 'empty' }
  const refusal = reasonToKeep(comment, state)
  const doubt = refusal === null && event.first === true ? carriedBefore(comment, state) : null
  return { changes: addReply(comment, refusal, doubt, state), skipped: null }
}

/** Planfix tells times to the minute, its clock may differ, and the other one may not have read it at once. */
const DOUBT_MS = 5 * 60_000
const MINUTE = 60_000

/**
 * Whether the computer that was active before has carried it: what was written well before its end was, what was written
 * after it surely was not, and in between only the owner can tell, by a look into the chat. Null = it was not.
 */
function carriedBefore(comment: PlanfixComment, { takeover }: CommentState): 'skipped' | 'uncertain' | null {
  if (!takeover) return null
  if (comment.at === null) return 'uncertain'
  if (comment.at > takeover.until + MINUTE) return null
  return comment.at < takeover.until - DOUBT_MS ? 'skipped' : 'uncertain'
}

const hasContent = (comment: PlanfixComment) => comment.text.trim() !== '' || comment.files.length > 0

/** Ours: by source id, by what is being written just now, or as the description in front of the feed. */
function isOwn(comment: PlanfixComment, state: CommentState): boolean {
  for (const attempt of state.attempts) {
    if (comment.sourceObjectId !== null && comment.sourceObjectId === attempt.sourceObjectId) return true
    if (sameText(comment.text, attempt.text) && ownerFits(comment, attempt)) return true
  }
  return state.task.descriptionText !== '' && sameText(comment.text, state.task.descriptionText)
}
const ownerFits = (comment: PlanfixComment, attempt: Attempt) =>
  attempt.ownerUserId === null || comment.owner === `user:${attempt.ownerUserId}`

/** Why a comment stays inside Planfix; null when it goes to the client (F2, contracts/planfix.md section 14.11). */
export function reasonToKeep(
  comment: PlanfixComment,
  state: Pick<CommentState, 'settings' | 'contactIds'>,
): string | null {
  const { settings, contactIds } = state
  if (comment.isHidden) return 'internal-hidden'
  if (!mayAnswer(comment.owner, settings)) return 'employee-not-allowed'
  if (settings.options.sendOnlyWhenClientIsRecipient) {
    const notified = contactIds.some((id) => comment.recipients.includes(`contact:${id}`))
    if (!notified) return 'internal-client-not-notified'
  }
  return null
}

/** No employees listed: everyone may answer. Otherwise only those listed and allowed. */
function mayAnswer(owner: string | null, settings: Connection): boolean {
  if (!owner?.startsWith('user:')) return false
  if (settings.employees.length === 0) return true
  return employeeOf(Number(owner.slice(5)), settings)?.allowed === true
}

export const employeeOf = (userId: number, settings: Connection): Employee | null =>
  settings.employees.find((one) => one.planfixUserId === userId) ?? null

/** The texts a comment is sent as, in order. */
function partsOf(comment: PlanfixComment, maxText: number): string[] {
  const text = comment.text.trim()
  const parts = text === '' ? [] : splitText(text, maxText)
  const room = comment.files.length * LINK_ROOM
  const last = parts.at(-1)
  if (comment.files.length > 0 && (last === undefined || last.length + room > maxText)) parts.push('')
  return parts
}

function addReply(
  comment: PlanfixComment,
  refusal: string | null,
  doubt: 'skipped' | 'uncertain' | null,
  state: CommentState,
): Change[] {
  return partsOf(comment, state.maxText).map((text, index, all) =>
    replyMessage(comment, { text, index, files: index === all.length - 1 }, refusal, state, doubt),
  )
}

function replyMessage(
  comment: PlanfixComment,
  part: { text: string; index: number; files: boolean },
  refusal: string | null,
  state: CommentState,
  doubt: 'skipped' | 'uncertain' | null = null,
): Change {
  const id = state.newId()
  const states: { state: MessageState; reason: string | null }[] = refusal
    ? [{ state: 'skipped', reason: refusal }]
    : doubt
      ? [
          { state: 'received', reason: null },
          { state: doubt, reason: CARRIED_BY_ANOTHER },
        ]
      : [
          { state: 'received', reason: null },
          { state: 'queued', reason: null },
        ]
  return {
    type: 'message.add',
    states,
    message: {
      id,
      connectionId: state.settings.id,
      conversationId: state.conversation.id,
      direction: 'to-chatra',
      kind: 'text',
      author: {
        kind: 'employee',
        id: Number(comment.owner?.replace('user:', '') ?? 0),
        name: comment.ownerName,
      },
      text: part.text,
      files: part.files
        ? comment.files.map((file) => ({
            name: file.name,
            url: null,
            planfixFileId: file.id,
            size: file.size,
          }))
        : [],
      originKey: `p:${comment.id}${part.index > 0 ? `:${part.index + 1}` : ''}`,
      chatraClientId: null,
      chatraMessageId: null,
      planfixTaskId: state.task.taskId,
      planfixCommentId: comment.id,
      targetId: null,
      writtenAt: comment.at ?? state.now,
      receivedAt: state.now,
      position: id,
      state: refusal ? 'skipped' : (doubt ?? 'queued'),
      reason: refusal ?? (doubt && CARRIED_BY_ANOTHER),
      late: false,
      attempts: 0,
      // Its echo, should it come, settles it.
      sentAt: doubt ? (comment.at ?? state.now) : null,
      echoed: false,
      sentPrint: doubt ? fingerprint(comparable(part.text)) : null,
      fingerprint: printOf(comment),
    },
  }
}

/** A comment that was sent, or kept, before: edited, deleted, or opened to the client meanwhile. */
function decideChanged(event: CommentEvent, replies: readonly Message[], state: CommentState): Change[] {
  const { comment } = event
  const gone = comment.isDeleted || event.gone === true
  const first = replies[0]
  if (!first) return []
  if (replies.every((reply) => reply.state === 'skipped')) {
    if (gone || !first.reason?.match(/^(internal|employee)/) || reasonToKeep(comment, state) !== null)
      return []
    return reopen(comment, replies, state)
  }
  if (gone) return replies.flatMap((reply) => deletion(reply, state))
  if (first.fingerprint === printOf(comment) || comment.isHidden) return []
  const parts = partsOf(comment, state.maxText)
  const changes: Change[] = []
  parts.forEach((text, index) => {
    const reply = replies[index]
    if (!reply)
      changes.push(replyMessage(comment, { text, index, files: index === parts.length - 1 }, null, state))
    else changes.push(...edition(reply, text, printOf(comment), state))
  })
  for (const extra of replies.slice(parts.length)) changes.push(...deletion(extra, state))
  return changes
}

/** A note that was internal has been opened to the client: now it is a reply. */
function reopen(comment: PlanfixComment, replies: readonly Message[], state: CommentState): Change[] {
  const parts = partsOf(comment, state.maxText)
  return replies.slice(0, parts.length).map((reply, index) => ({
    type: 'message.patch',
    id: reply.id,
    at: state.now,
    patch: {
      state: 'queued',
      reason: null,
      text: parts[index] ?? '',
      position: state.newId(),
      fingerprint: printOf(comment),
    },
  }))
}

const notSentYet = (reply: Message) => reply.state === 'queued' || reply.state === 'retrying'

function edition(reply: Message, text: string, print: string, state: CommentState): Change[] {
  const changed = reply.text !== text
  if (notSentYet(reply) || !changed) {
    return [{ type: 'message.patch', id: reply.id, at: state.now, patch: { text, fingerprint: print } }]
  }
  if (reply.state === 'skipped' || reply.state === 'failed') return []
  return [
    { type: 'message.patch', id: reply.id, at: state.now, patch: { fingerprint: print, text } },
    change('edit', reply, text, `${reply.originKey}:edit:${state.now}:${print}`, state),
  ]
}

function deletion(reply: Message, state: CommentState): Change[] {
  if (notSentYet(reply)) {
    const patch = { state: 'skipped', reason: 'deleted-before-sent' } as const
    return [{ type: 'message.patch', id: reply.id, at: state.now, patch }]
  }
  if (reply.state === 'skipped' || reply.state === 'failed') return []
  return [change('delete', reply, reply.text, `${reply.originKey}:delete`, state)]
}

/** An edit or a deletion is carried like a message, behind those that wait. */
function change(
  kind: 'edit' | 'delete',
  reply: Message,
  text: string,
  originKey: string,
  state: CommentState,
): Change {
  const id = state.newId()
  return {
    type: 'message.add',
    states: [
      { state: 'received', reason: null },
      { state: 'queued', reason: null },
    ],
    message: {
      ...reply,
      id,
      kind,
      text,
      originKey,
      targetId: reply.id,
      chatraMessageId: null,
      receivedAt: state.now,
      writtenAt: state.now,
      position: id,
      state: 'queued',
      reason: null,
      attempts: 0,
      sentAt: null,
      echoed: false,
      sentPrint: null,
    },
  }
}
