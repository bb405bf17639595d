import type { Message } from '../../shared/domain.ts'
import { printReason } from '../../shared/messages/reason.ts'
import { commit, type EngineContext } from './context.ts'
import { ChatraSender } from './delivery/chatra/chatra-sender.ts'
import { ConversationQueues } from './delivery/conversation-queues.ts'
import { JobRunner } from './delivery/jobs/runner.ts'
import { LoopBreaker, PAUSE_MS, pauseEnds } from './delivery/loop-breaker.ts'
import { addJob } from './delivery/patches.ts'
import { PlanfixSender } from './delivery/planfix/planfix-sender.ts'
import { Intake } from './intake/intake.ts'
import { KeyedMutex } from './keyed-mutex.ts'
import { type OwnerReply, type OwnerReplyAnswer, storeOwnerReply } from './owner-reply.ts'
import { type SeparateAnswer, separateConversation } from './people/separate.ts'
import {
  type Change,
  isRestore,
  type ParseChannelCall,
  type ParseChatEvent,
  type Queue,
  type QueueWithWork,
} from './ports.ts'

/** A slow answer of Chatra to a request for a message's author does not block everything. */
const LONGEST_REPLAY_MS = 30_000

const noChannel: ParseChannelCall = () => ({ kind: 'invalid', reason: 'no Chat API' })

export interface EngineOptions {
  context: EngineContext
  parse: ParseChatEvent
  /** Without it no connection uses the Chat API. */
  parseChannelCall?: ParseChannelCall
  /** A scenario's hint: read this task now. */
  hint(connectionId: string, taskId: number): void
  /** A bug in the rules: reported, never swallowed. */
  onBug(error: unknown, where: string): void
}

/**
 * The running engine of some connections: inbox -> decisions -> outbox -> delivery. Starts from the stored
 * state and can stop at any point. Several engines share nothing but the store.
 */
export class Engine {
  private readonly intakes = new Map<string, Intake>()
  private readonly queues: ConversationQueues
  private readonly toChatra: ChatraSender
  private readonly context: EngineContext
  private readonly options: EngineOptions
  private readonly breaker = new LoopBreaker()
  private readonly serial = new KeyedMutex()
  private readonly unsubscribe: (() => void)[] = []
  /** While it is not, nothing is decided and nothing delivered. */
  private isRunning = false
  /** Nothing is delivered yet; the `resume` that follows finds woken queues. */
  private isReplaying = false

  constructor(options: EngineOptions) {
    const wake = this.wakeQueue
    const context: EngineContext = { ...options.context, wake }
    this.context = context
    this.options = options
    const serial = this.serial
    const toPlanfix = new PlanfixSender(context, serial)
    this.toChatra = new ChatraSender(context, serial, (id, sentAt) => this.breaker.delivered(id, sentAt))
    const jobs = new JobRunner(context, serial, wake)
    const steps = { planfix: toPlanfix, chatra: this.toChatra, jobs: jobs }
    this.queues = new ConversationQueues(
      context.clock,
      async (conversationId, queue) => {
        const wait = await steps[queue].step(conversationId)
        // A queue that found its side stopped has done nothing. Jobs that ran again for that would take the next try of the
        // stopped side from the queue that they wait for, without end.
        if (queue !== 'jobs' && wait.next !== 'closed') jobs.changed(conversationId)
        return wait
      },
      (error, conversationId, queue) =>
        options.onBug(error, `conversation ${conversationId}, queue ${queue}`),
    )
    for (const id of context.connections.keys()) this.intakeOf(id)
  }

  /** Before this, and after `stop`, nothing is decided or delivered. */
  begin(): void {
    this.isRunning = true
    this.followRecoveries()
  }

  /** Decides on the events in the inbox; resolves when that is done. */
  decide(): Promise<void> {
    this.wakeIntakes()
    return this.decided()
  }

  /**
   * Continues all work that was left when the process ended or the computer fell asleep. `work`: what is
   * waiting, where the caller has just read it.
   */
  async start(work?: readonly QueueWithWork[]): Promise<void> {
    for (const { conversationId, queue } of work ?? (await this.waitingWork())) {
      if (!this.isRunning) return
      if (queue === 'chatra') await this.toChatra.wasAway(conversationId)
    }
    const isRestored = isRestore(this.context.takeover?.())
    if (isRestored) await this.replay()
    await this.resume(isRestored ? undefined : work)
  }

  /** The inbox of this connection has a new row. */
  wake(connectionId: string): void {
    if (this.isRunning) this.intakeOf(connectionId).wake()
  }

  /** Resolves when all rows of its connections' inbox have been decided on. */
  async decided(): Promise<void> {
    await Promise.all([...this.intakes.values()].map((intake) => intake.idle()))
  }

  /**
   * After a restore the events since the backup are decided on before anything is delivered: later events
   * identify a client, and so the card and tasks of that period are found again.
   */
  private async replay(): Promise<void> {
    this.isReplaying = true
    const { promise: over, resolve } = Promise.withResolvers<void>()
    const cancel = this.context.clock.after(LONGEST_REPLAY_MS, resolve)
    await Promise.race([this.decide(), over])
    cancel()
    this.isReplaying = false
  }

  /** Checks all waiting work again: after a wake, or when another process changed the store. */
  async resume(work?: readonly QueueWithWork[]): Promise<void> {
    if (!this.isRunning) return
    for (const { conversationId, queue } of work ?? (await this.waitingWork())) {
      this.wakeQueue(conversationId, queue)
    }
    this.wakeIntakes()
  }

  /** Queues of this connection that wait for their next try are due at once. */
  async waitNoLonger(connectionId: string): Promise<void> {
    const { store, clock } = this.context
    const queues = await store.queuesWithWork([connectionId])
    const ids = new Set(queues.map((one) => one.conversationId))
    const now = clock.now()
    const changes: Change[] = []
    for (const id of ids) {
      const conversation = await store.conversation(id)
      if (!conversation) continue
      const { planfixLane, chatraLane } = conversation
      const patch = {
        ...(planfixLane.notBefore > now && { planfixLane: { ...planfixLane, notBefore: 0 } }),
        ...(chatraLane.notBefore > now && { chatraLane: { ...chatraLane, notBefore: 0 } }),
      }
      if (Object.keys(patch).length > 0) changes.push({ type: 'conversation.patch', id, patch })
    }
    await commit(this.context, changes)
  }

  /** The owner replies outside Planfix (engine/owner-reply.ts). */
  reply(conversationId: number, reply: OwnerReply): Promise<OwnerReplyAnswer> {
    return storeOwnerReply(this.context, this.serial, conversationId, reply)
  }

  /** The owner separates two merged clients (engine/people/merge.ts). */
  separate(conversationId: number): Promise<SeparateAnswer> {
    return separateConversation(this.context, this.serial, conversationId)
  }

  /** A service works again: work that backed off meanwhile is tried at once. */
  private followRecoveries(): void {
    const breakers = new Set(
      [...this.context.connections.values()].flatMap((one) => [
        one.chatraBreaker.breaker,
        one.planfixBreaker.breaker,
      ]),
    )
    for (const breaker of breakers) {
      this.unsubscribe.push(
        breaker.subscribe((what) => {
          if (what === 'healed') this.queues.wakeAll()
        }),
      )
    }
  }

  /** Finishes the calls under way and starts none. */
  async stop(): Promise<void> {
    this.isRunning = false
    for (const end of this.unsubscribe.splice(0)) end()
    await this.queues.stop()
    await Promise.all([...this.intakes.values()].map((intake) => intake.stop()))
  }

  private waitingWork(): Promise<QueueWithWork[]> {
    return this.context.store.queuesWithWork([...this.context.connections.keys()])
  }

  private wakeIntakes(): void {
    if (!this.isRunning) return
    for (const intake of this.intakes.values()) intake.wake()
  }

  private readonly wakeQueue = (conversationId: number, queue: Queue): void => {
    if (this.isRunning && !this.isReplaying) this.queues.wake(conversationId, queue)
  }

  /** Also of a connection that is off: its events wait, and are given up in the end. */
  private intakeOf(connectionId: string): Intake {
    const known = this.intakes.get(connectionId)
    if (known) return known
    const intake = new Intake({
      connectionId,
      context: this.context,
      parse: this.options.parse,
      parseChannelCall: this.options.parseChannelCall ?? noChannel,
      serial: this.serial,
      wake: this.wakeQueue,
      hint: this.options.hint,
      added: (conversationId, messages) => this.watchForLoops(conversationId, messages),
      onBug: this.options.onBug,
    })
    this.intakes.set(connectionId, intake)
    return intake
  }

  /** Two robots answer each other: the conversation stops and the owner is notified; no message is lost. */
  private async watchForLoops(conversationId: number, messages: readonly Message[]): Promise<void> {
    const { clock, store } = this.context
    const now = clock.now()
    for (const message of messages) {
      const why = this.breaker.saw(conversationId, message.direction, message, now)
      if (!why) continue
      const conversation = await store.conversation(conversationId)
      if (!conversation || pauseEnds(conversation, now) !== null) return
      this.breaker.reset(conversationId)
      const reason = `loop-${why}`
      const { connectionId } = message
      const event = {
        time: now,
        connectionId,
        level: 'error',
        key: 'event.loop',
        params: { conversation: conversationId, why },
      } as const
      await commit(this.context, [
        {
          type: 'conversation.patch',
          id: conversationId,
          patch: { paused: reason, pausedUntil: now + PAUSE_MS },
        },
        {
          type: 'message.patch',
          id: message.id,
          at: now,
          patch: { reason: printReason({ kind: 'paused', why: reason }) },
        },
        { type: 'event.add', event },
        addJob({
          id: store.newId(),
          connectionId,
          conversationId,
          kind: 'note',
          key: 'loop',
          data: { what: 'loop' },
          notBefore: now,
        }),
      ])
      return
    }
  }
}
