import type { Attempt, Conversation, Message, TaskLink } from '../../../shared/domain.ts'
import { type BridgeError, bridgeError, type Result, stopsSide } from '../../../shared/errors.ts'
import { type ConnectionContext, commit, type EngineContext } from '../context.ts'
import { clientSourceId, messageSourceId, taskSourceId } from '../identity.ts'
import { mergeConversations } from '../merge.ts'
import type { Change, PlanfixTask } from '../ports.ts'
import type { Serial } from '../serial.ts'
import { hotUntil, latest, reasonOf, stateChange, taskPatch } from './changes.ts'
import { commentText, ownerOf, plainOf, taskDescription, taskName, withEmail } from './content.ts'
import type { Next } from './lanes.ts'
import { LookAgain } from './look.ts'
import { type PlanState, planStep, type Step } from './planfix-plan.ts'
import { nextTry } from './retry.ts'

type Loaded = PlanState & {
  connection: ConnectionContext
  tokenUserId: number | null
  assigner: 'contact' | 'no' | null
}
type Call = { changes: Change[]; run: () => Promise<Outcome> }
type Outcome = (fresh: Conversation) => Promise<Change[]>

/** Carries the waiting messages of one conversation into Planfix, one planned step at a time. */
export class ToPlanfix {
  private readonly context: EngineContext
  private readonly serial: Serial
  private readonly look: LookAgain
  private readonly lookedInVain = new Map<number, number>()

  constructor(context: EngineContext, serial: Serial) {
    this.context = context
    this.serial = serial
    this.look = new LookAgain(context)
  }

  async step(conversationId: number): Promise<Next> {
    const first = await this.load(conversationId)
    if (!first) return { next: 'idle' }
    const planned = planStep(first)
    const idle = waitOf(planned)
    if (idle) return idle
    if (planned.do === 'give-up-attempt') return this.giveUpAttempt(conversationId)
    const gate = first.connection.planfixGate
    const closed = gate.enter()
    if (closed) return { next: 'closed', opened: closed }
    const { pacer } = first.connection.planfix
    await pacer.turn(0, String(conversationId))
    const call = await this.serial.run(String(conversationId), () => this.prepare(conversationId))
    if ('next' in call) {
      pacer.giveBack()
      gate.leave()
      return call
    }
    const outcome = await call.run()
    await this.serial.run(String(conversationId), async () => {
      const fresh = await this.context.store.conversation(conversationId)
      if (fresh) await commit(this.context, await outcome(fresh))
    })
    return { next: 'again' }
  }

  /** Plans under the lock and commits what must be on disk before the call. */
  private async prepare(conversationId: number): Promise<Next | { run: () => Promise<Outcome> }> {
    const state = await this.load(conversationId)
    if (!state) return { next: 'idle' }
    const step = planStep(state)
    const idle = waitOf(step)
    if (idle) return idle
    if (step.do === 'give-up-attempt') return { next: 'again' }
    const call = this.callOf(step, state)
    await commit(this.context, call.changes)
    return call
  }

  private async load(conversationId: number): Promise<Loaded | null> {
    const { store, connections, clock } = this.context
    const conversation = await store.conversation(conversationId)
    const connection = conversation && connections.get(conversation.connectionId)
    if (!conversation || !connection) return null
    const { id: connectionId } = connection.settings
    const [waiting, clients, task, agents] = await Promise.all([
      store.waiting(conversationId, 'to-planfix', 200),
      store.clientsOf(conversationId),
      conversation.taskId === null ? null : store.task(connectionId, conversation.taskId),
      store.agents(connectionId),
    ])
    const client = latest(clients)
    if (!client) return null
    const needsTask = !task || task.deleted || !task.active
    const tasks = needsTask ? await store.tasksOf(conversationId) : []
    return {
      connection,
      settings: connection.settings,
      conversation,
      waiting: waiting
        .filter((message) => message.kind === 'text')
        .map((message) => withEmail(message, agents)),
      client,
      task,
      previous: tasks.toSorted((a, b) => b.createdAt - a.createdAt)[0] ?? null,
      tasksOfChat: needsTask ? await store.taskCount(connectionId, client.profile.chatId) : 0,
      lookedInVainAt: this.lookedInVain.get(conversationId) ?? null,
      now: clock.now(),
      tokenUserId: needsTask ? await store.fact<number>(connectionId, 'tokenUserId') : null,
      assigner: needsTask ? await store.fact<'contact' | 'no'>(connectionId, 'assigner') : null,
    }
  }

  private callOf(step: Step, state: Loaded): Call {
    switch (step.do) {
      case 'idle':
      case 'wait':
      case 'give-up-attempt':
        throw new Error('nothing to call')
      case 'look':
        return { changes: [], run: () => this.runLook(step.attempt, state) }
      case 'find-contact':
        return { changes: [], run: () => this.runFindContact(step.email, state) }
      case 'create-contact':
        return this.createContact(state)
      case 'find-task':
        return { changes: [], run: () => this.runFindTask(state) }
      case 'check-task':
        return { changes: [], run: () => this.runCheckTask(step.task, state) }
      case 'create-task':
        return this.createTask(step, state)
      case 'upload':
        return { changes: [], run: () => this.runUpload(step.message, step.index, state) }
      case 'comment':
        return this.comment(step, state)
    }
  }

  // ---- contact ----------------------------------------------------------------------------------------------

  private async runFindContact(email: string, state: Loaded): Promise<Outcome> {
    const { id: connectionId } = state.settings
    const found = await state.connection.planfix.contactsByEmail(email)
    return this.settled(state, found, async (contacts) => {
      const contact = contacts.find((one) => !one.isDeleted)
      const patch: Partial<Conversation> = { emailSearched: email }
      if (!contact) return [patchOf(state, patch)]
      const owner = await this.context.store.conversationByContact(connectionId, contact.id)
      if (owner && owner.id !== state.conversation.id && owner.mergedInto === null) {
        return [patchOf(state, patch), ...(await mergeConversations(this.context, state.conversation, owner))]
      }
      const written = { name: null, email, phone: null }
      return [
        patchOf(state, { ...patch, contactId: contact.id, contactWritten: written, searchTask: true }),
        this.chore(state, 'introduce', 'contact', { clientId: state.client.clientId }),
      ]
    })
  }

  private createContact(state: Loaded): Call {
    const { profile, clientId } = state.client
    const fields = {
      name: taskName(profile).replace(/ \(Chatra\)$/, ''),
      ...(profile.email !== null && !state.conversation.emailRefused && { email: profile.email }),
      ...(profile.phone !== null && { phone: profile.phone }),
    }
    const sourceObjectId = clientSourceId(state.settings.id, clientId)
    const attempt = this.attempt('contact', sourceObjectId, [], profile.email ?? '', null, fields.name)
    return {
      changes: [patchOf(state, { attempt })],
      run: async () => {
        const made = await state.connection.planfix.createContact(fields, sourceObjectId)
        return this.settled(
          state,
          made,
          async ({ id }) => [
            patchOf(state, {
              attempt: null,
              contactId: id,
              contactWritten: { name: fields.name, email: fields.email ?? null, phone: fields.phone ?? null },
            }),
          ],
          async (error) => {
            // The e-mail stands on another card that the exact search did not show (contracts/planfix.md section 8).
            if (!fields.email || error.code !== 'refused') return null
            return [patchOf(state, { attempt: null, emailRefused: true })]
          },
        )
      },
    }
  }

  // ---- task -------------------------------------------------------------------------------------------------

  private async runFindTask(state: Loaded): Promise<Outcome> {
    const contactId = state.conversation.contactId ?? 0
    const found = await state.connection.planfix.tasksOfContact(contactId)
    return this.settled(state, found, async (tasks) => {
      const active = tasks.filter((task) => !task.isDeleted && this.isActive(task, state) && !state.previous)
      const newest = active.at(-1)
      const changes: Change[] = [patchOf(state, { searchTask: false, ...(newest && { taskId: newest.id }) })]
      if (newest && !(await this.context.store.task(state.settings.id, newest.id))) {
        changes.push({
          type: 'task.add',
          task: this.taskLink(newest.id, state, state.client.profile.chatId, 1, ''),
        })
      }
      return changes
    })
  }

  private async runCheckTask(task: TaskLink, state: Loaded): Promise<Outcome> {
    const read = await state.connection.planfix.task(task.taskId)
    return this.settled(
      state,
      read,
      async (found) => [
        taskPatch(task, {
          active: this.isActive(found, state),
          deleted: found.isDeleted,
          checkedAt: this.context.clock.now(),
        }),
      ],
      async (error) =>
        error.code === 'object-gone' ? [taskPatch(task, { deleted: true, active: false })] : null,
    )
  }

  private isActive(task: PlanfixTask, state: Loaded): boolean {
    return task.status === null || (state.connection.planfix.isStatusActive(task.status) ?? true)
  }

  private createTask(step: Extract<Step, { do: 'create-task' }>, state: Loaded): Call {
    const { settings, client, conversation } = state
    const contactId = conversation.contactId ?? 0
    const description = taskDescription(
      step.batch,
      client.profile,
      step.previous,
      settings,
      this.context.language,
    )
    const name = taskName(client.profile)
    const text = plainOf(description)
    const sourceObjectId = taskSourceId(settings.id, step.chatId, step.n)
    const ids = step.batch.map((message) => message.id)
    const begun = { name, chatId: step.chatId, n: step.n }
    const attempt = { ...this.attempt('task', sourceObjectId, ids, text, null), ...begun }
    const asAssigner = state.assigner === 'contact' && state.tokenUserId !== null
    return {
      changes: [patchOf(state, { attempt }), ...this.sending(step.batch)],
      run: async () => {
        const made = await state.connection.planfix.createTask({
          name,
          description,
          contactId,
          assignerContactId: asAssigner ? contactId : null,
          participants: participantsOf(settings.planfix.participants, asAssigner ? state.tokenUserId : null),
          sourceObjectId,
        })
        return this.settled(
          state,
          made,
          async ({ id }) => this.taskMade(id, step.batch, text, step.chatId, step.n, state),
          async (error) => this.taskRefused(error, asAssigner, state),
        )
      },
    }
  }

  private taskMade(
    id: number,
    batch: readonly Message[],
    text: string,
    chatId: string,
    n: number,
    state: Loaded,
  ): Change[] {
    const changes: Change[] = [
      { type: 'task.add', task: this.taskLink(id, state, chatId, n, text) },
      patchOf(state, {
        attempt: null,
        taskId: id,
        searchTask: false,
        deliveredUpTo: upTo(batch, state.conversation),
      }),
      ...batch.map((message) => delivered(message, id, null, this.context.clock.now())),
    ]
    if (state.assigner === null) changes.push(this.chore(state, 'assigner', String(id), { taskId: id }))
    return changes
  }

  /** A certain "no": the assigner is not taken, the contact has been merged away, or the template is wrong. */
  private async taskRefused(
    error: BridgeError,
    asAssigner: boolean,
    state: Loaded,
  ): Promise<Change[] | null> {
    if (error.code !== 'refused' && error.code !== 'object-gone') return null
    const { planfix } = state.connection
    const connectionId = state.settings.id
    if (asAssigner) {
      return [
        patchOf(state, { attempt: null }),
        { type: 'fact.set', connectionId, key: 'assigner', value: 'no' },
      ]
    }
    await planfix.pacer.turn(0, String(state.conversation.id))
    const contact = await planfix.contact(state.conversation.contactId ?? 0)
    const gone = contact.ok ? contact.value.isDeleted : contact.error.code === 'object-gone'
    if (!gone) return null
    return [patchOf(state, { attempt: null, contactId: null, contactWritten: null, emailSearched: null })]
  }

  private taskLink(taskId: number, state: Loaded, chatId: string, n: number, text: string): TaskLink {
    const now = this.context.clock.now()
    return {
      connectionId: state.settings.id,
      taskId,
      conversationId: state.conversation.id,
      chatId,
      n,
      createdAt: now,
      descriptionText: text,
      active: true,
      deleted: false,
      checkedAt: now,
      cursor: 0,
      signal: '',
      hotUntil: hotUntil(now, state.connection.planfix.clockSkew() ?? 0),
      readAt: now,
      lastActivityAt: now,
      closedAt: null,
    }
  }

  // ---- comment ----------------------------------------------------------------------------------------------

  private async runUpload(message: Message, index: number, state: Loaded): Promise<Outcome> {
    const file = message.files[index]
    const sent = file?.url
      ? await state.connection.planfix.fileFromUrl(file.name, file.url)
      : ({ ok: false, error: bridgeError('planfix', 'refused', 'the file has no address') } as const)
    const put = (change: Partial<Message['files'][number]>): Change[] => [
      {
        type: 'message.patch',
        id: message.id,
        at: this.context.clock.now(),
        patch: { files: message.files.map((one, at) => (at === index ? { ...one, ...change } : one)) },
      },
    ]
    return this.settled(
      state,
      sent,
      async ({ id }) => put({ planfixFileId: id }),
      async (error) =>
        error.retry.when === 'never' || error.code === 'missing-scope' ? put({ linkOnly: true }) : null,
    )
  }

  private comment(step: Extract<Step, { do: 'comment' }>, state: Loaded): Call {
    const { settings, conversation } = state
    const late = step.batch.map((message) => ({
      ...message,
      late: message.writtenAt < conversation.deliveredUpTo,
    }))
    const first = late[0]
    if (!first) throw new Error('an empty batch is never planned')
    const text = commentText(late, settings, this.context.language)
    const owner = ownerOf(first, settings)
    const key = first.originKey.replace(/^c:/, '')
    const sourceObjectId = messageSourceId(settings.id, key)
    const ids = late.map((message) => message.id)
    const attempt = this.attempt('comment', sourceObjectId, ids, plainOf(text), owner)
    return {
      changes: [patchOf(state, { attempt }), ...this.sending(late)],
      run: async () => {
        const isClient = first.author.kind === 'client'
        const made = await state.connection.planfix.addComment(step.task.taskId, {
          text,
          owner: isClient ? `contact:${conversation.contactId}` : owner === null ? null : `user:${owner}`,
          recipients: { roles: ['assignee', 'participant', 'auditor'], users: [] },
          fileIds: late.flatMap((message) =>
            message.files.map((file) => file.planfixFileId).filter((id) => id !== null),
          ),
          writtenAt: first.late ? first.writtenAt : null,
          sourceObjectId,
        })
        return this.settled(
          state,
          made,
          async ({ id }) => this.commentMade(id, late, step.task, state),
          async (error) => this.commentRefused(error, late, step.task, state),
        )
      },
    }
  }

  private commentMade(id: number, batch: readonly Message[], task: TaskLink, state: Loaded): Change[] {
    const now = this.context.clock.now()
    return [
      patchOf(state, { attempt: null, deliveredUpTo: upTo(batch, state.conversation) }),
      taskPatch(task, {
        hotUntil: hotUntil(now, state.connection.planfix.clockSkew() ?? 0),
        lastActivityAt: now,
      }),
      ...batch.map((message) => delivered(message, task.taskId, id, now)),
    ]
  }

  private async commentRefused(
    error: BridgeError,
    batch: readonly Message[],
    task: TaskLink,
    state: Loaded,
  ): Promise<Change[] | null> {
    if (error.code === 'object-gone') {
      return [patchOf(state, { attempt: null }), taskPatch(task, { deleted: true, active: false })]
    }
    if (error.code !== 'refused') return null
    return [
      patchOf(state, { attempt: null, planfixLane: { failures: 0, notBefore: 0 } }),
      ...batch.map((message) => stateChange(message, 'failed', reasonOf(error), this.context.clock.now())),
    ]
  }

  // ---- unclear writes ---------------------------------------------------------------------------------------

  private async runLook(attempt: Attempt, state: Loaded): Promise<Outcome> {
    const { conversation, connection, task } = state
    const found = await this.look.find(attempt, connection, conversation, task)
    return this.settled(state, found, async (id) => {
      if (id === null) {
        this.lookedInVain.set(conversation.id, this.context.clock.now())
        return []
      }
      this.lookedInVain.delete(conversation.id)
      const batch = await this.messages(attempt.messageIds)
      if (attempt.kind === 'contact') {
        return [
          patchOf(state, {
            attempt: null,
            contactId: id,
            contactWritten: { name: attempt.name ?? null, email: attempt.text || null, phone: null },
          }),
        ]
      }
      if (attempt.kind === 'task') {
        const { chatId = state.client.profile.chatId, n = state.tasksOfChat + 1 } = attempt
        return this.taskMade(id, batch, attempt.text, chatId, n, state)
      }
      return task ? this.commentMade(id, batch, task, state) : [patchOf(state, { attempt: null })]
    })
  }

  private async messages(ids: readonly number[]): Promise<Message[]> {
    const found = await Promise.all(ids.map((id) => this.context.store.message(id)))
    return found.filter((message) => message !== null)
  }

  /** It did not arrive: it will be written again, and a late look makes sure that it did not become two. */
  private giveUpAttempt(conversationId: number): Promise<Next> {
    return this.serial.run(String(conversationId), async () => {
      const state = await this.load(conversationId)
      if (state && planStep(state).do === 'give-up-attempt') {
        this.lookedInVain.delete(conversationId)
        await commit(this.context, [patchOf(state, { attempt: null }), ...this.scheduleVerify(state)])
      }
      return { next: 'again' }
    })
  }

  private scheduleVerify(state: Loaded): Change[] {
    const { attempt } = state.conversation
    if (attempt?.kind !== 'comment' || !state.task) return []
    const data = { taskId: state.task.taskId, sourceObjectId: attempt.sourceObjectId, text: attempt.text }
    return [this.chore(state, 'verify', attempt.sourceObjectId, data, 60_000)]
  }

  // ---- what all steps share ---------------------------------------------------------------------------------

  /** What a call's result changes: success, a special refusal, or the common way of failures. */
  private async settled<T>(
    state: Loaded,
    result: Result<T>,
    success: (value: T) => Promise<Change[]>,
    refused: (error: BridgeError) => Promise<Change[] | null> = async () => null,
  ): Promise<Outcome> {
    const gate = state.connection.planfixGate
    if (result.ok) {
      gate.succeeded()
      const changes = await success(result.value)
      return async (fresh) => [...changes, ...calm(fresh)]
    }
    const { error } = result
    const special = await refused(error)
    if (special) {
      gate.succeeded()
      return async () => special
    }
    const wholeSide = stopsSide(error) || error.code === 'missing-scope' || error.code === 'refused'
    if (wholeSide) gate.failed(error)
    else gate.succeeded()
    return (fresh) => this.failed(fresh, error, wholeSide)
  }

  /** The common way of a failure: the attempt is kept when it is unclear, and the lane waits. */
  private async failed(fresh: Conversation, error: BridgeError, wholeSide: boolean): Promise<Change[]> {
    const { clock, random, store } = this.context
    const now = clock.now()
    const failures = fresh.planfixLane.failures + 1
    const attempt = fresh.attempt
    const patch: Partial<Conversation> = {
      planfixLane: wholeSide
        ? { failures, notBefore: 0 }
        : { failures, notBefore: nextTry(error, failures, now, random) },
    }
    if (attempt && error.certain && error.code !== 'failing') patch.attempt = null
    else if (attempt && error.code !== 'failing') {
      this.lookedInVain.delete(fresh.id)
      patch.attempt = { ...attempt, unclearAt: now, timedOut: error.detail.startsWith('time-out') }
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

  private sending(batch: readonly Message[]): Change[] {
    return batch.map((message) => ({
      type: 'message.patch',
      id: message.id,
      at: this.context.clock.now(),
      patch: { state: 'sending', reason: null, attempts: message.attempts + 1, late: message.late },
    }))
  }

  private attempt(
    kind: Attempt['kind'],
    sourceObjectId: string,
    messageIds: number[],
    text: string,
    ownerUserId: number | null,
    name?: string,
  ): Attempt {
    const startedAt = this.context.clock.now()
    return {
      kind,
      sourceObjectId,
      messageIds,
      startedAt,
      unclearAt: null,
      timedOut: false,
      text,
      ownerUserId,
      ...(name && { name }),
    }
  }

  private chore(
    state: Loaded,
    kind: 'introduce' | 'assigner' | 'verify',
    key: string,
    data: Record<string, unknown>,
    delay = 0,
  ): Change {
    return {
      type: 'chore.add',
      chore: {
        id: this.context.store.newId(),
        connectionId: state.settings.id,
        conversationId: state.conversation.id,
        kind,
        key,
        data,
        notBefore: this.context.clock.now() + delay,
        failures: 0,
        attempt: null,
      },
    }
  }
}

const waitOf = (step: Step): Next | null =>
  step.do === 'idle' ? { next: 'idle' } : step.do === 'wait' ? { next: 'wait', until: step.until } : null

const patchOf = (state: Loaded, patch: Partial<Conversation>): Change => ({
  type: 'conversation.patch',
  id: state.conversation.id,
  patch,
})
const delivered = (message: Message, taskId: number, commentId: number | null, at: number): Change => ({
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
const upTo = (batch: readonly Message[], conversation: Conversation): number =>
  Math.max(conversation.deliveredUpTo, ...batch.map((message) => message.writtenAt))

/** After a success the lane starts counting failures anew. */
const calm = (fresh: Conversation): Change[] =>
  fresh.planfixLane.failures === 0
    ? []
    : [{ type: 'conversation.patch', id: fresh.id, patch: { planfixLane: { failures: 0, notBefore: 0 } } }]

function participantsOf(configured: readonly string[], tokenUserId: number | null) {
  const of = (kind: string) =>
    configured.filter((one) => one.startsWith(`${kind}:`)).map((one) => Number(one.slice(kind.length + 1)))
  const users = of('user')
  if (tokenUserId !== null && !users.includes(tokenUserId)) users.push(tokenUserId)
  return { users, contacts: of('contact'), groups: of('group') }
}
