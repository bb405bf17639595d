import type { ClientLink, Message, MessageState, TaskLink } from '../../../shared/domain.ts'
import type { BridgeError } from '../../../shared/errors.ts'
import { type JobKind, type NewJob, type NoteData, newJob } from '../../../shared/messages/job.ts'
import { printReason } from '../../../shared/messages/reason.ts'
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

/** Why a message waits or failed, as shown in the log: the code and the service's message. */
export const reasonOf = ({ side, code, detail }: BridgeError): string =>
  printReason({ kind: 'service', side, code, detail })

/**
 * Until when another change may have the same mark: Planfix gives times to the minute (contracts/planfix.md
 * section 4, TimePoint). Milliseconds; `skew` is Planfix's clock minus ours.
 */
export function pollFastUntil(now: number, skew: number): number {
  const minute = 60_000
  return (Math.floor((now + skew) / minute) + 1) * minute - skew + 3000
}

/** Whether the account accepts a client as assigner; a refusal is verified again later. */
export const assignerIs = (value: 'contact' | 'no', connectionId: string, at: number): Change[] => [
  { type: 'fact.set', connectionId, key: 'assigner', value },
  { type: 'fact.set', connectionId, key: 'assignerAt', value: at },
]
export const ASSIGNER_AGAIN_MS = 7 * 24 * 3_600_000

/** Configured participants without which a task was accepted; they are tried again later. */
export interface RefusedParticipants {
  configured: readonly string[]
  gone: readonly string[]
  at: number
}
export const PARTICIPANTS = 'participantsRefused'
export function stillRefused(
  fact: RefusedParticipants | null,
  configured: readonly string[],
  now: number,
): readonly string[] {
  const isSame = fact !== null && fact.configured.join() === configured.join()
  return isSame && now - fact.at <= ASSIGNER_AGAIN_MS ? fact.gone : []
}

/** A note to the employee inside the task, about the employee's reply. */
export const noteAbout = (message: Message, data: NoteData, now: number, newId: () => number): Change =>
  addJob({
    id: newId(),
    connectionId: message.connectionId,
    conversationId: message.conversationId ?? 0,
    kind: 'note',
    key: `${data.what}:${message.id}:${data.what === 'file-not-delivered' ? data.file : ''}`,
    data: { ...data, messageId: message.id, taskId: message.planfixTaskId },
    notBefore: now,
  })

/** A job that has not been tried, as a change. */
export const addJob = <Kind extends JobKind>(job: NewJob<Kind>): Change => ({
  type: 'job.add',
  job: newJob(job),
})

/** The note about a reply that was not sent, or about its edit or deletion that was not executed. */
export const notDone = ({ kind }: Message) =>
  kind === 'edit' ? 'not-changed' : kind === 'delete' ? 'not-removed' : 'not-delivered'

/** The comment of a reply must be read and decided on again: the chat differs from what was assumed. */
export const rereadOf = (message: Message, now: number, newId: () => number): Change[] =>
  message.planfixCommentId === null || message.planfixTaskId === null
    ? []
    : [
        addJob({
          id: newId(),
          connectionId: message.connectionId,
          conversationId: message.conversationId ?? 0,
          kind: 'reread',
          key: `comment:${message.planfixCommentId}`,
          data: { taskId: message.planfixTaskId, commentId: message.planfixCommentId },
          notBefore: now,
        }),
      ]

/** Reason of a reply that certainly is not in the chat. */
export const NOT_ARRIVED = 'not-arrived'

/**
 * An uncertain reply certainly did not arrive: it is not sent again automatically, and the employee gets a
 * note.
 */
export const notArrived = (message: Message, now: number, newId: () => number): Change[] => [
  stateChange(message, 'failed', NOT_ARRIVED, now, ['uncertain']),
  noteAbout(message, { what: 'not-delivered', reason: NOT_ARRIVED }, now, newId),
]
