import { usesChatApi } from '../../../../shared/config.ts'
import type { Conversation, PendingWrite } from '../../../../shared/domain.ts'
import { bridgeError } from '../../../../shared/errors.ts'
import type { JobData } from '../../../../shared/messages/job.ts'
import { type ConnectionContext, commit, type EngineContext, stage } from '../../context.ts'
import type { KeyedMutex } from '../../keyed-mutex.ts'
import { handOver, joinConversations, mergedNote } from '../../people/merge.ts'
import { rootOf } from '../../people/roots.ts'
import type { Change } from '../../ports.ts'
import { isStopped, type Permit } from '../circuit-breaker.ts'
import type { Wait } from '../conversation-queues.ts'
import { pauseEnds } from '../loop-breaker.ts'
import { waitsUntil } from '../retry.ts'
import { askChat, findSaid, lookForSaid, say } from './channel/channel-message.ts'
import { isChannelStep } from './channel/channel-plan.ts'
import { loadState, type Way } from './load-state.ts'
import { comment, commentMade, runUpload } from './planfix-comment.ts'
import { cardFound, createContact, ownCard, runFindContact, sharedCard } from './planfix-contact.ts'
import { planStep, type Step } from './planfix-plan.ts'
import {
  type ApiCall,
  type ConversationState,
  PlanfixStepRunner,
  patchOf,
  type StepResult,
} from './planfix-step-runner.ts'
import { createTask, runCheckTask, runFindTask, taskMade } from './planfix-task.ts'
import { WriteReconciler } from './reconcile.ts'

/**
 * The end of the other write wakes the root; after a separation, or a crash in between, the root checks by
 * itself.
 */
const LOOK_ELSEWHERE_MS = 10_000
/** A conversation gets no more than one comment in this time: what is written meanwhile is joined. */
const GATHER_MS = 250

/** A call that is planned, and what it needs is on disk. */
interface Call {
  run: () => Promise<StepResult>
  /** Whose words it writes. */
  writes: 'client' | 'agent' | null
  /** It writes as many of the waiting messages as fit. */
  joins: boolean
}

/** Writes the waiting messages of one conversation into Planfix, one planned step at a time. */
export class PlanfixSender {
  private readonly context: EngineContext
  private readonly serial: KeyedMutex
  private readonly reconciler: WriteReconciler
  private readonly work: PlanfixStepRunner

  constructor(context: EngineContext, serial: KeyedMutex) {
    this.context = context
    this.serial = serial
    this.reconciler = new WriteReconciler(context)
    this.work = new PlanfixStepRunner(context)
  }

  async step(conversationId: number): Promise<Wait> {
    const { store, connections, clock } = this.context
    const conversation = await store.conversation(conversationId)
    const connection = conversation && connections.get(conversation.connectionId)
    if (!conversation || !connection) return { next: 'idle' }
    if (conversation.mergedInto !== null && conversation.attempt === null)
      return this.handOver(conversationId)
    if (await this.writesElsewhere(conversation))
      return { next: 'wait', until: clock.now() + LOOK_ELSEWHERE_MS }
    const { planfixBreaker: gate } = connection
    const waits = waitsUntil(conversation.planfixLane, gate.breaker.healedAt, clock.now())
    if (conversation.attempt || waits > 0) {
      const state = await loadState(this.work, conversationId)
      if (!state) return { next: 'idle' }
      const planned = planStep(state)
      const idle = waitOf(planned)
      if (idle) return idle
      if (planned.do === 'give-up-attempt') return this.giveUpWrite(conversationId)
    } else {
      // Enough to know that a slot is needed; its use is planned when it is granted.
      if (!(await store.isWaiting(conversationId, 'to-planfix'))) return { next: 'idle' }
      const pausedUntil = pauseEnds(conversation, this.context.clock.now())
      if (pausedUntil !== null)
        return Number.isFinite(pausedUntil) ? { next: 'wait', until: pausedUntil } : { next: 'idle' }
    }
    const way = await this.wayOf(conversation, connection)
    const permit = gate.enter()
    if (isStopped(permit)) return { next: 'closed', opened: permit.worthRetry }
    try {
      return await this.perform(conversationId, connection, way, permit)
    } finally {
      gate.leave(permit)
    }
  }

  /** One call in its slot: planned again, so that messages that came during the wait are joined. */
  private async perform(
    conversationId: number,
    connection: ConnectionContext,
    way: Way,
    permit: Permit,
  ): Promise<Wait> {
    const gate = connection.planfixBreaker
    const { rateLimiter } = way === 'channel' ? connection.channel : connection.planfix
    await rateLimiter.slot(0, String(conversationId))
    // The service may have stopped while this call waited for its slot: then it would fail too.
    if (!gate.holds(permit)) {
      rateLimiter.release()
      return { next: 'closed', opened: gate.breaker.opened() }
    }
    const call = await this.serial.run(String(conversationId), () =>
      this.prepare(conversationId, way, permit),
    )
    if ('next' in call) {
      rateLimiter.release()
      return call
    }
    const begun = this.context.clock.now()
    const result = await call.run()
    if (result.kind === 'join') {
      await joinConversations(this.context, this.serial, result.wish)
      return { next: 'again' }
    }
    await this.serial.run(String(conversationId), async () => {
      const fresh = await this.context.store.conversation(conversationId)
      const settled = fresh ? await this.settle(fresh, await this.work.changesOf(result, fresh)) : []
      // Should it be lost, the write is looked for, as after a crash.
      await stage(this.context, settled)
    })
    if (call.writes !== null) await this.notifyWatcher(conversationId, begun, call.writes)
    return call.joins ? { next: 'rest', until: begun + GATHER_MS } : { next: 'again' }
  }

  /**
   * The changes of a call in a conversation that was merged while the call was under way: a write is settled
   * where it began, and its task links to the other one; results of reads are for the root to read again.
   */
  private async settle(fresh: Conversation, changes: Change[]): Promise<Change[]> {
    if (fresh.mergedInto === null) return changes
    if (fresh.attempt === null)
      return changes.filter(({ type }) => type === 'message.patch' || type === 'task.patch')
    const into = await rootOf(this.context.store, fresh.id)
    const made = changes.flatMap((change) => (change.type === 'task.add' && into ? [change.task.taskId] : []))
    return [...changes, ...made.map((taskId) => mergedNote(this.context, fresh, taskId, into ?? fresh))]
  }

  /**
   * A merged conversation without a pending write: its messages belong to the root, which may have waited for
   * it.
   */
  private handOver(conversationId: number): Promise<Wait> {
    return this.serial.run(String(conversationId), async () => {
      const { store } = this.context
      const fresh = await store.conversation(conversationId)
      if (fresh?.mergedInto == null || fresh.attempt !== null) return { next: 'idle' }
      await commit(this.context, await handOver(this.context, fresh, 'planfix'))
      const root = await rootOf(store, fresh.mergedInto)
      if (root?.writesElsewhere?.includes(fresh.id)) this.context.wake?.(root.id, 'planfix')
      return { next: 'idle' }
    })
  }

  /**
   * Whether a client's message from before the merge is still being written, in a conversation merged into
   * this one.
   */
  private async writesElsewhere({ id, writesElsewhere = [] }: Conversation): Promise<boolean> {
    const { store } = this.context
    for (const other of writesElsewhere) {
      const merged = await store.conversation(other)
      // Separated again, it is a root itself.
      if (merged?.attempt && (await rootOf(store, other))?.id === id) return true
    }
    return false
  }

  /** Whose slot the next step needs: one of REST, or one of the Chat API. */
  private async wayOf({ id, attempt }: Conversation, { settings }: ConnectionContext): Promise<Way> {
    if (!usesChatApi(settings) && attempt?.kind !== 'chat') return 'rest'
    const state = await loadState(this.work, id)
    return state !== null && isChannelStep(planStep(state)) ? 'channel' : 'rest'
  }

  /** Plans under the lock and commits what must be on disk before the call. */
  private async prepare(conversationId: number, way: Way, permit: Permit): Promise<Wait | Call> {
    const state = await loadState(this.work, conversationId, permit, way)
    if (!state) return { next: 'idle' }
    const step = planStep(state)
    const idle = waitOf(step)
    if (idle) return idle
    // It was planned otherwise while it waited for its slot: it needs one of the other kind.
    if (way === 'channel' && !isChannelStep(step)) return { next: 'again' }
    if (step.do === 'give-up-attempt') return { next: 'again' }
    const known = withoutCall(step, state, this.work)
    if (known) {
      await commit(this.context, known)
      return { next: 'again' }
    }
    const call = this.callOf(step, state)
    await commit(this.context, call.changes)
    return { run: call.run, writes: writerOf(step), joins: step.do === 'comment' }
  }

  /** The write changes the task's mark: the watcher must not read it as a reply, and expects one. */
  private async notifyWatcher(conversationId: number, begun: number, by: 'client' | 'agent'): Promise<void> {
    const { store, connections } = this.context
    const conversation = await store.conversation(conversationId)
    if (!conversation || conversation.taskId === null) return
    connections.get(conversation.connectionId)?.watch?.wrote(conversation.taskId, begun, by === 'client')
  }

  private callOf(step: Step, state: ConversationState): ApiCall {
    switch (step.do) {
      case 'idle':
      case 'wait':
      case 'give-up-attempt':
      case 'use-card':
      case 'own-card':
        throw new Error('the step needs no call')
      case 'look':
        return {
          changes: [],
          run: () =>
            step.attempt.kind === 'chat'
              ? lookForSaid(this.work, step.attempt, state)
              : this.reconcile(step.attempt, state),
        }
      case 'ask-chat':
        return { changes: [], run: () => askChat(this.work, state) }
      case 'find-said':
        return { changes: [], run: () => findSaid(this.work, step.attempt, state) }
      case 'say':
        return say(this.work, step, state)
      case 'find-contact':
        return { changes: [], run: () => runFindContact(this.work, step.email, state) }
      case 'create-contact':
        return createContact(this.work, state)
      case 'find-task':
        return { changes: [], run: () => runFindTask(this.work, state) }
      case 'check-task':
        return { changes: [], run: () => runCheckTask(this.work, step.task, state) }
      case 'create-task':
        return createTask(this.work, step, state)
      case 'upload':
        return { changes: [], run: () => runUpload(this.work, step.message, step.index, state) }
      case 'comment':
        return comment(this.work, step, state)
    }
  }

  private async reconcile(attempt: PendingWrite, state: ConversationState): Promise<StepResult> {
    const { conversation, connection, task } = state
    const found = await this.reconciler.find(attempt, connection, conversation, task)
    const settle = async (id: number | null): Promise<Change[]> => {
      if (id === null) {
        this.work.noMatchAt.set(conversation.id, this.context.clock.now())
        return []
      }
      this.work.noMatchAt.delete(conversation.id)
      const batch = await this.work.messages(attempt.messageIds)
      if (attempt.kind === 'contact') return cardFound(this.work, id, attempt, state)
      if (attempt.kind === 'task') {
        const { chatId = state.client.profile.chatId, n = state.tasksOfChat + 1 } = attempt
        return taskMade(this.work, id, batch, attempt.text, chatId, n, state, attempt.startedAt)
      }
      return task ? commentMade(this.work, id, batch, task, state) : [patchOf(state, { attempt: null })]
    }
    return this.work.applyResult({ state, result: found, onSuccess: settle, isWrite: false })
  }

  /**
   * It did not arrive: it will be written again, and a later verification ensures that there is no duplicate.
   */
  private giveUpWrite(conversationId: number): Promise<Wait> {
    return this.serial.run(String(conversationId), async () => {
      const state = await loadState(this.work, conversationId)
      if (state && planStep(state).do === 'give-up-attempt') {
        this.work.noMatchAt.delete(conversationId)
        await commit(this.context, await this.notFound(state))
      }
      return { next: 'again' }
    })
  }

  private async notFound(state: ConversationState): Promise<Change[]> {
    const { attempt } = state.conversation
    if (attempt?.acceptedAt === undefined)
      return [patchOf(state, { attempt: null }), ...this.scheduleVerify(state)]
    // Something took the message and began no task: the address is not that of Planfix's chats.
    const error = bridgeError(
      'planfix',
      'bad-answer',
      'chat newMessage: accepted, and the chat has no task',
      {
        certain: true,
      },
    )
    const failure = { error, wholeSide: false, isAlone: false, isWrite: true }
    return this.work.changesOf({ kind: 'failed', failure, also: [] }, state.conversation)
  }

  /** A minute later a job checks whether it arrived after all, as a duplicate. */
  private scheduleVerify(state: ConversationState): Change[] {
    const { attempt, contactId } = state.conversation
    // By the Chat API an equal text may have been said twice: no copy is removed.
    if (!attempt || attempt.kind === 'chore' || attempt.kind === 'chat') return []
    const { sourceObjectId, text, startedAt, name, chatId, n } = attempt
    const looked = { sourceObjectId, text, contactId }
    const later = (data: JobData<'verify'>) => [this.work.job(state, 'verify', sourceObjectId, data, 60_000)]
    if (attempt.kind === 'contact') return later({ ...looked, what: 'contact', name, startedAt, email: text })
    if (attempt.kind === 'task') return later({ ...looked, what: 'task', name, chatId, n })
    return state.task ? later({ ...looked, taskId: state.task.taskId }) : []
  }
}

/** Steps that only change the stored state. */
function withoutCall(step: Step, state: ConversationState, work: PlanfixStepRunner): Change[] | null {
  if (step.do === 'use-card') return sharedCard(work, step, state)
  return step.do === 'own-card' ? ownCard(step, state) : null
}

const writerOf = (step: Step): 'client' | 'agent' | null => {
  if (step.do === 'look') return 'client'
  if (step.do !== 'comment' && step.do !== 'create-task') return null
  return step.batch[0]?.author.kind === 'agent' ? 'agent' : 'client'
}

const waitOf = (step: Step): Wait | null =>
  step.do === 'idle' ? { next: 'idle' } : step.do === 'wait' ? { next: 'wait', until: step.until } : null
