import type { Message } from '../../../shared/domain.ts'
import { ok, type Result } from '../../../shared/errors.ts'
import type { EngineContext } from '../context.ts'
import { clientSourceId, messageSourceId } from '../identity.ts'
import type { PlanfixComment, PlanfixContact, PlanfixTask } from '../ports.ts'
import { comparable } from '../text.ts'
import type { Loaded } from './planfix-work.ts'

/**
 * Looks for what the computer that was active before may have written already
 * (docs/architecture.md, "Several computers"): source ids are the same on every computer, so its contacts and comments are recognised by them.
 */

/** What a conversation was begun with so long ago is not looked for any more. */
const LOOK_DAYS = 30
const DAY = 24 * 3_600_000
/** The clocks of the services may differ by so much. */
const SLACK_MS = 3 * 60_000

const takenAt = (context: EngineContext): number | null => {
  const at = context.takeover?.()?.at ?? null
  return at !== null && context.clock.now() - at < LOOK_DAYS * DAY ? at : null
}

/** The client's card that another computer has made; null = it is not there, or nobody else carried. */
export async function contactMadeBefore(
  context: EngineContext,
  state: Loaded,
  name: string,
): Promise<Result<PlanfixContact | null>> {
  if (takenAt(context) === null) return ok(null)
  const { planfix } = state.connection
  const sourceObjectId = clientSourceId(state.settings.id, state.client.clientId)
  const startedAt = context.clock.now() - LOOK_DAYS * DAY
  const found = await planfix.lookForContacts({ sourceObjectId, startedAt, name })
  if (!found.ok) return found
  // By its name alone it might be somebody else's.
  return ok(found.value.find((one) => one.sourceObjectId === sourceObjectId && !one.isDeleted) ?? null)
}

/** The task that another computer has begun and that is still in use; `ours` knows it among those of the client's card. */
export async function taskMadeBefore<T>(
  context: EngineContext,
  state: Loaded,
  ours: (tasks: readonly PlanfixTask[]) => Promise<T | null>,
): Promise<Result<T | null>> {
  const at = takenAt(context)
  if (at === null || (state.task?.createdAt ?? state.previous?.createdAt ?? 0) >= at) return ok(null)
  const { planfix } = state.connection
  await planfix.pacer.turn(0, String(state.conversation.id))
  const found = await planfix.tasksOfContact(state.conversation.contactId ?? 0)
  return found.ok ? ok(await ours(found.value)) : found
}

/** Which of these messages stand in the task already, and in which comment. */
export async function writtenBefore(
  context: EngineContext,
  state: Loaded,
  taskId: number,
  batch: readonly Message[],
): Promise<Result<Map<Message, PlanfixComment>>> {
  const written = new Map<Message, PlanfixComment>()
  const at = takenAt(context)
  const doubtful = at === null ? [] : batch.filter(({ writtenAt }) => writtenAt < at + SLACK_MS)
  if (doubtful.length === 0) return ok(written)
  const { planfix } = state.connection
  await planfix.pacer.turn(0, String(state.conversation.id))
  const feed = await planfix.comments(taskId, 0)
  if (!feed.ok) return feed
  for (const message of doubtful) {
    const sourceObjectId = messageSourceId(state.settings.id, message.originKey.replace(/^c:/, ''))
    const comment = feed.value.comments.find(
      (one) => one.sourceObjectId === sourceObjectId || holds(one, message),
    )
    if (comment) written.set(message, comment)
  }
  return ok(written)
}

/** Joined messages have the source id of the first of them; the others are lines of the comment, or of the task's text. */
function holds(comment: PlanfixComment, message: Message): boolean {
  if (message.text.trim() === '' || (comment.at !== null && comment.at < message.writtenAt - SLACK_MS))
    return false
  const lines = (text: string) => `\n${text.split('\n').map(comparable).join('\n')}\n`
  return lines(comment.text).includes(lines(message.text))
}
