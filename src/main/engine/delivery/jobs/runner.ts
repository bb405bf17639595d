import type { Conversation } from '../../../../shared/domain.ts'
import { type BridgeError, stopsPart, stopsSide } from '../../../../shared/errors.ts'
import { type Job, type JobKind, jobProblem } from '../../../../shared/messages/job.ts'
import { type ConnectionContext, commit, type EngineContext } from '../../context.ts'
import type { KeyedMutex } from '../../keyed-mutex.ts'
import { handOver, joinConversations } from '../../people/merge.ts'
import { rootOf } from '../../people/roots.ts'
import { separateConversation } from '../../people/separate.ts'
import type { Change, Priority, Queue } from '../../ports.ts'
import { probeChatra } from '../chatra/chatra-probe.ts'
import { isStopped, type Permit } from '../circuit-breaker.ts'
import type { Wait } from '../conversation-queues.ts'
import { WriteReconciler } from '../planfix/reconcile.ts'
import { isAnswered, isTrouble, nextTry } from '../retry.ts'
import type { SideBreaker } from '../side-breaker.ts'
import { assigner } from './assigner.ts'
import { complete, leaveCheck } from './complete.ts'
import { findComment } from './find-comment.ts'
import { introduce } from './introduce.ts'
import type { RunJob } from './job.ts'
import { note } from './note.ts'
import { participants } from './participants.ts'
import { reply } from './reply.ts'
import { reread } from './reread.ts'
import { tick } from './tick.ts'
import { verify } from './verify.ts'
import { visit } from './visit.ts'

type Runnable = Exclude<JobKind, 'separate'>
const KINDS: { [Kind in Runnable]: { priority: Priority; run: RunJob<Kind> } } = {
  tick: { priority: 1, run: tick },
  reply: { priority: 1, run: reply },
  reread: { priority: 1, run: reread },
  'find-comment': { priority: 1, run: findComment },
  note: { priority: 2, run: note },
  assigner: { priority: 2, run: assigner },
  participants: { priority: 2, run: participants },
  introduce: { priority: 2, run: introduce },
  complete: { priority: 2, run: complete },
  'leave-check': { priority: 2, run: leaveCheck },
  verify: { priority: 2, run: verify },
  visit: { priority: 3, run: visit },
}

/** A job that fails this often is given up and reported: after more than a day of waiting. */
const GIVE_UP_AFTER = 300

/** A time further ahead was set by a wrong clock, unless the job itself waits for longer. */
const LONGEST_WAIT_MS = 10 * 60_000
/** Delay before the next check while another conversation's queue runs the job. */
const ELSEWHERE_MS = 5000

/** Task maintenance and visit actions of one conversation: beside the messages, never delaying them. */
export class JobRunner {
  private readonly context: EngineContext
  private readonly serial: KeyedMutex
  private readonly reconciler: WriteReconciler
  private readonly wake: (conversationId: number, queue: Queue) => void
  /**
   * Jobs under way: a merge may move one to another conversation meanwhile, where it must not start a second
   * time.
   */
  private readonly running = new Set<number>()
  /** Jobs waiting for a change, by conversation and number, with the time limit of the wait. */
  private readonly parked = new Map<number, Map<number, number>>()
  /** Conversations with a job under way; true = something changed since it began. */
  private readonly changedMeanwhile = new Map<number, boolean>()

  constructor(
    context: EngineContext,
    serial: KeyedMutex,
    wake: (conversationId: number, queue: Queue) => void,
  ) {
    this.context = context
    this.serial = serial
    this.reconciler = new WriteReconciler(context)
    this.wake = wake
  }

  /** The conversation changed: jobs that wait for a change run again. */
  changed(conversationId: number): void {
    if (this.changedMeanwhile.has(conversationId)) this.changedMeanwhile.set(conversationId, true)
    if (this.parked.delete(conversationId)) this.wake(conversationId, 'jobs')
  }

  async step(conversationId: number): Promise<Wait> {
    const { store, connections, clock } = this.context
    const conversation = await store.conversation(conversationId)
    const connection = conversation && connections.get(conversation.connectionId)
    if (!conversation || !connection) return { next: 'idle' }
    if (conversation.mergedInto !== null) await this.handOver(conversationId)
    const stored = await store.jobs(conversationId)
    const now = clock.now()
    const broken = stored.filter((job) => jobProblem(job) !== null)
    if (broken.length > 0)
      await commit(
        this.context,
        broken.flatMap((job) => dropBroken(job, now)),
      )
    const jobs = stored.filter((job) => !broken.includes(job))
    const times = jobs.map((job) => this.dueAt(job, connection, now))
    const due = jobs.find((_job, index) => (times[index] ?? now) <= now)
    if (!due) return jobs.length === 0 ? { next: 'idle' } : { next: 'wait', until: Math.min(...times) }
    if (due.kind === 'separate') return this.separate(due, now)
    const gate = due.kind === 'leave-check' ? connection.chatraBreaker : connection.planfixBreaker
    const permit = gate.enter()
    if (isStopped(permit)) return { next: 'closed', opened: permit.worthRetry }
    this.running.add(due.id)
    this.changedMeanwhile.set(conversationId, false)
    try {
      if (due.kind === 'leave-check' && permit.probe) {
        await probeChatra(connection, due.data.clientId, permit)
        return { next: 'again' }
      }
      await this.perform(due, conversation, connection, gate, permit)
    } finally {
      this.running.delete(due.id)
      this.changedMeanwhile.delete(conversationId)
      gate.leave(permit)
    }
    await this.followMerge(conversationId)
    return { next: 'again' }
  }

  /** When a job is due. A time further ahead than any wait was set by a wrong clock. */
  private dueAt(job: Job, { settings }: ConnectionContext, now: number): number {
    if (this.running.has(job.id)) return now + ELSEWHERE_MS
    const parkedUntil = this.parked.get(job.conversationId)?.get(job.id) ?? 0
    if (parkedUntil > now) return parkedUntil
    const longest =
      job.kind === 'leave-check'
        ? Math.max(LONGEST_WAIT_MS, 6 * 60_000 * settings.options.leaveAfterMinutes)
        : LONGEST_WAIT_MS
    return job.notBefore > now + longest ? now : job.notBefore
  }

  /** `until` 0: it does not wait any more. */
  private park({ id, conversationId }: Job, until: number): void {
    const parked = this.parked.get(conversationId) ?? new Map<number, number>()
    if (until === 0) parked.delete(id)
    else parked.set(id, until)
    if (parked.size > 0) this.parked.set(conversationId, parked)
    else this.parked.delete(conversationId)
  }

  /** A merged conversation has no work of its own. */
  private handOver(conversationId: number): Promise<void> {
    return this.serial.run(String(conversationId), async () => {
      const fresh = await this.context.store.conversation(conversationId)
      if (fresh?.mergedInto != null)
        await commit(this.context, await handOver(this.context, fresh, 'jobs', this.running))
    })
  }

  /**
   * The owner requested on the command line that a conversation be separated from the one it was merged into.
   */
  private async separate(job: Job, now: number): Promise<Wait> {
    const drop = { type: 'job.drop', id: job.id } as const
    const answer = await separateConversation(this.context, this.serial, job.conversationId, [drop])
    if (answer === 'busy') this.park(job, now + ELSEWHERE_MS)
    else if (answer !== 'separated') await commit(this.context, [drop])
    return { next: 'again' }
  }

  /** The result of a job concerns its current conversation. */
  private async followMerge(conversationId: number): Promise<void> {
    const root = await rootOf(this.context.store, conversationId)
    if (root && root.id !== conversationId) this.wake(root.id, 'jobs')
  }

  private async perform(
    job: Job,
    conversation: Conversation,
    connection: ConnectionContext,
    gate: SideBreaker,
    permit: Permit,
  ): Promise<void> {
    if (job.kind === 'separate') throw new Error('the job "separate" needs no service')
    const { priority } = KINDS[job.kind]
    // The kind and its data belong together: both come from the same job.
    const run = KINDS[job.kind].run as RunJob
    const { clock, store } = this.context
    let begun = job.attempt
    // After a crash a job is found again by what it has written.
    await store.saved()
    const outcome = await run({
      context: this.context,
      connection,
      conversation,
      job,
      reconciler: this.reconciler,
      mutex: this.serial,
      now: clock.now(),
      slot: () => connection.planfix.rateLimiter.slot(priority, `jobs:${conversation.id}`),
      begin: (attempt) => {
        begun = attempt
        return store.commit([{ type: 'job.patch', id: job.id, patch: { attempt } }])
      },
    })
    this.park(job, 0)
    if ('error' in outcome)
      return this.failed(
        { ...job, attempt: outcome.wrote ? begun : null },
        outcome.error,
        connection,
        gate,
        permit,
      )
    if ('waits' in outcome) {
      // The awaited change may have come while the job ran.
      if (!this.changedMeanwhile.get(conversation.id)) this.park(job, outcome.waits)
      return gate.leave(permit)
    }
    if ('join' in outcome) {
      gate.leave(permit)
      const changes = [...outcome.join.changes, { type: 'job.drop', id: job.id } as const]
      await joinConversations(this.context, this.serial, { ...outcome.join, changes })
      return
    }
    if ('later' in outcome) {
      gate.leave(permit)
      const patch = { notBefore: outcome.later, ...(outcome.data && { data: outcome.data }) }
      return store.commit([{ type: 'job.patch', id: job.id, patch }])
    }
    gate.succeeded(permit)
    gate.clearPart(job.kind)
    await commit(this.context, [{ type: 'job.drop', id: job.id }, ...outcome.done])
    if (outcome.wake) this.wake(outcome.wake.conversationId, outcome.wake.queue)
  }

  /** `job.attempt`: of the failed write; null when another call failed. */
  private async failed(
    job: Job,
    error: BridgeError,
    connection: ConnectionContext,
    entered: SideBreaker,
    permit: Permit,
  ): Promise<void> {
    const { clock, random } = this.context
    const now = clock.now()
    const gate = error.side === 'planfix' ? connection.planfixBreaker : connection.chatraBreaker
    let wholeSide = stopsSide(error)
    // A failure of the other side occurred without that side's permit: the next call to it will decide.
    if (gate === entered) {
      if (wholeSide) gate.failed(error, permit)
      else if (isTrouble(error)) wholeSide = gate.troubled(error, permit)
    }
    entered.leave(permit)
    if (stopsPart(error)) gate.denyPart(job.kind, error)
    // While a whole side is stopped, its breaker decides when to try again; that is no failure of this job.
    const failures = wholeSide ? job.failures : job.failures + 1
    if (error.retry.when === 'never' || (failures > GIVE_UP_AFTER && !stopsPart(error))) {
      await commit(this.context, [
        { type: 'job.drop', id: job.id },
        {
          type: 'event.add',
          event: {
            time: now,
            connectionId: job.connectionId,
            level: 'warning',
            key: 'event.chore-failed',
            params: {
              chore: job.kind,
              code: error.code,
              detail: error.detail,
              conversation: job.conversationId,
            },
          },
        },
      ])
      return
    }
    // A certain refusal wrote nothing.
    const attempt =
      job.attempt && !error.certain ? { ...job.attempt, unclearAt: now, answered: isAnswered(error) } : null
    const wait = wholeSide ? now : nextTry(error, failures, now, random)
    await commit(this.context, [
      {
        type: 'job.patch',
        id: job.id,
        patch: { failures, notBefore: wait, ...(job.attempt && { attempt }) },
      },
    ])
  }
}

/** A job whose stored data cannot be understood is dropped, and the log names it. */
const dropBroken = (job: Job, now: number): Change[] => [
  { type: 'job.drop', id: job.id },
  {
    type: 'event.add',
    event: {
      time: now,
      connectionId: job.connectionId,
      level: 'warning',
      key: 'event.chore-failed',
      params: {
        chore: job.kind,
        code: 'bad-answer',
        detail: jobProblem(job) ?? '',
        conversation: job.conversationId,
      },
    },
  },
]
