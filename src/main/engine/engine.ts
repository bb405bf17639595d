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
import { type Change, isRestore, type ParseChannelCall, type ParseChatEvent, type Queue } from './ports.ts'

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
 * The running engine: inbox -> decisions -> outbox -> delivery. Starts from the stored state and can stop at
 * any point.
 */
export class Engine {
  readonly intake: Intake
  private readonly queues: ConversationQueues
  private readonly toChatra: ChatraSender
  private readonly context: EngineContext
  private readonly onBug: EngineOptions['onBug']
  private readonly breaker = new LoopBreaker()
  private readonly serial = new KeyedMutex()
  private readonly unsubscribe: (() => void)[] = []
  /** Nothing is delivered yet; the `resume` that follows finds woken queues. */
  private isReplaying = false

  constructor(options: EngineOptions) {
    const wake = (conversationId: number, queue: Queue) => {
      if (!this.isReplaying) this.queues.wake(conversationId, queue)
    }
    const context: EngineContext = { ...options.context, wake }
    this.context = context
    this.onBug = options.onBug
    const serial = this.serial
    const toPlanfix = new PlanfixSender(context, serial)
    this.toChatra = new ChatraSender(context, serial, (id, sentAt) => this.breaker.delivered(id, sentAt))
    const jobs = new JobRunner(context, serial, wake)
    const steps = { planfix: toPlanfix, chatra: this.toChatra, jobs: jobs }
    this.queues = new ConversationQueues(
      context.clock,
      async (conversationId, queue) => {
        const next = await steps[queue].step(conversationId)
        if (queue !== 'jobs') jobs.changed(conversationId)
        return next
      },
      (error, conversationId, queue) =>
        options.onBug(error, `conversation ${conversationId}, queue ${queue}`),
    )
    this.intake = new Intake({
      context,
      parse: options.parse,
      parseChannelCall: options.parseChannelCall ?? noChannel,
      serial,
      wake,
      hint: options.hint,
      added: (conversationId, messages) => this.watchForLoops(conversationId, messages),
      onBug: options.onBug,
    })
    this.followRecoveries()
  }

  /** Continues all work that was left when the process ended or the computer fell asleep. */
  async start(): Promise<void> {
    for (const { conversationId, queue } of await this.context.store.queuesWithWork()) {
      if (queue === 'chatra') await this.toChatra.wasAway(conversationId)
    }
    if (isRestore(this.context.takeover?.())) await this.replay()
    await this.resume()
  }

  /**
   * After a restore the events since the backup are decided on before anything is delivered: later events
   * identify a client, and so the card and tasks of that period are found again.
   */
  private async replay(): Promise<void> {
    this.isReplaying = true
    this.intake.wake()
    const { promise: over, resolve } = Promise.withResolvers<void>()
    const cancel = this.context.clock.after(LONGEST_REPLAY_MS, resolve)
    await Promise.race([this.intake.idle(), over])
    cancel()
    this.isReplaying = false
  }

  /** Checks all waiting work again: after a wake, or when another process changed the store. */
  async resume(): Promise<void> {
    for (const { conversationId, queue } of await this.context.store.queuesWithWork()) {
      this.queues.wake(conversationId, queue)
    }
    this.intake.wake()
  }

  /** Queues of this connection that wait for their next try are due at once. */
  async waitNoLonger(connectionId: string): Promise<void> {
    const { store, clock } = this.context
    const queues = await store.queuesWithWork()
    const ids = new Set(
      queues.filter((one) => one.connectionId === connectionId).map((one) => one.conversationId),
    )
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
          if (what === 'healed') this.resume().catch((error: unknown) => this.onBug(error, 'recovery'))
        }),
      )
    }
  }

  /** Finishes the calls under way and starts none. */
  async stop(): Promise<void> {
    for (const end of this.unsubscribe.splice(0)) end()
    await this.queues.stop()
    await this.intake.stop()
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
