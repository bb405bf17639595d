import { type ClientLink, type Conversation, type Message, OPEN_STATES } from '../../../../shared/domain.ts'
import type { Result } from '../../../../shared/errors.ts'
import { isTestVisitor } from '../../../../shared/setup/test-visitor.ts'
import { type ConnectionContext, commit, type EngineContext } from '../../context.ts'
import type { KeyedMutex } from '../../keyed-mutex.ts'
import { handOver } from '../../people/merge.ts'
import { isDeliveredElsewhere } from '../../ports.ts'
import { comparable, fingerprint } from '../../text.ts'
import { isStopped, type Permit } from '../circuit-breaker.ts'
import type { Wait } from '../conversation-queues.ts'
import { latest, notArrived, reasonOf, stateChange } from '../patches.ts'
import { waitsUntil } from '../retry.ts'
import { addresseeOf, beingWritten } from './addressee.ts'
import { arrivalsOf } from './arrivals.ts'
import { BeforeSending } from './before-sending.ts'
import {
  INTERRUPTED,
  planReply,
  type ReplyState,
  type ReplyStep,
  speakersOf,
  WAITS_FOR_TARGET,
} from './chatra-plan.ts'
import { probeChatra } from './chatra-probe.ts'
import { calmed, changeNotDone, REPLIES, replyFailed } from './reply-failed.ts'
import { isLost, PICTURE_LOST, replyText } from './reply-text.ts'
import type { Slot } from './send-limiter.ts'

type ChatraState = ReplyState & { connection: ConnectionContext; clients: ClientLink[]; permit: Permit }

/** The result of a send. Times are ours. */
interface Sent {
  sent: Result<{ id: string | null; at: number | null }>
  sentAt: number
  answeredAt: number
  slot: Slot
  client: ClientLink
}

/** No client has this id: the answer "no such client" is an answer too. */
const NO_CLIENT = 'no-such-client'

/** Sends the waiting replies, edits and deletions of one conversation to the chat, strictly in order. */
export class ChatraSender {
  private readonly context: EngineContext
  private readonly serial: KeyedMutex
  private readonly before: BeforeSending
  private readonly reached: (conversationId: number, sentAt: number) => void

  constructor(
    context: EngineContext,
    serial: KeyedMutex,
    reached: (conversationId: number, sentAt: number) => void,
  ) {
    this.context = context
    this.serial = serial
    this.before = new BeforeSending(context, serial)
    this.reached = reached
  }

  async step(conversationId: number): Promise<Wait> {
    const state = await this.load(conversationId)
    if (!state) return { next: 'idle' }
    if (state.conversation.mergedInto !== null) return this.handOver(state)
    const step = planReply(state)
    switch (step.do) {
      case 'idle':
        return { next: 'idle' }
      case 'wait':
        return { next: 'wait', until: step.until }
      case 'settle-as-not-arrived':
        await commit(
          this.context,
          notArrived(step.message, this.now(), () => this.context.store.newId()),
        )
        this.context.continuity?.forget(step.message.id)
        return { next: 'again' }
      case 'mark-uncertain':
        await commit(this.context, [
          stateChange(step.message, 'uncertain', INTERRUPTED, this.now(), ['sending', 'uncertain']),
        ])
        return { next: 'again' }
      case 'let-wait': {
        const { message } = step
        await commit(this.context, [
          stateChange(message, 'queued', WAITS_FOR_TARGET, this.now(), OPEN_STATES),
        ])
        return { next: 'again' }
      }
      case 'drop':
        await commit(this.context, [
          stateChange(step.message, 'skipped', step.reason, this.now(), OPEN_STATES),
          ...changeNotDone(this.context, step.message, step.reason),
        ])
        return { next: 'again' }
    }
    const { chatraBreaker: gate, chatraLimiter: limiter } = state.connection
    if (limiter.heldUntil > this.now()) return { next: 'wait', until: limiter.heldUntil }
    const permit = gate.enter()
    if (isStopped(permit)) return { next: 'closed', opened: permit.worthRetry }
    try {
      // A stopped Chatra is never tested with a reply.
      if (permit.probe || limiter.isStopped) await this.probe(step.message, state, permit)
      else await this.deliver(step, { ...state, permit })
    } finally {
      gate.leave(permit)
    }
    return { next: 'again' }
  }

  /** A message that may still go out, in its current form. */
  private async deliver(
    step: Extract<ReplyStep, { do: 'send' } | { do: 'change' }>,
    state: ChatraState,
  ): Promise<void> {
    const asked = await this.before.check(step.message, state.connection)
    if (!asked.ok) return replyFailed(this.context, step.message, asked.error, state, null)
    if (asked.value === null) return
    if (step.do === 'send') await this.send({ ...step, message: asked.value }, state)
    else await this.change({ ...step, message: asked.value }, state)
  }

  /**
   * A merged conversation: the result of a message being sent when the process ended is indeterminate, and
   * all work is moved to the root.
   */
  private handOver({ conversation, waiting }: Omit<ChatraState, 'permit'>): Promise<Wait> {
    return this.serial.run(String(conversation.id), async () => {
      const interrupted = waiting.filter((one) => one.state === 'sending')
      await commit(
        this.context,
        interrupted.map((one) =>
          one.kind === 'text'
            ? stateChange(one, 'uncertain', INTERRUPTED, this.now(), ['sending'])
            : stateChange(one, 'queued', null, this.now(), ['sending']),
        ),
      )
      const fresh = await this.context.store.conversation(conversation.id)
      if (fresh?.mergedInto != null) await commit(this.context, await handOver(this.context, fresh, 'chatra'))
      return { next: 'idle' }
    })
  }

  /**
   * The bridge was off: the echo of an uncertain reply may have come meanwhile, so that its absence proves
   * nothing.
   */
  async wasAway(conversationId: number): Promise<void> {
    const waiting = await this.context.store.waiting(conversationId, 'to-chatra', 10_000)
    const indeterminate = waiting.filter(
      (one) => one.state === 'uncertain' && one.reason !== INTERRUPTED && !isDeliveredElsewhere(one.reason),
    )
    const changes = indeterminate.map((one) =>
      stateChange(one, 'uncertain', INTERRUPTED, this.now(), ['uncertain']),
    )
    await commit(this.context, changes)
  }

  private now(): number {
    return this.context.clock.now()
  }

  private async load(conversationId: number): Promise<Omit<ChatraState, 'permit'> | null> {
    const { store, connections } = this.context
    const conversation = await store.conversation(conversationId)
    const connection = conversation && connections.get(conversation.connectionId)
    if (!conversation || !connection) return null
    const waiting = await store.waiting(conversationId, 'to-chatra', 50)
    const targets = new Map<number, Message>()
    for (const message of waiting) {
      const target = message.targetId === null ? null : await store.message(message.targetId)
      if (target) targets.set(target.id, target)
    }
    const { failedSide } = conversation.chatraLane
    const { healedAt } = (failedSide === 'planfix' ? connection.planfixBreaker : connection.chatraBreaker)
      .breaker
    const notBefore = waitsUntil(conversation.chatraLane, healedAt, this.now())
    const clients = await store.clientsOf(conversationId)
    return {
      connection,
      conversation: { ...conversation, chatraLane: { ...conversation.chatraLane, notBefore } },
      waiting,
      targets,
      clients,
      writing: await beingWritten(store, conversation, clients),
      isTest: clients.length > 0 && clients.every(({ clientId }) => isTestVisitor(clientId)),
      arrivals: await arrivalsOf(this.context, waiting),
      now: this.now(),
    }
  }

  /** The next reply in the queue shows why it waits. */
  private async probe(message: Message, state: Omit<ChatraState, 'permit'>, permit: Permit): Promise<void> {
    const clientId = latest(state.clients)?.clientId ?? NO_CLIENT
    const error = await probeChatra(state.connection, clientId, permit)
    if (error === null) return
    await commit(this.context, [
      stateChange(message, 'retrying', reasonOf(error), this.now(), ['queued', 'retrying']),
    ])
  }

  private async send({ message }: Extract<ReplyStep, { do: 'send' }>, state: ChatraState): Promise<void> {
    const { connection } = state
    const client = await addresseeOf(
      this.context.store,
      message,
      state.conversation,
      state.clients,
      this.now(),
    )
    if (!client) {
      await commit(this.context, [stateChange(message, 'failed', 'client-unknown', this.now())])
      return
    }
    const text = await replyText(this.context, message, connection)
    if (!text.ok) return replyFailed(this.context, message, text.error, state, null)
    if (text.value.trim() === '') {
      await commit(this.context, [stateChange(message, 'skipped', 'empty', this.now())])
      return
    }
    const agents = await this.context.store.agents(connection.settings.id)
    const slot = await connection.chatraLimiter.slot('send')
    if (slot === null) return
    try {
      // Chatra stopped working while this call waited: the breaker is asked again.
      if (!connection.chatraBreaker.holds(state.permit)) return
      const sentFingerprint = fingerprint(comparable(text.value))
      if (!(await this.begin(message, { chatraClientId: client.clientId, sentFingerprint }))) return
      const speakers = speakersOf(message, connection.settings, agents)
      const sentAt = this.now()
      const sent = await this.say(connection, client, text.value, speakers)
      // Before the next send begins: it may have to go alone.
      if (!sent.ok && !sent.error.certain) connection.chatraLimiter.indeterminate()
      slot.release()
      const done = { sent, sentAt, answeredAt: this.now(), slot, client }
      await this.serial.run(String(state.conversation.id), () => this.finish(message, done, state))
    } finally {
      slot.release()
    }
  }

  /**
   * On disk before it is sent. Returns whether it must still be sent: not when it was settled, changed,
   * deleted or moved to another conversation while this call waited.
   */
  private begin(message: Message, fields: Partial<Message>): Promise<boolean> {
    const { store } = this.context
    const patch: Partial<Message> = {
      state: 'sending',
      reason: null,
      attempts: message.attempts + 1,
      sentAt: this.now(),
      ...fields,
    }
    return this.serial.run(String(message.conversationId), async () => {
      if ((await store.message(message.id))?.conversationId !== message.conversationId) return false
      return this.before.claim(message, patch)
    })
  }

  private async say(
    { chatra }: ConnectionContext,
    { clientId }: ClientLink,
    text: string,
    [speaker, ...others]: ReturnType<typeof speakersOf>,
  ): Promise<Sent['sent']> {
    let sent = await chatra.send(clientId, text, speaker)
    for (const other of others) {
      // Chatra refuses this employee (switch agent-by-email) or does not know the agent, which looks like a
      // missing client: sending as the general agent is better than not sending.
      if (sent.ok || (sent.error.code !== 'refused' && sent.error.code !== 'object-gone')) break
      sent = await chatra.send(clientId, text, other)
    }
    return sent
  }

  private async finish(message: Message, done: Sent, state: ChatraState): Promise<void> {
    const { sent, slot, client } = done
    const { store, continuity } = this.context
    if (sent.ok) {
      this.reached(state.conversation.id, done.sentAt)
      continuity?.reportedTime(message.connectionId, done.sentAt, done.answeredAt, sent.value.at)
    }
    const current = (await store.message(message.id)) ?? message
    if (current.state === 'delivered') {
      // Its echo arrived before the answer.
      this.worked(state, slot)
      const id = sent.ok && current.chatraMessageId === null ? sent.value.id : null
      const patch = { chatraMessageId: id }
      await commit(this.context, [
        ...(id === null ? [] : [{ type: 'message.patch', id: message.id, at: this.now(), patch } as const]),
        ...calmed(state.conversation),
      ])
      return
    }
    if (!sent.ok) return replyFailed(this.context, current, sent.error, state, slot)
    this.worked(state, slot)
    await commit(this.context, [
      {
        type: 'message.patch',
        id: message.id,
        at: this.now(),
        patch: {
          state: 'delivered',
          reason: whoReads(state.conversation, client) ?? (message.files.some(isLost) ? PICTURE_LOST : null),
          chatraMessageId: sent.value.id,
        },
      },
      ...calmed(state.conversation),
    ])
  }

  private worked({ connection, permit }: ChatraState, slot: Slot): void {
    connection.chatraLimiter.succeeded(slot)
    connection.chatraBreaker.succeeded(permit)
    connection.chatraBreaker.clearPart(REPLIES)
  }

  /** An edit or a deletion can be repeated without harm, so an indeterminate one is simply tried again. */
  private async change(
    { message, target }: Extract<ReplyStep, { do: 'change' }>,
    state: ChatraState,
  ): Promise<void> {
    const { connection } = state
    const text = await replyText(this.context, message, connection, target)
    if (!text.ok) return replyFailed(this.context, message, text.error, state, null)
    const slot = await connection.chatraLimiter.slot('change')
    if (slot === null) return
    try {
      if (!connection.chatraBreaker.holds(state.permit)) return
      await this.deliverChange(message, target, text.value, state, slot)
    } finally {
      slot.release()
    }
  }

  private async deliverChange(
    message: Message,
    target: Message,
    text: string,
    state: ChatraState,
    slot: Slot,
  ): Promise<void> {
    const { connection } = state
    const id = target.chatraMessageId ?? ''
    const sentFingerprint = fingerprint(comparable(text))
    if (!(await this.begin(message, { sentFingerprint, chatraClientId: target.chatraClientId }))) return
    const done =
      message.kind === 'edit' ? await connection.chatra.edit(id, text) : await connection.chatra.remove(id)
    const gone = !done.ok && done.error.code === 'object-gone'
    if (!done.ok && !(gone && message.kind === 'delete'))
      return replyFailed(this.context, message, done.error, state, slot)
    this.worked(state, slot)
    await commit(this.context, [
      {
        type: 'message.patch',
        id: message.id,
        at: this.now(),
        patch: { state: 'delivered', reason: gone ? 'already-gone' : null },
      },
      ...calmed(state.conversation),
    ])
  }
}

/** F16: after the client has left, Chatra e-mails the reply, if it knows an address. */
function whoReads(conversation: Conversation, client: ClientLink): string | null {
  if (!conversation.clientLeft) return null
  return client.profile.email === null ? 'client-left-no-email' : 'client-left-emailed-by-chatra'
}
