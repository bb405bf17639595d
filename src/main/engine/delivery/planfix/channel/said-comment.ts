import type { Message, PendingWrite } from '../../../../../shared/domain.ts'
import { ok, type Result } from '../../../../../shared/errors.ts'
import type { EngineContext } from '../../../context.ts'
import type { PlanfixComment } from '../../../ports.ts'
import { wordPrint } from '../../../text.ts'
import type { ConversationState } from '../planfix-step-runner.ts'

/** Tolerance between Planfix's clock, in minutes, and ours. */
const SLACK_MS = 3 * 60_000
/** Until the account's zone is learned, its local digits may be read as UTC. */
const FARTHEST_ZONE_MS = 12 * 3_600_000

/** By the client, where the client wrote it, and otherwise by a person of the account. */
const isByAuthor = (
  { owner }: PlanfixComment,
  { ownerUserId }: PendingWrite,
  isClients: boolean,
): boolean => {
  if (owner === null) return true
  if (isClients) return owner.startsWith('contact:')
  return ownerUserId === null ? owner.startsWith('user:') : owner === `user:${ownerUserId}`
}

/**
 * The comment of an indeterminate message of the chat; null when there is none. Takes a slot of REST. Messages with equal
 * words that were said before it, and whose comments are not known, have the first of the comments.
 */
export async function saidComment(
  { store }: EngineContext,
  attempt: PendingWrite,
  taskId: number,
  { connection, conversation, settings, slot }: ConversationState,
): Promise<Result<number | null>> {
  await slot()
  const page = await connection.planfix.comments(taskId, 0)
  if (!page.ok) return page.error.code === 'object-gone' ? ok(null) : page
  const print = wordPrint(attempt.text)
  const since = Math.max(attempt.startedAt - SLACK_MS - FARTHEST_ZONE_MS, beginningOf(page.value))
  const first = attempt.messageIds[0]
  const message = first === undefined ? null : await store.message(first)
  const isClients = message?.author.kind !== 'agent'
  const candidates: PlanfixComment[] = []
  for (const comment of page.value.comments.toSorted((a, b) => a.id - b.id)) {
    if (comment.isDeleted || (comment.at !== null && comment.at < since)) continue
    if (wordPrint(comment.text) !== print || !isByAuthor(comment, attempt, isClients)) continue
    if ((await store.messagesByComment(settings.id, comment.id)).length === 0) candidates.push(comment)
  }
  const before = (await store.messagesSince(conversation.id, since)).filter(
    (one) => isSaid(one) && one.sentFingerprint === print && (one.sentAt ?? 0) < attempt.startedAt,
  )
  // Messages joined in one comment count once.
  const said = new Set(before.map(({ sentAt }) => sentAt)).size
  return ok(candidates[said]?.id ?? null)
}

/** Of a feed that goes on behind the page: the time of the page's oldest comment. */
const beginningOf = ({
  comments,
  complete,
}: {
  comments: readonly PlanfixComment[]
  complete: boolean
}): number => (complete ? 0 : Math.min(...comments.map(({ at }) => at ?? 0)))

/** It went into Planfix by the Chat API, and its comment is not known yet. */
export const isSaid = ({ direction, state, planfixCommentId, sentFingerprint }: Message): boolean =>
  direction === 'to-planfix' && state === 'delivered' && planfixCommentId === null && sentFingerprint !== null
