import {
  type ClientLink,
  type Conversation,
  type Message,
  type MessageFile,
  OPEN_STATES,
} from '../../../shared/domain.ts'
import { type BridgeError, type Result, stopsSide } from '../../../shared/errors.ts'
import { translate } from '../../../shared/i18n/index.ts'
import { shortened } from '../../../shared/plain.ts'
import { type ConnectionContext, commit, type EngineContext } from '../context.ts'
import type { Arrival } from '../continuity.ts'
import { handOver } from '../merge.ts'
import { type Change, isCarriedElsewhere } from '../ports.ts'
import type { Serial } from '../serial.ts'
import { comparable, fingerprint } from '../text.ts'
import { BeforeSending } from './before-sending.ts'
import { latest, notArrived, notDone, noteAbout, reasonOf, rereadOf, stateChange } from './changes.ts'
import {
  INTERRUPTED,
  planReply,
  type ReplyState,
  type ReplyStep,
  speakersOf,
  TARGET_ID_UNKNOWN,
  TARGET_NOT_ARRIVED,
  WAITS_FOR_TARGET,
} from './chatra-plan.ts'
import { probeChatra } from './chatra-probe.ts'
import { isStopped, type Permit } from './circuit-breaker.ts'
import type { Next } from './lanes.ts'
import { isTrouble, nextTry, waitsUntil } from './retry.ts'
import type { Slot } from './send-limiter.ts'

type Loaded = ReplyState & { connection: ConnectionContext; clients: ClientLink[]; permit: Permit }

/** What came of a send. Times are ours. */
interface Sent {
  sent: Result<{ id: string | null; at: number | null }>
  sentAt: number
  answeredAt: number
  slot: Slot
  client: ClientLink
}

/** The part of the work (SideGate.stumbled) that carries replies. */
const REPLIES = 'replies'
/** What came in is decided on within moments. */
const DECIDED_SOON_MS = 2_000
const PENDING_LOOKED_AT = 1_000
/** Nobody has this id: the answer that there is no such client is one too. */
const NO_CLIENT = 'no-such-client'
/** A refusal for longer, or so many in a row, are shown as a side that waits. */
const LONG_REFUSAL_MS = 10_000
const MANY_REFUSALS = 8

/** Carries the waiting replies, edits and deletions of one conversation into the chat, strictly in order. */
export class ToChatra {
  private readonly context: EngineContext
  private readonly serial: Serial
  private readonly before: BeforeSending
  private readonly reached: (conversationId: number, sentAt: number) => void

  constructor(
    context: EngineContext,
    serial: Serial,
    reached: (conversationId: number, sentAt: number) => void,
  ) {
    this.context = context
    this.serial = serial
    this.before = new BeforeSending(context, serial)
    this.reached = reached
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
          ...this.notCarriedOut(step.message, step.reason),
        ])
        return { next: 'again' }
    }
    const { chatraGate: gate, chatraLimiter: limiter } = state.connection
    if (limiter.heldUntil > this.now()) return { next: 'wait', until: limiter.heldUntil }
    const permit = gate.enter()
    if (isStopped(permit)) return { next: 'closed', opened: permit.opened }
    try {
      // A stopped Chatra is never tried with a reply.
      if (permit.probe || limiter.isStopped) await this.probe(step.message, state, permit)
      else await this.carry(step, { ...state, permit })
    } finally {
      gate.leave(permit)
    }
    return { next: 'again' }
  }

  /** One that may still go out, as it is now. */
  private async carry(
    step: Extract<ReplyStep, { do: 'send' } | { do: 'change' }>,
    state: Loaded,
  ): Promise<void> {
    const asked = await this.before.check(step.message, state.connection)
    if (!asked.ok) return this.failed(step.message, asked.error, state, null)
    if (asked.value === null) return
    if (step.do === 'send') await this.send({ ...step, message: asked.value }, state)
    else await this.change({ ...step, message: asked.value }, state)
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

  /** The bridge was off: the echo of an unclear reply may have come meanwhile, so that its absence proves nothing. */
  async wasAway(conversationId: number): Promise<void> {
    const waiting = await this.context.store.waiting(conversationId, 'to-chatra', 10_000)
    const unclear = waiting.filter(
      (one) => one.state === 'uncertain' && one.reason !== INTERRUPTED && !isCarriedElsewhere(one.reason),
    )
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
    const { healedAt } = connection.chatraGate.breaker
    const notBefore = waitsUntil(conversation.chatraLane, healedAt, this.now())
    return {
      connection,
      conversation: { ...conversation, chatraLane: { ...conversation.chatraLane, notBefore } },
      waiting,
      targets,
      clients: await store.clientsOf(conversationId),
      arrivals: await this.arrivals(waiting),
      now: this.now(),
    }
  }

  /** What is known of the uncertain ones. Only where echoes of this connection have been seen does a missing one count. */
  private async arrivals(waiting: readonly Message[]): Promise<Map<number, Arrival>> {
    const { store, continuity } = this.context
    const arrivals = new Map<number, Arrival>()
    const now = this.now()
    for (const { id, state, connectionId } of waiting) {
      const arrival = state === 'uncertain' ? (continuity?.arrival(id, now) ?? 'unknown') : 'unknown'
      if (arrival === 'unknown' || !(await store.fact<boolean>(connectionId, 'echoSeen'))) continue
      const isDecided =
        arrival !== 'not-arrived' || !(await this.mayHoldEcho(connectionId, continuity?.provenBy(id) ?? null))
      arrivals.set(id, isDecided ? arrival : { lookAt: now + DECIDED_SOON_MS })
    }
    return arrivals
  }

  /** Something that came in before has not been decided on yet. */
  private async mayHoldEcho(connectionId: string, seq: number | null): Promise<boolean> {
    const pending = await this.context.store.inboxPending(0, PENDING_LOOKED_AT)
    return pending.some((row) => row.connectionId === connectionId && (seq === null || row.seq <= seq))
  }

  /** The reply that would have been next says why it waits. */
  private async probe(message: Message, state: Omit<Loaded, 'permit'>, permit: Permit): Promise<void> {
    const clientId = latest(state.clients)?.clientId ?? NO_CLIENT
    const error = await probeChatra(state.connection, clientId, permit)
    if (error === null) return
    await commit(this.context, [
      stateChange(message, 'retrying', reasonOf(error), this.now(), ['queued', 'retrying']),
    ])
  }

  /** The device that the reply answers; where that is not known, the one that wrote last. */
  private async clientOf(message: Message, { clients }: Pick<Loaded, 'clients'>): Promise<ClientLink | null> {
    const { chatraClientId, connectionId } = message
    const bound =
      chatraClientId === null ? null : await this.context.store.client(connectionId, chatraClientId)
    return bound ?? latest(clients)
  }

  private async send({ message }: Extract<ReplyStep, { do: 'send' }>, state: Loaded): Promise<void> {
    const { connection } = state
    const client = await this.clientOf(message, state)
    if (!client) {
      await commit(this.context, [stateChange(message, 'failed', 'client-unknown', this.now())])
      return
    }
    const text = await this.textOf(message, connection)
    if (!text.ok) return this.failed(message, text.error, state, null)
    if (text.value.trim() === '') {
      await commit(this.context, [stateChange(message, 'skipped', 'empty', this.now())])
      return
    }
    const agents = await this.context.store.agents(connection.settings.id)
    const slot = await connection.chatraLimiter.slot('send')
    if (slot === null) return
    try {
      // Chatra stopped working while its turn came: the breaker is asked anew.
      if (!connection.chatraGate.holds(state.permit)) return
      const sentPrint = fingerprint(comparable(text.value))
      if (!(await this.begin(message, { chatraClientId: client.clientId, sentPrint }))) return
      const speakers = speakersOf(message, connection.settings, agents)
      const sentAt = this.now()
      const sent = await this.say(connection, client, text.value, speakers)
      // Before the next one begins: it may have to go alone.
      if (!sent.ok && !sent.error.certain) connection.chatraLimiter.unclear()
      slot.release()
      const done = { sent, sentAt, answeredAt: this.now(), slot, client }
      await this.serial.run(String(state.conversation.id), () => this.finish(message, done, state))
    } finally {
      slot.release()
    }
  }

  /**
   * On disk before it is handed over. Answers whether it still is to be: not when it was settled, changed, deleted or given
   * to another conversation while its turn came.
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
      // Chatra refuses this employee (switch agent-by-email) or does not know the agent, which looks like a client who
      // is gone: better from the general user than not at all.
      if (sent.ok || (sent.error.code !== 'refused' && sent.error.code !== 'object-gone')) break
      sent = await chatra.send(clientId, text, other)
    }
    return sent
  }

  private async finish(message: Message, done: Sent, state: Loaded): Promise<void> {
    const { sent, slot, client } = done
    const { store, continuity } = this.context
    if (sent.ok) {
      this.reached(state.conversation.id, done.sentAt)
      continuity?.toldTime(message.connectionId, done.sentAt, done.answeredAt, sent.value.at)
    }
    const current = (await store.message(message.id)) ?? message
    if (current.state === 'delivered') {
      // Its echo was faster than the answer.
      this.worked(state, slot)
      const id = sent.ok && current.chatraMessageId === null ? sent.value.id : null
      const patch = { chatraMessageId: id }
      await commit(this.context, [
        ...(id === null ? [] : [{ type: 'message.patch', id: message.id, at: this.now(), patch } as const]),
        ...this.calm(state.conversation),
      ])
      return
    }
    if (!sent.ok) return this.failed(current, sent.error, state, slot)
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
      ...this.calm(state.conversation),
    ])
  }

  private worked({ connection, permit }: Loaded, slot: Slot): void {
    connection.chatraLimiter.succeeded(slot)
    connection.chatraGate.succeeded(permit)
    connection.chatraGate.hasAgain(REPLIES)
  }

  /**
   * The text with a line for each file: a link the client can open, or its name where there is none, or where it is longer
   * than anybody reckoned with.
   */
  private async textOf(
    message: Message,
    connection: ConnectionContext,
    shown: Message | null = null,
  ): Promise<Result<string>> {
    const lines = message.text === '' ? [] : [message.text]
    for (const file of message.files) {
      if (file.planfixFileId === null) {
        lines.push(this.unavailable(file.name))
        // Said once, not again with each edit.
        const isFirst = message.files.find(({ name }) => name === file.name) === file
        if (isFirst && !shown?.files.some(isLost))
          await commit(this.context, [this.note(message, { what: 'file-not-delivered', file: file.name })])
        continue
      }
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
        lines.push(shortened(this.unavailable(file.name), Math.max(0, room)))
        await commit(this.context, [this.note(message, { what: 'file-not-delivered', file: file.name })])
      }
    }
    return { ok: true, value: lines.join('\n') }
  }

  /** What stands in place of a file, or of a picture of the text. */
  private unavailable(name: string): string {
    const { language } = this.context
    return name === ''
      ? translate(language, 'file.picture')
      : translate(language, 'file.unavailable', { name })
  }

  /** An edit or a deletion can be repeated without harm, so unclear is simply tried again. */
  private async change(
    { message, target }: Extract<ReplyStep, { do: 'change' }>,
    state: Loaded,
  ): Promise<void> {
    const { connection } = state
    const text = await this.textOf(message, connection, target)
    if (!text.ok) return this.failed(message, text.error, state, null)
    const slot = await connection.chatraLimiter.slot('change')
    if (slot === null) return
    try {
      if (!connection.chatraGate.holds(state.permit)) return
      await this.carryChange(message, target, text.value, state, slot)
    } finally {
      slot.release()
    }
  }

  private async carryChange(
    message: Message,
    target: Message,
    text: string,
    state: Loaded,
    slot: Slot,
  ): Promise<void> {
    const { connection } = state
    const id = target.chatraMessageId ?? ''
    const sentPrint = fingerprint(comparable(text))
    if (!(await this.begin(message, { sentPrint, chatraClientId: target.chatraClientId }))) return
    const done =
      message.kind === 'edit' ? await connection.chatra.edit(id, text) : await connection.chatra.remove(id)
    const gone = !done.ok && done.error.code === 'object-gone'
    if (!done.ok && !(gone && message.kind === 'delete')) return this.failed(message, done.error, state, slot)
    this.worked(state, slot)
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

  private async failed(
    message: Message,
    error: BridgeError,
    state: Loaded,
    slot: Slot | null,
  ): Promise<void> {
    const { clock, random } = this.context
    const now = clock.now()
    const { connection } = state
    const isPaced = slot !== null && error.code === 'rate-limited' && this.isPaced(error, slot, connection)
    let wholeSide = stopsSide(error) && !isPaced
    // A failure of Planfix (asked where a file is) was met without its permit: the next call to it will tell.
    if (slot !== null && error.side === 'chatra' && !isPaced) wholeSide = this.reportFault(error, state, slot)
    const gate = error.side === 'chatra' ? connection.chatraGate : connection.planfixGate
    if (!stopsSide(error) && error.retry.when !== 'never') gate.stumbled(REPLIES, error)
    if (message.kind === 'text' && !error.certain) return this.unclear(message, error, now)
    // Chatra has said that it did not take it: nothing that comes can be its echo.
    const notInChat: Change[] =
      message.kind === 'text' && slot !== null
        ? [{ type: 'message.patch', id: message.id, at: now, patch: { sentPrint: null } }]
        : []
    const failures = state.conversation.chatraLane.failures + (isPaced ? 0 : 1)
    const isTimed = !isPaced && !(wholeSide && error.side === 'chatra')
    const notBefore = isTimed ? nextTry(error, failures, now, random) : 0
    const lane: Change = {
      type: 'conversation.patch',
      id: state.conversation.id,
      patch: { chatraLane: { failures, notBefore, failedAt: now } },
    }
    if (error.retry.when === 'never') {
      const gone = message.kind === 'text' ? 'client-gone' : 'message-gone'
      const reason = error.code === 'object-gone' ? gone : 'refused'
      await commit(this.context, [
        stateChange(message, 'failed', reasonOf(error), now, OPEN_STATES),
        ...notInChat,
        this.note(message, { what: notDone(message), reason }),
        ...this.calm(state.conversation),
      ])
      return
    }
    const retrying = stateChange(message, 'retrying', reasonOf(error), now, OPEN_STATES)
    await commit(this.context, [lane, retrying, ...notInChat])
  }

  /** What follows from an edit or a deletion that cannot be carried out. */
  private notCarriedOut(message: Message, reason: string): Change[] {
    if (reason === TARGET_ID_UNKNOWN)
      return [this.note(message, { what: notDone(message), reason: 'id-unknown' })]
    return reason === TARGET_NOT_ARRIVED
      ? rereadOf(message, this.now(), () => this.context.store.newId())
      : []
  }

  /** Too many calls: the limiter waits, and the side as a whole stops only where it must wait long or always hears it. */
  private isPaced(error: BridgeError, slot: Slot, { chatraLimiter }: ConnectionContext): boolean {
    const retryAt = error.retry.when === 'at' ? error.retry.time : null
    chatraLimiter.refused(slot, retryAt)
    return (retryAt ?? 0) < this.now() + LONG_REFUSAL_MS && chatraLimiter.refusedInRow < MANY_REFUSALS
  }

  /** Tells the breaker what it says of Chatra. Answers whether nothing is sent to Chatra now. */
  private reportFault(error: BridgeError, state: Loaded, slot: Slot): boolean {
    const { chatraGate: gate, chatraLimiter: limiter } = state.connection
    if (stopsSide(error) || limiter.isStopped) {
      gate.failed(error, state.permit)
      return true
    }
    if (isTrouble(error)) return gate.troubled(error, state.permit)
    limiter.succeeded(slot)
    gate.succeeded(state.permit)
    return false
  }

  /** Never repeated: settled by its echo, by what is known of a missing one, by a transcript, or by the owner. */
  private async unclear(message: Message, error: BridgeError, now: number): Promise<void> {
    const { id, connectionId, chatraClientId, sentAt } = message
    await commit(this.context, [stateChange(message, 'uncertain', reasonOf(error), now, ['sending'])])
    if (chatraClientId === null || sentAt === null) return
    const answered = error.status !== undefined
    this.context.continuity?.sent({ messageId: id, connectionId, clientId: chatraClientId, sentAt, answered })
    if (!answered) this.context.lineDoubtful?.()
  }

  /** A note to the employee inside the task. */
  private note(message: Message, data: Record<string, unknown>): Change {
    return noteAbout(message, data, this.now(), () => this.context.store.newId())
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

/** Reason of a reply that arrived without a picture of its text. */
const PICTURE_LOST = 'picture-not-delivered'
/** Nobody outside the account can open it. */
const isLost = ({ planfixFileId, url }: MessageFile) => planfixFileId === null && url === null

/** F16: after the client left, Chatra e-mails the reply, if it knows where to. */
function whoReads(conversation: Conversation, client: ClientLink): string | null {
  if (!conversation.clientLeft) return null
  return client.profile.email === null ? 'client-left-no-email' : 'client-left-emailed-by-chatra'
}
