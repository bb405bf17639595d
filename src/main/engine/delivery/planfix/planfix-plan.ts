import type { Message, PendingWrite, TaskLink } from '../../../../shared/domain.ts'
import { isLateFile } from '../../intake/late-file.ts'
import { pauseEnds } from '../loop-breaker.ts'
import { settlesAt } from '../retry.ts'
import { joinable } from './batch.ts'
import { type ChannelStep, goesByChannel, planAccepted, planChannel } from './channel/channel-plan.ts'
import type { PlanState } from './plan-state.ts'

/**
 * Plans the next step of a conversation toward Planfix: one step = at most one call. Pure, so that after a
 * crash the next step is simply planned again from the stored state.
 */
export type Step =
  | { do: 'idle' }
  | { do: 'wait'; until: number }
  /** Search for the indeterminate write. */
  | { do: 'look'; attempt: PendingWrite }
  /** It does not exist and can no longer arrive: drop the pending write and plan again. */
  | { do: 'give-up-attempt' }
  /** Another conversation with the same address has a card: use it for this client, too. Needs no call. */
  | { do: 'use-card'; contactId: number; email: string }
  /**
   * Too many people use the address, or the owner has separated them: create a card without it. Needs no
   * call.
   */
  | { do: 'own-card'; email: string }
  | { do: 'find-contact'; email: string }
  | { do: 'create-contact' }
  | { do: 'find-task' }
  | { do: 'check-task'; task: TaskLink }
  | { do: 'create-task'; batch: Message[]; previous: TaskLink | null; chatId: string; n: number }
  | { do: 'upload'; message: Message; index: number }
  | { do: 'comment'; batch: Message[]; task: TaskLink }
  | ChannelStep

/**
 * A task's state that was read longer ago than this, and than two polls, is read again before it is used.
 */
const FRESH_MS = 15_000

export function planStep(state: PlanState): Step {
  const { conversation, waiting, now } = state
  if (conversation.planfixLane.notBefore > now)
    return { do: 'wait', until: conversation.planfixLane.notBefore }
  if (conversation.attempt) return planIndeterminate(conversation.attempt, state)
  if (waiting.length === 0) return { do: 'idle' }
  const pausedUntil = pauseEnds(conversation, now)
  if (pausedUntil !== null)
    return Number.isFinite(pausedUntil) ? { do: 'wait', until: pausedUntil } : { do: 'idle' }
  // Planfix would begin a new task for what belongs into the last one.
  const isForLast = state.task !== null && !state.task.deleted && state.task.ours && isAfterTheEnd(state)
  if (goesByChannel(state) && !isForLast) return planChannel(state)
  return planContact(state) ?? planTask(state) ?? planComment(state)
}

function planIndeterminate(attempt: PendingWrite, state: PlanState): Step {
  const { acceptedAt } = attempt
  if (acceptedAt !== undefined) return planAccepted({ ...attempt, acceptedAt }, state)
  const settled = settlesAt(attempt)
  if (state.noMatchAt === null) return { do: 'look', attempt }
  if (state.noMatchAt >= settled) return { do: 'give-up-attempt' }
  if (state.now >= settled) return { do: 'look', attempt }
  return { do: 'wait', until: settled }
}

function planContact({ conversation, client, sameAddress }: PlanState): Step | null {
  if (conversation.contactId !== null) return null
  const { email } = client.profile
  if (email === null || conversation.emailSearched === email) return { do: 'create-contact' }
  if (sameAddress?.join === 'separate') return { do: 'own-card', email }
  const shared = sameAddress?.contactId ?? null
  return shared === null ? { do: 'find-contact', email } : { do: 'use-card', contactId: shared, email }
}

function planTask(state: PlanState): Step | null {
  const { conversation, task, settings, now } = state
  if (!task || task.deleted || !task.ours) {
    if (conversation.searchTask) return { do: 'find-task' }
    return createTask(state)
  }
  if (task.refusesComments) return createTask(state)
  if (isAfterTheEnd(state)) return null
  if (!settings.options.newTaskWhenNoneActive) return null
  const fresh = Math.max(FRESH_MS, 2000 * settings.planfix.pollSeconds)
  if (task.checkedAt + fresh < now) return { do: 'check-task', task }
  return task.active ? null : createTask(state)
}

/**
 * An agent's additions in Chatra after the chat is over, and files that come after their messages, belong
 * into the last task, which stays as it is (F11).
 */
const isAfterTheEnd = ({ conversation, waiting }: PlanState): boolean =>
  waiting.every(
    (message) => isLateFile(message) || (conversation.clientLeft && message.author.kind === 'agent'),
  )

/** The first messages become the task's text; a file cannot, so it follows as a separate comment. */
function createTask({ client, tasksOfChat, previous, task, waiting }: PlanState): Step {
  const batch = joinable(waiting)
  return {
    do: 'create-task',
    batch: batch[0]?.files.length ? [] : batch,
    previous: task && !task.deleted ? task : (previous ?? task),
    chatId: client.profile.chatId,
    n: tasksOfChat + 1,
  }
}

function planComment({ waiting, task }: PlanState): Step {
  if (!task) throw new Error('a comment is planned only once there is a task')
  const batch = joinable(waiting)
  for (const message of batch) {
    const index = message.files.findIndex((file) => file.planfixFileId === null && !file.linkOnly)
    if (index >= 0) return { do: 'upload', message, index }
  }
  return { do: 'comment', batch, task }
}
