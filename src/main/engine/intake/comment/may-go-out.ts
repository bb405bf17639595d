import type { Connection, Employee } from '../../../../shared/config.ts'
import { hasNothingToSee } from '../../../../shared/plain.ts'
import type { PlanfixComment } from '../../ports.ts'

/**
 * Why a comment is not in the client's chat. The first two mean that nothing is visible, the others that it
 * is internal.
 */
export type StayReason =
  | 'deleted'
  | 'empty'
  | 'internal-hidden'
  | 'employee-not-allowed'
  | 'internal-client-not-notified'

export type Verdict = { goesOut: true } | { goesOut: false; reason: StayReason }

/**
 * Whether the client may read the current version of this comment (F2). Checked at every transition of a
 * reply: at the first read, for every new version, before a waiting reply is sent, and when one is retried by
 * hand. `clientContacts` are the client's cards: see `CommentState`.
 */
export function mayGoOut(
  comment: PlanfixComment,
  settings: Connection,
  clientContacts: readonly number[],
): Verdict {
  const reason = reasonToStay(comment, settings, clientContacts)
  return reason === null ? { goesOut: true } : { goesOut: false, reason }
}

function reasonToStay(
  comment: PlanfixComment,
  settings: Connection,
  clientContacts: readonly number[],
): StayReason | null {
  if (comment.isDeleted) return 'deleted'
  if (comment.isHidden) return 'internal-hidden'
  if (!mayAnswer(comment.owner, settings)) return 'employee-not-allowed'
  if (settings.options.sendOnlyWhenClientIsRecipient) {
    const notified = clientContacts.some((id) => comment.recipients.includes(`contact:${id}`))
    if (!notified) return 'internal-client-not-notified'
  }
  const isEmpty = hasNothingToSee(comment.text) && comment.files.length === 0 && !comment.lost?.length
  return isEmpty ? 'empty' : null
}

/** With an empty list every employee may reply. Otherwise only those listed and allowed. */
function mayAnswer(owner: string | null, settings: Connection): boolean {
  if (!owner?.startsWith('user:')) return false
  if (settings.employees.length === 0) return true
  return employeeOf(Number(owner.slice(5)), settings)?.allowed === true
}

export const employeeOf = (userId: number, settings: Connection): Employee | null =>
  settings.employees.find((one) => one.planfixUserId === userId) ?? null
