import type { ClientLink, Message, MessageState, TaskLink } from '../../../shared/domain.ts'
import type { BridgeError } from '../../../shared/errors.ts'
import type { Change } from '../ports.ts'

/** The device that wrote last (F13). */
export const latest = (clients: readonly ClientLink[]): ClientLink | null =>
  clients.toSorted((a, b) => b.lastWroteAt - a.lastWroteAt)[0] ?? null

export const taskPatch = (task: TaskLink, patch: Partial<TaskLink>): Change => ({
  type: 'task.patch',
  connectionId: task.connectionId,
  taskId: task.taskId,
  patch,
})
/** With `from`: only while the message is in one of these states. */
export const stateChange = (
  message: Message,
  state: Message['state'],
  reason: string | null,
  at: number,
  from?: readonly MessageState[],
): Change => ({
  type: 'message.patch',
  id: message.id,
  at,
  patch: { state, reason },
  ...(from && { from }),
})

/** Why a message waits or failed, as shown in the log: the code and what the service said. */
export const reasonOf = (error: BridgeError): string => `${error.side}: ${error.code} (${error.detail})`

/**
 * Until when a further change may hide behind the same mark: Planfix tells times to the minute
 * (contracts/planfix.md section 4, TimePoint). Milliseconds; `skew` is Planfix's clock minus ours.
 */
export function hotUntil(now: number, skew: number): number {
  const minute = 60_000
  return (Math.floor((now + skew) / minute) + 1) * minute - skew + 3000
}

/** Whether the account takes a client as assigner; a "no" is asked again some day. */
export const assignerIs = (value: 'contact' | 'no', connectionId: string, at: number): Change[] => [
  { type: 'fact.set', connectionId, key: 'assigner', value },
  { type: 'fact.set', connectionId, key: 'assignerAt', value: at },
]
export const ASSIGNER_AGAIN_MS = 7 * 24 * 3_600_000
