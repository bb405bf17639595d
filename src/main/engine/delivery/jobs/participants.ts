import type { JobOutcome, JobState } from './job.ts'

/**
 * Planfix made the task of a chat by the template of its settings: the people of ours are added to its participants.
 * Only users: REST replaces the list, and a task's groups and contacts are the template's.
 */
export async function participants({ connection, job, slot }: JobState<'participants'>): Promise<JobOutcome> {
  const { planfix, settings } = connection
  const wanted = settings.planfix.participants.flatMap((one) =>
    one.startsWith('user:') ? [Number(one.slice(5))] : [],
  )
  await slot()
  const read = await planfix.task(job.data.taskId)
  if (!read.ok) return read.error.code === 'object-gone' ? { done: [] } : { error: read.error }
  const present = read.value.participantUserIds
  const participantUserIds = [...new Set([...present, ...wanted])]
  if (participantUserIds.length === present.length) return { done: [] }
  await slot()
  const changed = await planfix.updateTask(job.data.taskId, { participantUserIds })
  if (!changed.ok) return changed.error.retry.when === 'never' ? { done: [] } : { error: changed.error }
  return { done: [] }
}
