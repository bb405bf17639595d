import type { Result } from '../../../../shared/errors.ts'
import type { Change } from '../../ports.ts'
import { WAITS_FOR_TARGET } from '../chatra/chatra-plan.ts'
import { addJob, taskPatch } from '../patches.ts'
import { type JobOutcome, type JobState, SLOW_LOOK_MS } from './job.ts'

const MINUTE = 60_000
/** More do not wait for a client who has left. */
const MOST_WAITING = 100

/** F11: when the chat is over, the task is completed, once no work of the conversation is waiting. */
export async function complete(state: JobState<'complete'>): Promise<JobOutcome> {
  const { context, connection, conversation, job, now } = state
  const { planfix, settings } = connection
  if (!settings.options.completeWhenClientLeaves) return { done: [] }
  // For a conversation that was merged into this one: its own task.
  const named = job.data.taskId ?? null
  if (named === null && (await somethingWaits(state))) return { waits: now + SLOW_LOOK_MS }
  const taskId = named ?? conversation.taskId
  const task = taskId === null ? null : await context.store.task(settings.id, taskId)
  if (!task || task.deleted) return { done: [] }
  // Another person's task: the bridge must not complete it.
  if (!task.ours) return { done: [leftAlone(state, task.taskId)] }
  await state.slot()
  const read = await planfix.task(task.taskId)
  if (!read.ok) {
    if (read.error.code !== 'object-gone') return { error: read.error }
    return { done: [taskPatch(task, { deleted: true, active: false })] }
  }
  const { status } = read.value
  if (status && planfix.isStatusActive(status) === false) {
    // A person, or Planfix, has already ended it: the chosen status stays.
    return { done: [taskPatch(task, { active: false, checkedAt: now, closedAt: now })] }
  }
  const target = await planfix.completedStatusId()
  if (!target.ok) return { error: target.error }
  if (target.value === null) {
    const event = {
      time: now,
      connectionId: settings.id,
      level: 'warning',
      key: 'event.no-completed-status',
      params: {},
    } as const
    return { done: [{ type: 'event.add', event }] }
  }
  // A message may have come while the status was read.
  if (named === null && (await somethingWaits(state))) return { waits: now + SLOW_LOOK_MS }
  const still = await context.store.jobs(conversation.id)
  if (!still.some((one) => one.id === job.id)) return { done: [] }
  await state.slot()
  const changed = await planfix.updateTask(task.taskId, { statusId: target.value })
  if (!changed.ok) return { error: changed.error }
  const closedAt = context.clock.now()
  return { done: [taskPatch(task, { active: false, checkedAt: closedAt, closedAt })] }
}

const leftAlone = ({ connection, conversation, now }: JobState, task: number): Change => ({
  type: 'event.add',
  event: {
    time: now,
    connectionId: connection.settings.id,
    level: 'info',
    key: 'event.task-not-ours',
    params: { task, conversation: conversation.id },
  },
})

async function somethingWaits({ context, conversation }: JobState): Promise<boolean> {
  const current = await context.store.conversation(conversation.id)
  if (current?.attempt) return true
  if (await context.store.isWaiting(conversation.id, 'to-planfix')) return true
  const replies = await context.store.waiting(conversation.id, 'to-chatra', MOST_WAITING)
  // Changes of an uncertain reply may have to wait for its owner.
  return replies.some(({ state, reason }) => state !== 'uncertain' && reason !== WAITS_FOR_TARGET)
}

/**
 * No event says that a visitor left (contracts/chatra.md section 6). After `leaveAfterMinutes` of silence the
 * job asks Chatra whether the visit is over; while it is not, the job asks again after the same time, up to a
 * day.
 */
export async function leaveCheck(state: JobState<'leave-check'>): Promise<JobOutcome> {
  const { context, connection, conversation, job, now } = state
  const quiet = connection.settings.options.leaveAfterMinutes * MINUTE
  // With a clock that was ahead it may lie in the future.
  const quietSince = Math.min(conversation.lastActivityAt, now)
  if (now < quietSince + quiet) return { later: quietSince + quiet }
  const { clientId } = job.data
  const read = await inSlot(connection, () => connection.chatra.client(clientId))
  if (!read.ok) return read.error.code === 'object-gone' ? { done: [] } : { error: read.error }
  const visit = read.value.visit
  if (visit?.finishedAt == null) {
    const tries = (job.data.tries ?? 0) + 1
    if (now > quietSince + 24 * 60 * MINUTE || visit === null) return { done: [] }
    return { later: now + quiet * Math.min(tries, 6), data: { ...job.data, tries } }
  }
  const over = Math.max(visit.finishedAt, quietSince) + quiet
  if (now < over) return { later: over }
  return {
    done: [
      { type: 'conversation.patch', id: conversation.id, patch: { clientLeft: true } },
      addJob({
        id: context.store.newId(),
        connectionId: job.connectionId,
        conversationId: job.conversationId,
        kind: 'complete',
        key: 'task',
        data: {},
        notBefore: now,
      }),
    ],
  }
}

/** A job's call has a lower priority than replies. */
async function inSlot<T>(
  { chatraLimiter: limiter }: JobState['connection'],
  ask: () => Promise<Result<T>>,
): Promise<Result<T>> {
  const slot = await limiter.slot('read')
  try {
    const answer = await ask()
    if (slot && answer.ok) limiter.succeeded(slot)
    else if (slot && !answer.ok && answer.error.code === 'rate-limited')
      limiter.refused(slot, answer.error.retry.when === 'at' ? answer.error.retry.time : null)
    return answer
  } finally {
    slot?.release()
  }
}
