import { type ClientLink, type Conversation, type Message, OPEN_STATES } from '../../../shared/domain.ts'
import { type BridgeError, type Result, stopsSide } from '../../../shared/errors.ts'
import { translate } from '../../../shared/i18n/index.ts'
import { type ConnectionContext, commit, type EngineContext } from '../context.ts'
import { handOver } from '../merge.ts'
import { type Change, isCarriedElsewhere } from '../ports.ts'
import type { Serial } from '../serial.ts'
import { comparable, fingerprint } from '../text.ts'
import { BeforeSending } from './before-sending.ts'
import { latest, reasonOf, stateChange } from './changes.ts'
import { INTERRUPTED, planReply, type ReplyState, type ReplyStep, speakersOf } from './chatra-plan.ts'
import { isStopped, type Permit } from './circuit-breaker.ts'
import type { Next } from './lanes.ts'
import { isTrouble, nextTry, waitsUntil } from './retry.ts'

type Loaded = ReplyState & { connection: ConnectionContext; client: ClientLink | null; permit: Permit }

/** The part of the work (SideGate.stumbled) that carries replies. */
const REPLIES = 'replies'

/** Carries the waiting replies, edits and deletions of one conversation into the chat, strictly in order. */
export class ToChatra {
  private readonly context: EngineContext
  private readonly serial: Serial
  private readonly before: BeforeSending
  private readonly reached: (conversationId: number) => void
  /** Since when echoes can be received: the start of the process, or the last wake of the computer. */
  private awakeSince: number

  constructor(context: EngineContext, serial: Serial, reached: (conversationId: number) => void) {
    this.context = context
    this.serial = serial
    this.before = new BeforeSending(context, serial)
    this.reached = reached
    this.awakeSince = context.clock.now()
  }

  async step(conversationId: number): Promise<Next> {
    const state = await this.load(conversationId)
    if (!state) return { next: 'idle' }
    if (state.conversation.mergedInto !== null) return this.handOver(state)
    const step = planReply(state)
    switch (step.do) {
      case 'idle':
        return { next: 'idle' }
      case 'wait':
        return { next: 'wait', until: step.until }
      case 'settle-as-not-sent':
        await commit(this.context, [
          stateChange(step.message, 'retrying', 'no-echo', this.now(), ['uncertain']),
        ])
        return { next: 'again' }
      case 'mark-uncertain':
        await commit(this.context, [
          stateChange(step.message, 'uncertain', INTERRUPTED, this.now(), ['sending', 'uncertain']),
        ])
        return { next: 'again' }
      case 'drop':
        await commit(this.context, [stateChange(step.message, 'skipped', step.reason, this.now())])
        return { next: 'again' }
    }
    const gate = state.connection.chatraGate
    const permit = gate.enter()
    if (isStopped(permit)) return { next: 'closed', opened: permit.opened }
    try {
      const loaded = { ...state, permit }
      const asked = await this.before.check(step.message, state.connection)
      if (!asked.ok) await this.failed(step.message, asked.error, loaded)
      else if (asked.value && step.do === 'send') await this.send({ ...step, message: asked.value }, loaded)
      else if (asked.value && step.do === 'change')
        await this.change({ ...step, message: asked.value }, loaded)
    } finally {
      gate.leave(permit)
    }
    return { next: 'again' }
  }

  /** A merged conversation: what was being sent when the process ended is unclear, and everything is the root's. */
  private handOver({ conversation, waiting }: Omit<Loaded, 'permit'>): Promise<Next> {
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

  /** Marks a message as being sent, unless it was settled, changed, deleted or given to another conversation meanwhile. */
  private begin(message: Message, patch: Partial<Message>): Promise<boolean> {
    const { store } = this.context
    return this.serial.run(String(message.conversationId), async () => {
      if ((await store.message(message.id))?.conversationId !== message.conversationId) return false
      return this.before.claim(message, patch)
    })
  }

  /** The bridge was off: the echo of an unclear reply may have come meanwhile, so that its absence proves nothing. */
  async wasAway(conversationId: number): Promise<void> {
    const waiting = await this.context.store.waiting(conversationId, 'to-chatra', 10_000)
    const unclear = waiting.filter(
      (one) => one.state === 'uncertain' && one.reason !== INTERRUPTED && !isCarriedElsewhere(one.reason),
    )
    this.awakeSince = this.now()
    const changes = unclear.map((one) =>
      stateChange(one, 'uncertain', INTERRUPTED, this.now(), ['uncertain']),
    )
    await commit(this.context, changes)
  }

  private now(): number {
    return this.context.clock.now()
  }

  private async load(conversationId: number): Promise<Omit<Loaded, 'permit'> | null> {
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
    // It waits for Planfix too, where a comment or a file is asked for.
    const healedAt = Math.max(connection.chatraGate.breaker.healedAt, connection.planfixGate.breaker.healedAt)
    const notBefore = waitsUntil(conversation.chatraLane, healedAt, this.now())
    return {
      connection,
      conversation: { ...conversation, chatraLane: { ...conversation.chatraLane, notBefore } },
      waiting,
      targets,
      client: latest(await store.clientsOf(conversationId)),
      echoSeen: (await store.fact<boolean>(conversation.connectionId, 'echoSeen')) ?? false,
      awakeSince: this.awakeSince,
      now: this.now(),
    }
  }

  private async send({ message }: Extract<ReplyStep, { do: 'send' }>, state: Loaded): Promise<void> {
    const { connection } = state
    const client = (await this.deviceOf(message)) ?? state.client
    if (!client) {
      await commit(this.context, [stateChange(message, 'failed', 'client-unknown', this.now())])
      return
    }
    const text = await this.textOf(message, connection)
    if (!text.ok) return this.failed(message, text.error, state)
    if (text.value.trim() === '') {
      await commit(this.context, [stateChange(message, 'skipped', 'empty', this.now())])
      return
    }
    const agents = await this.context.store.agents(connection.settings.id)
    const [speaker, ...others] = speakersOf(message, connection.settings, agents)
    const sentAt = this.now()
    const patch: Partial<Message> = {
      state: 'sending',
      reason: null,
      attempts: message.attempts + 1,
      sentAt,
      chatraClientId: client.clientId,
      sentPrint: fingerprint(comparable(text.value)),
    }
    // Changed or deleted in Planfix, or settled by a late echo, while its turn came: then it is not sent as it is.
    if (!(await this.begin(message, patch))) return
    let sent = await connection.chatra.send(client.clientId, text.value, speaker)
    for (const other of others) {
      // Chatra refuses this employee (switch agent-by-email) or does not know the agent, which looks like a client who
      // is gone: better from the general user than not at all.
      if (sent.ok || (sent.error.code !== 'refused' && sent.error.code !== 'object-gone')) break
      sent = await connection.chatra.send(client.clientId, text.value, other)
    }
    await this.serial.run(String(state.conversation.id), () => this.finish(message, sent, state, client))
  }

  /** The device it was written to; null when it names none, or one that is not known any more. */
  private async deviceOf({ connectionId, chatraClientId }: Message): Promise<ClientLink | null> {
    return chatraClientId === null ? null : this.context.store.client(connectionId, chatraClientId)
  }

  private async finish(
    message: Message,
    sent: Result<{ id: string | null; at: number | null }>,
    state: Loaded,
    client: ClientLink,
  ): Promise<void> {
    const { store } = this.context
    if (sent.ok) this.reached(state.conversation.id)
    const current = (await store.message(message.id)) ?? message
    if (current.state === 'delivered') {
      // Its echo was faster than the answer.
      state.connection.chatraGate.succeeded(state.permit)
      state.connection.chatraGate.hasAgain(REPLIES)
      const id = sent.ok && current.chatraMessageId === null ? sent.value.id : null
      const patch = { chatraMessageId: id }
      await commit(this.context, [
        ...(id === null ? [] : [{ type: 'message.patch', id: message.id, at: this.now(), patch } as const]),
        ...this.calm(state.conversation),
      ])
      return
    }
    if (!sent.ok) return this.failed(current, sent.error, state)
    state.connection.chatraGate.succeeded(state.permit)
    state.connection.chatraGate.hasAgain(REPLIES)
    await commit(this.context, [
      {
        type: 'message.patch',
        id: message.id,
        at: this.now(),
        patch: {
          state: 'delivered',
          reason: whoReads(state.conversation, client),
          chatraMessageId: sent.value.id,
        },
      },
      ...this.calm(state.conversation),
    ])
  }

  /**
   * The text with a line for each file: a link the client can open, or its name where there is none, or where it is longer
   * than anybody reckoned with.
   */
  private async textOf(message: Message, connection: ConnectionContext): Promise<Result<string>> {
    const lines = message.text === '' ? [] : [message.text]
    for (const file of message.files) {
      if (file.planfixFileId === null) continue
      const link = this.context.fileLink(connection.settings.id, file.planfixFileId, file.name)
      const room = connection.chatra.maxText - lines.reduce((sum, line) => sum + line.length + 1, 0)
      if (link && `${file.name}: ${link}`.length <= room) {
        lines.push(`${file.name}: ${link}`)
        continue
      }
      await connection.planfix.pacer.turn(1, `file:${message.id}`)
      const address = await connection.planfix.fileAddress(file.planfixFileId)
      // Without the right to read files the text goes out all the same, and the employee is told.
      const hopeless =
        !address.ok && (address.error.retry.when === 'never' || address.error.code === 'missing-scope')
      if (!address.ok && !hopeless) return address
      const url = address.ok ? address.value.url : null
      if (url && `${file.name}: ${url}`.length <= room) lines.push(`${file.name}: ${url}`)
      else {
        lines.push(
          translate(this.context.language, 'file.unavailable', { name: file.name }).slice(
            0,
            Math.max(0, room),
          ),
        )
        await commit(this.context, [this.note(message, { what: 'file-not-delivered', file: file.name })])
      }
    }
    return { ok: true, value: lines.join('\n') }
  }

  /** An edit or a deletion can be repeated without harm, so unclear is simply tried again. */
  private async change(
    { message, target }: Extract<ReplyStep, { do: 'change' }>,
    state: Loaded,
  ): Promise<void> {
    const { connection } = state
    const id = target.chatraMessageId ?? ''
    const text = await this.textOf(message, connection)
    if (!text.ok) return this.failed(message, text.error, state)
    const sentAt = this.now()
    const print = fingerprint(comparable(text.value))
    const patch: Partial<Message> = {
      state: 'sending',
      reason: null,
      attempts: message.attempts + 1,
      sentAt,
      sentPrint: print,
    }
    patch.chatraClientId = target.chatraClientId
    if (!(await this.begin(message, patch))) return
    const done =
      message.kind === 'edit'
        ? await connection.chatra.edit(id, text.value)
        : await connection.chatra.remove(id)
    const gone = !done.ok && done.error.code === 'object-gone'
    if (!done.ok && !(gone && message.kind === 'delete')) return this.failed(message, done.error, state)
    connection.chatraGate.succeeded(state.permit)
    connection.chatraGate.hasAgain(REPLIES)
    await commit(this.context, [
      {
        type: 'message.patch',
        id: message.id,
        at: this.now(),
        patch: { state: 'delivered', reason: gone ? 'already-gone' : null },
      },
      ...this.calm(state.conversation),
    ])
  }

  private async failed(message: Message, error: BridgeError, state: Loaded): Promise<void> {
    const { clock, random } = this.context
    const now = clock.now()
    const gate = error.side === 'chatra' ? state.connection.chatraGate : state.connection.planfixGate
    let wholeSide = stopsSide(error)
    // A failure of Planfix (asked where a file is) was met without its permit: the next call to it will tell.
    if (error.side === 'chatra') {
      if (wholeSide) gate.failed(error, state.permit)
      else if (isTrouble(error)) wholeSide = gate.troubled(error, state.permit)
      else gate.succeeded(state.permit)
    }
    if (!stopsSide(error) && error.retry.when !== 'never') gate.stumbled(REPLIES, error)
    const failures = state.conversation.chatraLane.failures + 1
    const notBefore = wholeSide && error.side === 'chatra' ? 0 : nextTry(error, failures, now, random)
    const lane: Change = {
      type: 'conversation.patch',
      id: state.conversation.id,
      patch: { chatraLane: { failures, notBefore, failedAt: now } },
    }
    if (message.kind === 'text' && !error.certain) {
      // Never blindly repeated: settled by its echo, by the rule for missing echoes, or by the owner.
      await commit(this.context, [stateChange(message, 'uncertain', reasonOf(error), now, ['sending'])])
      return
    }
    if (error.retry.when === 'never') {
      const gone = message.kind === 'text' ? 'client-gone' : 'message-gone'
      const reason = error.code === 'object-gone' ? gone : 'refused'
      await commit(this.context, [
        stateChange(message, 'failed', reasonOf(error), now, OPEN_STATES),
        this.note(message, { what: 'not-delivered', reason }),
        ...this.calm(state.conversation),
      ])
      return
    }
    await commit(this.context, [lane, stateChange(message, 'retrying', reasonOf(error), now, OPEN_STATES)])
  }

  /** A note to the employee inside the task. */
  private note(message: Message, data: Record<string, unknown>): Change {
    return {
      type: 'chore.add',
      chore: {
        id: this.context.store.newId(),
        connectionId: message.connectionId,
        conversationId: message.conversationId ?? 0,
        kind: 'note',
        key: `${String(data.what)}:${message.id}:${String(data.file ?? '')}`,
        data: { ...data, messageId: message.id, taskId: message.planfixTaskId },
        notBefore: this.now(),
        failures: 0,
        attempt: null,
      },
    }
  }

  private calm(conversation: Conversation): Change[] {
    if (conversation.chatraLane.failures === 0) return []
    return [
      {
        type: 'conversation.patch',
        id: conversation.id,
        patch: { chatraLane: { failures: 0, notBefore: 0 } },
      },
    ]
  }
}

/** F16: after the client left, Chatra e-mails the reply, if it knows where to. */
function whoReads(conversation: Conversation, client: ClientLink): string | null {
  if (!conversation.clientLeft) return null
  return client.profile.email === null ? 'client-left-no-email' : 'client-left-emailed-by-chatra'
}
