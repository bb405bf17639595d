import type { TaskLink } from '../../../shared/domain.ts'
import type { Change } from '../../engine/ports.ts'
import type { TaskBook } from './book.ts'
import type { Call, Member } from './members.ts'

/** A task that is not in the list: deleted, or no longer visible to us. Returns what that changes. */
export async function missingTask(
  call: Call,
  book: TaskBook,
  member: Member,
  { connectionId, taskId }: TaskLink,
): Promise<Change[]> {
  const read = await call(member, (planfix) => planfix.task(taskId), 'watching')
  const isGone = read && (read.ok ? read.value.isDeleted : read.error.code === 'object-gone')
  if (!isGone) return []
  book.tasks.delete(taskId)
  return [{ type: 'task.patch', connectionId, taskId, patch: { deleted: true, active: false } }]
}
