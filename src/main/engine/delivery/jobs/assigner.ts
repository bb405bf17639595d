import { ASSIGNER_AGAIN_MS, assignerIs } from '../patches.ts'
import type { JobOutcome, JobState } from './job.ts'

/**
 * The first task of a connection reveals two properties of the account (contracts/planfix.md sections 6.1 and
 * 6.3): who the token's user is, and whether a contact is accepted as assigner with the task still visible to
 * us. The token's user becomes a participant first, so that its creator cannot lose the task.
 */
export async function assigner(state: JobState<'assigner'>): Promise<JobOutcome> {
  const { connection, conversation, job } = state
  const { planfix } = connection
  const connectionId = connection.settings.id
  const { taskId } = job.data
  const contactId = job.data.contactId ?? conversation.contactId
  // Planfix refused a task with the client as assigner, and accepted it without: perhaps the account's rule
  // has changed.
  const isDoubted = job.data.again === true
  if (contactId === null || (!isDoubted && (await isKnown(state)))) return { done: [] }
  const verdict = (value: 'contact' | 'no'): JobOutcome => ({
    done: assignerIs(value, connectionId, state.now),
  })

  await state.slot()
  const before = await planfix.task(taskId)
  if (!before.ok) return before.error.code === 'object-gone' ? { done: [] } : { error: before.error }
  const maker = before.value.assigner
  if (maker === `contact:${contactId}`) return verdict('no')
  if (!maker?.startsWith('user:')) return verdict('no')
  const tokenUserId = Number(maker.slice(5))
  await state.context.store.commit([
    { type: 'fact.set', connectionId, key: 'tokenUserId', value: tokenUserId },
  ])

  await state.slot()
  const participantUserIds = [...new Set([...before.value.participantUserIds, tokenUserId])]
  const changed = await planfix.updateTask(taskId, { assignerContactId: contactId, participantUserIds })
  if (!changed.ok) {
    if (changed.error.retry.when !== 'never') return { error: changed.error }
    // Only the same change without the contact shows whether the contact is the cause.
    await state.slot()
    const without = await planfix.updateTask(taskId, { participantUserIds })
    if (without.ok) return verdict('no')
    return without.error.retry.when === 'never' ? { done: [] } : { error: without.error }
  }
  if (changed.value.failures.includes('assigner')) return verdict('no')

  await state.slot()
  const after = await planfix.task(taskId)
  if (!after.ok) return after.error.code === 'object-gone' ? verdict('no') : { error: after.error }
  if (after.value.assigner === `contact:${contactId}`) return verdict('contact')
  // A queued change (202) may still show the old value; the next task tries again.
  return changed.value.queued ? { done: [] } : verdict('no')
}

/** An old refusal is verified again. */
async function isKnown({ context, connection, now }: JobState): Promise<boolean> {
  const { id } = connection.settings
  const known = await context.store.fact(id, 'assigner')
  const at = (await context.store.fact<number>(id, 'assignerAt')) ?? now
  return known === 'contact' || (known === 'no' && now - at <= ASSIGNER_AGAIN_MS)
}
