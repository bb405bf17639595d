import type { Message, MessageState } from '../../../../shared/domain.ts'
import { assertNever } from '../../../../shared/errors.ts'
import { newMessage } from '../../../../shared/messages/new-message.ts'
import { addJob } from '../../delivery/patches.ts'
import type { Change, PlanfixComment } from '../../ports.ts'
import type { Part } from '../parts.ts'
import { fingerprintOf } from './comment-fingerprint.ts'
import type { CommentState } from './comment-input.ts'
import { isKeptInside, type ReplyAct } from './reply-plan.ts'

/** How a message is added to the store. */
type Beginning = { state: MessageState; reason: string | null }
export const WAITS: readonly Beginning[] = [
  { state: 'received', reason: null },
  { state: 'queued', reason: null },
]
/** What is known of the comment's place. */
export type ReplyFacts = Pick<
  CommentState,
  'settings' | 'conversation' | 'now' | 'device' | 'changes' | 'newId'
> & {
  task: { taskId: number }
}
const UNSENT: MessageState[] = ['received', 'queued', 'retrying']

/**
 * The changes of a `planReplies` plan in the store; every message of the comment stores the comment's
 * fingerprint.
 */
export function changesOf(
  acts: readonly ReplyAct[],
  comment: PlanfixComment,
  replies: readonly Message[],
  state: ReplyFacts,
): Change[] {
  let behind = 0
  const changes = acts.map((act): Change => {
    switch (act.do) {
      case 'say': {
        const id = state.newId()
        // Parts of one comment stay together while they wait.
        const position = act.behind ? act.behind.position + ++behind / 1024 : id
        return say(act, { id, position }, comment, state)
      }
      case 'reword': {
        const { message, part } = act
        const fields = { text: part.text, files: part.files, author: authorOf(comment) }
        return patch(message, state, fields, [message.state])
      }
      case 'edit':
        return change('edit', act.reply, act.part, WAITS, state)
      case 'remove':
        return change('delete', act.reply, act.reply, WAITS, state)
      case 'keep-inside':
        return change('edit', act.reply, act.part, [{ state: 'skipped', reason: act.reason }], state)
      case 'drop':
      case 'explain': {
        const { message, reason } = act
        const from = UNSENT.includes(message.state) ? UNSENT : [message.state]
        return patch(message, state, { state: 'skipped', reason }, from)
      }
      default:
        return assertNever(act)
    }
  })
  return [
    ...withFingerprint(changes, fingerprintOf(comment), replies, state),
    ...noteOnce(acts, comment, state),
  ]
}

/** Adds the fingerprint to each of the messages that lacks it, in its existing patch if there is one. */
function withFingerprint(
  changes: readonly Change[],
  print: string,
  replies: readonly Message[],
  state: ReplyFacts,
): Change[] {
  const missing = new Set(replies.filter(({ fingerprint }) => fingerprint !== print).map(({ id }) => id))
  const marked = changes.map((one): Change => {
    if (one.type !== 'message.patch' || !missing.delete(one.id)) return one
    return { ...one, patch: { ...one.patch, fingerprint: print } }
  })
  const others = replies.filter(({ id }) => missing.has(id))
  return [...marked, ...others.map((reply) => patch(reply, state, { fingerprint: print }))]
}

const patch = (
  message: Message,
  state: ReplyFacts,
  fields: Partial<Message>,
  from?: MessageState[],
): Change => ({ type: 'message.patch', id: message.id, at: state.now, patch: fields, ...(from && { from }) })

function say(
  { part, again }: Extract<ReplyAct, { do: 'say' }>,
  { id, position }: { id: number; position: number },
  comment: PlanfixComment,
  state: ReplyFacts,
): Change {
  if (!again)
    return replyMessage({ part, id, position, key: `p:${comment.id}:again:${id}` }, WAITS, comment, state)
  const fields: Partial<Message> = {
    state: 'queued',
    reason: null,
    text: part.text,
    files: part.files,
    author: authorOf(comment),
    position,
  }
  if (state.device) fields.chatraClientId = state.device
  return patch(again, state, fields, [again.state])
}

const authorOf = ({ owner, ownerName }: PlanfixComment): Message['author'] => ({
  kind: 'employee',
  id: Number(owner?.replace('user:', '') ?? 0),
  name: ownerName,
})

/** A message of a comment, in the last state of `beginning`. */
export function replyMessage(
  { part, id, position, key }: { part: Part; id: number; position: number; key: string },
  beginning: readonly Beginning[],
  comment: PlanfixComment,
  state: ReplyFacts,
): Extract<Change, { type: 'message.add' }> {
  return {
    type: 'message.add',
    states: [...beginning],
    message: newMessage({
      id,
      connectionId: state.settings.id,
      conversationId: state.conversation.id,
      direction: 'to-chatra',
      author: authorOf(comment),
      text: part.text,
      files: part.files,
      originKey: key,
      chatraClientId: state.device ?? null,
      planfixTaskId: state.task.taskId,
      planfixCommentId: comment.id,
      writtenAt: comment.at ?? state.now,
      receivedAt: state.now,
      position,
      fingerprint: fingerprintOf(comment),
      ...beginning.at(-1),
    }),
  }
}

/** An edit or a deletion is delivered like a message, after the waiting ones. */
function change(
  kind: 'edit' | 'delete',
  reply: Message,
  { text, files }: Part,
  beginning: readonly Beginning[],
  state: ReplyFacts,
): Change {
  const id = state.newId()
  return {
    type: 'message.add',
    states: [...beginning],
    message: {
      ...reply,
      id,
      kind,
      text,
      files,
      targetId: reply.id,
      originKey: `${reply.originKey}:${kind}:${id}`,
      conversationId: state.conversation.id,
      chatraMessageId: null,
      receivedAt: state.now,
      writtenAt: state.now,
      position: id,
      attempts: 0,
      sentAt: null,
      echoed: false,
      sentFingerprint: null,
      state: 'queued',
      reason: null,
      ...beginning.at(-1),
    },
  }
}

/**
 * An employee who changes a reply that the client has, but no longer shows it to the client, gets one note.
 */
function noteOnce(acts: readonly ReplyAct[], comment: PlanfixComment, state: ReplyFacts): Change[] {
  const kept = acts.find(
    (act) =>
      act.do === 'keep-inside' ||
      (act.do === 'drop' && isKeptInside({ ...act.message, state: 'skipped', reason: act.reason })),
  )
  if (!kept || (state.changes ?? []).some(isKeptInside)) return []
  const messageId =
    kept.do === 'keep-inside' ? kept.reply.id : kept.do === 'drop' ? kept.message.targetId : null
  return [
    addJob({
      id: state.newId(),
      connectionId: state.settings.id,
      conversationId: state.conversation.id,
      kind: 'note',
      key: `kept-inside:${comment.id}`,
      data: { what: 'kept-inside', messageId, taskId: state.task.taskId },
      notBefore: state.now,
    }),
  ]
}
