import type { Message } from '../../../../shared/domain.ts'
import { newMessage } from '../../../../shared/messages/new-message.ts'
import { printReason } from '../../../../shared/messages/reason.ts'
import {
  type Change,
  DELIVERED_BEFORE_RESTORE,
  DELIVERED_BY_ANOTHER,
  isRestore,
  type PlanfixComment,
} from '../../ports.ts'
import { comparable, fingerprint } from '../../text.ts'
import { isGuess, type Place } from '../failover.ts'
import { stateChange } from '../patches.ts'
import { type ConversationState, type PlanfixStepRunner, patchOf, upTo } from './planfix-step-runner.ts'

/**
 * They are already in a task, and a comment that counted as a reply is none: another computer has written them, or this one
 * before its store was restored. An agent's message may be the echo of a reply instead (`Place.reply`).
 */
export async function foundWritten(
  work: PlanfixStepRunner,
  written: ReadonlyMap<Message, Place>,
  state: ConversationState,
): Promise<Change[]> {
  const { store, clock, takeover } = work.context
  const at = clock.now()
  const settled: Partial<Message> = isRestore(takeover?.())
    ? { state: 'delivered', reason: DELIVERED_BEFORE_RESTORE }
    : { state: 'skipped', reason: DELIVERED_BY_ANOTHER }
  const changes: Change[] = [
    patchOf(state, { attempt: null, deliveredUpTo: upTo([...written.keys()], state.conversation) }),
  ]
  const linked = new Map<number, Message[]>()
  for (const { commentId } of written.values())
    linked.set(commentId, await store.messagesByComment(state.settings.id, commentId))
  const dropped = new Set<Message>()
  for (const [message, place] of written) {
    const { taskId, commentId, reply } = place
    const guesses = linked.get(commentId)?.filter(isGuess) ?? []
    if (reply) changes.push(...sentReply(message, { ...place, reply }, guesses[0], () => store.newId(), at))
    else {
      const patch = { ...settled, planfixTaskId: taskId, planfixCommentId: commentId }
      changes.push({ type: 'message.patch', id: message.id, at, patch })
      for (const guess of guesses) dropped.add(guess)
    }
  }
  return [
    ...changes,
    ...[...dropped].map((one) => stateChange(one, 'skipped', settled.reason ?? null, at, [one.state])),
  ]
}

/**
 * The echo of a reply that was sent before the restore proves that it arrived: from now on its comment is followed, so that an
 * edit or a deletion reaches the chat, and a repeated call of the Chat API is known. `guess`: what its comment counted as
 * until now.
 */
function sentReply(
  echo: Message,
  { taskId, commentId, reply: comment }: Place & { reply: PlanfixComment },
  guess: Message | undefined,
  newId: () => number,
  at: number,
): Change[] {
  const known: Partial<Message> = {
    state: 'delivered',
    reason: DELIVERED_BEFORE_RESTORE,
    chatraClientId: echo.chatraClientId,
    chatraMessageId: echo.chatraMessageId,
    echoed: true,
    sentAt: echo.writtenAt,
    sentFingerprint: fingerprint(comparable(echo.text)),
  }
  const id = guess?.id ?? newId()
  const reply: Change = guess
    ? { type: 'message.patch', id, at, patch: known, from: [guess.state] }
    : {
        type: 'message.add',
        states: [{ state: 'delivered', reason: DELIVERED_BEFORE_RESTORE }],
        message: newMessage({
          id,
          connectionId: echo.connectionId,
          conversationId: echo.conversationId,
          direction: 'to-chatra',
          author: {
            kind: 'employee',
            id: Number(comment.owner?.replace('user:', '') ?? 0),
            name: comment.ownerName,
          },
          text: echo.text,
          originKey: `p:${commentId}`,
          planfixTaskId: taskId,
          planfixCommentId: commentId,
          writtenAt: comment.at ?? echo.writtenAt,
          receivedAt: at,
          position: id,
          ...known,
        }),
      }
  const reason = printReason({ kind: 'own-echo', messageId: id })
  const patch: Partial<Message> = { state: 'skipped', reason, chatraMessageId: null }
  return [reply, { type: 'message.patch', id: echo.id, at, patch }]
}
