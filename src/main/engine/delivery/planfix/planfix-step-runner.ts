import { type Conversation, isOpen, type Message, type PendingWrite } from '../../../../shared/domain.ts'
import { type BridgeError, type Result, stopsPart, stopsSide } from '../../../../shared/errors.ts'
import type { JobData, JobKind } from '../../../../shared/messages/job.ts'
import { newPendingWrite } from '../../../../shared/messages/pending-write.ts'
import type { ConnectionContext, EngineContext } from '../../context.ts'
import type { JoinWish } from '../../people/merge.ts'
import type { Change } from '../../ports.ts'
import type { Permit } from '../circuit-breaker.ts'
import { addJob, reasonOf, stateChange } from '../patches.ts'
import { isAnswered, isTrouble, nextTry } from '../retry.ts'
import type { PlanState } from './plan-state.ts'

export type ConversationState = PlanState & {
  connection: ConnectionContext
  /** Of the planned call; null while only the plan is requested. */
  permit: Permit | null
  /**
   * Resolves when the next call may be made. The first one uses the step's slot; each further one waits for a
   * new slot.
   */
  slot: () => Promise<void>
  /** Number of the conversation's chat in Planfix's Chat API; it is used from the first message on. */
  channelChat: string
  tokenUserId: number | null
  /** The task of a client who may be the same person. */
  perhapsTask: number | null
  assigner: 'contact' | 'no' | null
  /** Participants with which the account's tasks were recently refused. */
  refusedParticipants: readonly string[]
  /** Messages of the previous task, as many as the owner wants in a new one; oldest first. */
  history: readonly Message[]
  /** The previous task accepted no comments either: then the task is not the cause. */
  previousRefuses: boolean
}
/** Changes to commit before a call, and the call. */
export type ApiCall = { changes: Change[]; run: () => Promise<StepResult> }
/**
 * What a call came to. `done`: its changes, and whether the queue's failures are counted from zero again. `failed`: the
 * common way of failures, which depends on the conversation as it is by then, and further changes. `join`: with whom the
 * conversation is merged.
 */
export type StepResult =
  | { kind: 'done'; changes: readonly Change[]; resetsFailures: boolean }
  | { kind: 'failed'; failure: StepFailure; also: readonly Change[] }
  | { kind: 'join'; wish: JoinWish }
export interface StepFailure {
  error: BridgeError
  /** Planfix is away, or refuses everything: the queue waits for the breaker, not for a time of its own. */
  wholeSide: boolean
  /** Planfix refuses this conversation and takes others. */
  isAlone: boolean
  /** The call was the write of the open pending write. */
  isWrite: boolean
}
export interface CallResult<T> {
  state: ConversationState
  result: Result<T>
  onSuccess: (value: T) => Promise<readonly Change[]> | readonly Change[]
  /** The changes of a special refusal; null = the common way of failures. */
  onRefused?: (error: BridgeError) => Promise<readonly Change[] | null> | readonly Change[] | null
  /** False for a call that was not the write of the open pending write. */
  isWrite?: boolean
}

/** Number of refusals in a row of one client before the messages count as failed: about ten minutes. */
const MOST_REFUSALS = 10

/** The part of the work (SideBreaker.denyPart) that writes messages. */
export const MESSAGES = 'messages'

/** Shared by all steps toward Planfix: how results become changes, and how failures delay the queue. */
export class PlanfixStepRunner {
  readonly context: EngineContext
  /** When the last search for a conversation's pending write found no match. */
  readonly noMatchAt = new Map<number, number>()
  /**
   * Messages whose next try omits their author, by conversation, to learn whether the author or the account
   * is the cause.
   */
  readonly unnamedTrial = new Map<number, { messageId: number; healedAt: number }>()
  /** Conversations refused in a row on each connection: a single one says nothing about the others. */
  private readonly refused = new Map<string, Set<number>>()

  constructor(context: EngineContext) {
    this.context = context
  }

  /** Tells the breaker what a call came to, and returns what it means: success, a special refusal, or a failure. */
  async applyResult<T>({
    state,
    result,
    onSuccess,
    onRefused = () => null,
    isWrite = true,
  }: CallResult<T>): Promise<StepResult> {
    const gate = state.connection.planfixBreaker
    const { permit } = state
    if (permit === null) throw new Error('a call needs a permit')
    if (result.ok) {
      gate.succeeded(permit)
      if (isWrite) {
        gate.clearPart(MESSAGES)
        this.refused.delete(state.settings.id)
      }
      return { kind: 'done', changes: await onSuccess(result.value), resetsFailures: true }
    }
    const { error } = result
    const special = await onRefused(error)
    if (special) {
      // A result that may concern the whole side is not settled yet.
      if (!stopsSide(error)) gate.succeeded(permit)
      return { kind: 'done', changes: special, resetsFailures: false }
    }
    let wholeSide = stopsSide(error)
    if (wholeSide) gate.failed(error, permit)
    else if (isTrouble(error)) wholeSide = gate.troubled(error, permit)
    else gate.succeeded(permit)
    // Refused for a missing right: all other work continues.
    const isAlone = error.code === 'refused' && !this.isEverybodys(state)
    if (stopsPart(error) || (error.code === 'refused' && !isAlone)) gate.denyPart(MESSAGES, error)
    else if (!stopsSide(error) && !isAlone) gate.recordPartFailure(MESSAGES, error)
    return { kind: 'failed', failure: { error, wholeSide, isAlone, isWrite }, also: [] }
  }

  /** What a result changes, under the conversation's lock. `fresh`: the conversation as it is by then. */
  async changesOf(result: Exclude<StepResult, { kind: 'join' }>, fresh: Conversation): Promise<Change[]> {
    if (result.kind === 'done') return [...result.changes, ...(result.resetsFailures ? calm(fresh) : [])]
    const { failure, also } = result
    const isOver = failure.isAlone && fresh.planfixLane.failures + 1 >= MOST_REFUSALS
    const changes = isOver ? await this.givenUp(fresh, failure.error) : await this.failed(fresh, failure)
    return [...changes, ...also]
  }

  /**
   * A refusal of one client only, or of all (a template that is gone): then another client was refused too,
   * or no write succeeded.
   */
  private isEverybodys({ settings, conversation, tokenUserId, assigner }: ConversationState): boolean {
    const refused = this.refused.get(settings.id) ?? new Set()
    this.refused.set(settings.id, refused.add(conversation.id))
    const anyMade = tokenUserId !== null || assigner !== null
    return refused.size > 1 || !anyMade
  }

  /**
   * Planfix refuses this client's messages again and again, and accepts others: they have failed, and the log
   * shows it.
   */
  private async givenUp(fresh: Conversation, error: BridgeError): Promise<Change[]> {
    const { store, clock } = this.context
    const ids = fresh.attempt?.messageIds ?? []
    const failed =
      ids.length > 0 ? await this.messages(ids) : await store.waiting(fresh.id, 'to-planfix', 100)
    return [
      {
        type: 'conversation.patch',
        id: fresh.id,
        patch: { attempt: null, planfixLane: { failures: 0, notBefore: 0 } },
      },
      ...failed
        .filter(({ state }) => isOpen(state))
        .map((message) => stateChange(message, 'failed', reasonOf(error), clock.now())),
    ]
  }

  /** The common path of a failure: the pending write is kept when its result is indeterminate, and the queue waits. */
  private async failed(fresh: Conversation, { error, wholeSide, isWrite }: StepFailure): Promise<Change[]> {
    const { clock, random, store } = this.context
    const now = clock.now()
    const failures = fresh.planfixLane.failures + 1
    const attempt = fresh.attempt
    const patch: Partial<Conversation> = {
      planfixLane: wholeSide
        ? { failures, notBefore: 0 }
        : { failures, notBefore: nextTry(error, failures, now, random), failedAt: now },
    }
    // A look that failed says nothing about the write it looked for.
    if (attempt && isWrite && error.certain) patch.attempt = null
    else if (attempt && isWrite) {
      this.noMatchAt.delete(fresh.id)
      patch.attempt = { ...attempt, unclearAt: now, answered: isAnswered(error) }
    }
    const waiting = await store.waiting(fresh.id, 'to-planfix', 1)
    const touched = attempt?.messageIds.length ? await this.messages(attempt.messageIds) : waiting
    return [
      { type: 'conversation.patch', id: fresh.id, patch },
      ...touched
        .filter((message) => message.state !== 'retrying' || message.reason !== reasonOf(error))
        .map((message) => stateChange(message, 'retrying', reasonOf(error), now)),
    ]
  }

  sending(batch: readonly Message[]): Change[] {
    return batch.map((message) => ({
      type: 'message.patch',
      id: message.id,
      at: this.context.clock.now(),
      patch: { state: 'sending', reason: null, attempts: message.attempts + 1, late: message.late },
    }))
  }

  attempt(
    kind: PendingWrite['kind'],
    sourceObjectId: string,
    messageIds: number[],
    text: string,
    ownerUserId: number | null,
    name?: string,
  ): PendingWrite {
    const startedAt = this.context.clock.now()
    return newPendingWrite({
      kind,
      sourceObjectId,
      messageIds,
      startedAt,
      text,
      ownerUserId,
      ...(name && { name }),
    })
  }

  job<Kind extends JobKind>(
    state: ConversationState,
    kind: Kind,
    key: string,
    data: JobData<Kind>,
    delay = 0,
  ): Change {
    return addJob({
      id: this.context.store.newId(),
      connectionId: state.settings.id,
      conversationId: state.conversation.id,
      kind,
      key,
      data,
      notBefore: this.context.clock.now() + delay,
    })
  }

  async messages(ids: readonly number[]): Promise<Message[]> {
    const found = await Promise.all(ids.map((id) => this.context.store.message(id)))
    return found.filter((message) => message !== null)
  }
}

export const patchOf = (state: ConversationState, patch: Partial<Conversation>): Change => ({
  type: 'conversation.patch',
  id: state.conversation.id,
  patch,
})
export const delivered = (
  message: Message,
  taskId: number,
  commentId: number | null,
  at: number,
): Change => ({
  type: 'message.patch',
  id: message.id,
  at,
  patch: {
    state: 'delivered',
    reason: message.late ? 'late' : null,
    planfixTaskId: taskId,
    planfixCommentId: commentId,
  },
})
export const upTo = (batch: readonly Message[], conversation: Conversation): number =>
  Math.max(conversation.deliveredUpTo, ...batch.map((message) => message.writtenAt))

/** After a success the queue counts failures from zero. */
const calm = (fresh: Conversation): Change[] =>
  fresh.planfixLane.failures === 0
    ? []
    : [{ type: 'conversation.patch', id: fresh.id, patch: { planfixLane: { failures: 0, notBefore: 0 } } }]

/**
 * Whether the client's card no longer exists; checked in a separate slot, and `false` when Planfix does not
 * say.
 */
export async function cardIsGone({ connection, conversation, slot }: ConversationState): Promise<boolean> {
  await slot()
  const card = await connection.planfix.contact(conversation.contactId ?? 0)
  return card.ok ? card.value.isDeleted : card.error.code === 'object-gone'
}
