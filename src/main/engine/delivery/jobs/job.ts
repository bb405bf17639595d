import type { Conversation, Message, PendingWrite } from '../../../../shared/domain.ts'
import type { BridgeError, Result } from '../../../../shared/errors.ts'
import type { Job, JobData, JobKind } from '../../../../shared/messages/job.ts'
import type { ConnectionContext, EngineContext } from '../../context.ts'
import type { KeyedMutex } from '../../keyed-mutex.ts'
import type { JoinWish } from '../../people/merge.ts'
import { type Change, isRestore, type Queue } from '../../ports.ts'
import { addJob } from '../patches.ts'
import type { WriteReconciler } from '../planfix/reconcile.ts'
import { settlesAt } from '../retry.ts'

/** The dependencies of a job. */
export interface JobState<Kind extends JobKind = JobKind> {
  context: EngineContext
  connection: ConnectionContext
  conversation: Conversation
  job: Job<Kind>
  reconciler: WriteReconciler
  /** Locks by conversation. */
  mutex: KeyedMutex
  now: number
  /** Waits for a slot for a Planfix call at the job's priority. */
  slot(): Promise<void>
  /** Stores the pending write before the write. */
  begin(attempt: PendingWrite): Promise<void>
}

/** The result of a job. */
export type JobOutcome =
  | { done: Change[]; wake?: { conversationId: number; queue: Queue } }
  /** Not before `later`, which is on disk: a time set by the rules. */
  | { later: number; data?: JobData }
  /**
   * The job waits for a change; it runs again after the change, else at `waits`. Nothing is stored for that.
   */
  | { waits: number }
  /** The conversation is merged with another one, too. */
  | { join: JoinWish }
  /** `wrote`: the write of its pending write failed, not a read or another call. */
  | { error: BridgeError; wrote?: boolean }

/** A change without a notice is noticed within this time. */
export const SLOW_LOOK_MS = 2 * 60_000

export type RunJob<Kind extends JobKind = JobKind> = (state: JobState<Kind>) => Promise<JobOutcome>

/** Reads the message of a job. */
export async function messageOf(state: JobState<'note'>): Promise<Message | null> {
  const id = state.job.data.messageId ?? null
  return id === null ? null : state.context.store.message(id)
}

/**
 * Messages of the conversation are on their way into Planfix; messages stopped by the owner do not count.
 */
export async function isBeingWritten({ context, conversation }: JobState): Promise<boolean> {
  const current = await context.store.conversation(conversation.id)
  if (current?.attempt) return true
  if (current?.paused) return false
  return context.store.isWaiting(conversation.id, 'to-planfix')
}

/** The result of a job's write: the number of the written object, or why it does not exist yet. */
export type Written = { written: number } | { waits: number } | { error: BridgeError; wrote?: boolean }
/** Its result stayed unknown, nothing was found, and it is not repeated. */
export interface Missing {
  missing: true
}

type WriteHow = [
  state: JobState,
  attempt: PendingWrite,
  exists: (attempt: PendingWrite) => Promise<Result<number | null>>,
  write: () => Promise<Result<number>>,
]

/**
 * Writes exactly once: stores the pending write, and after an indeterminate result searches until the write
 * can no longer arrive. `exists` searches for the object, `write` creates it; both return its number.
 * `never-twice`: what was not found is not repeated.
 */
export async function writeOnce(...how: WriteHow): Promise<Written>
export async function writeOnce(...how: [...WriteHow, 'never-twice']): Promise<Written | Missing>
export async function writeOnce(
  ...[state, attempt, exists, write, policy]: [...WriteHow, 'never-twice'?]
): Promise<Written | Missing> {
  const before = state.job.attempt ?? writeBeforeRestore(state, attempt)
  if (before) {
    const settled = settlesAt(before)
    await state.slot()
    const lookedAt = state.context.clock.now()
    const found = await exists(before)
    if (!found.ok) return { error: found.error }
    if (found.value !== null) return { written: found.value }
    if (lookedAt < settled) return { waits: settled }
    if (policy === 'never-twice') return { missing: true }
  }
  await state.begin(before ? { ...before, startedAt: state.context.clock.now(), unclearAt: null } : attempt)
  await state.slot()
  const made = await write()
  return made.ok ? { written: made.value } : { error: made.error, wrote: true }
}

/**
 * An indeterminate write was repeated: a minute later a job checks whether the first one arrived after all.
 */
export function verifyLater(
  { context, job, now }: JobState,
  where: { taskId: number } | { what: 'visit'; contactId: number },
): Change[] {
  if (job.attempt === null) return []
  const { sourceObjectId, text } = job.attempt
  return [
    addJob({
      id: context.store.newId(),
      connectionId: job.connectionId,
      conversationId: job.conversationId,
      kind: 'verify',
      key: sourceObjectId,
      data: { sourceObjectId, text, ...where },
      notBefore: now + 60_000,
    }),
  ]
}

/** It may have been written between the backup and the damage of the store: then it is searched for, too. */
function writeBeforeRestore({ context, job }: JobState, attempt: PendingWrite): PendingWrite | null {
  const takeover = context.takeover?.()
  if (!isRestore(takeover)) return null
  const visitAt = job.kind === 'visit' ? job.data.startedAt : Number.POSITIVE_INFINITY
  const isOlder = job.id < (takeover.firstId ?? 0) || visitAt < takeover.at
  return isOlder ? { ...attempt, startedAt: takeover.backupAt, unclearAt: takeover.until } : null
}
