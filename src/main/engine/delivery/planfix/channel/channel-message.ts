import type { Connection } from '../../../../../shared/config.ts'
import type { Message, PendingWrite, TaskLink } from '../../../../../shared/domain.ts'
import { ok, type Result } from '../../../../../shared/errors.ts'
import { messageSourceId } from '../../../identity.ts'
import { nameOf } from '../../../people/naming.ts'
import { type Change, type ChannelMessage, isRestore } from '../../../ports.ts'
import { wordPrint } from '../../../text.ts'
import { writtenBefore } from '../../failover.ts'
import { taskPatch } from '../../patches.ts'
import { adopt, isActive, reconcileRefused, taskLink } from '../adopt-task.ts'
import { thatFit } from '../batch.ts'
import { foundWritten } from '../found-written.ts'
import { written } from '../introduction.ts'
import { findEarlierOfChat } from '../our-tasks.ts'
import {
  type ApiCall,
  type ConversationState,
  delivered,
  type PlanfixStepRunner,
  patchOf,
  type StepResult,
  upTo,
} from '../planfix-step-runner.ts'
import { afterTheEnd, perhapsNotes } from '../planfix-task.ts'
import { commentText, ownerOf, plainOf, taskName } from '../planfix-text.ts'
import type { ChannelStep } from './channel-plan.ts'
import { tasksOfJoined } from './joined-chats.ts'
import { saidComment } from './said-comment.ts'

type Say = Extract<ChannelStep, { do: 'say' }>

/** Which task Planfix would put the next message into. A task that the store does not know is taken up again. */
export async function askChat(work: PlanfixStepRunner, state: ConversationState): Promise<StepResult> {
  const { connection, channelChat: chatId } = state
  const { store, clock } = work.context
  const asked = await connection.channel.task(chatId)
  const now = clock.now()
  const none: Change = patchOf(state, { channel: { chatId, askedAt: now } })
  if (!asked.ok) return work.applyResult({ state, result: asked, onSuccess: () => [], isWrite: false })
  const joined = await tasksOfJoined(work.context, state)
  if (!joined.ok) return reconcileRefused(work, state, joined)
  if (joined.value.length > 0) return adopt(work, joined.value, state, 'here')
  const { number, active } = asked.value ?? { number: 0, active: false }
  const known = number === 0 ? null : await store.task(state.settings.id, number)
  let isOpen = active ?? false
  // After a restore a completed one counts too: what is about to be said may stand in it.
  const isLost = !known && isRestore(work.context.takeover?.())
  if (number !== 0 && (active === null || (active && !known) || isLost)) {
    await state.slot()
    const read = await connection.planfix.task(number)
    if (!read.ok && read.error.code !== 'object-gone') return reconcileRefused(work, state, read)
    isOpen = read.ok && !read.value.isDeleted && isActive(read.value, state)
    if (read.ok && !known && !read.value.isDeleted && (isOpen || isLost)) {
      const card = await connection.channel.contact(chatId)
      if (!card.ok) return reconcileRefused(work, state, card)
      const contactId = card.value ?? state.conversation.contactId
      const earlier = await findEarlierOfChat(work.context, state, read.value, contactId)
      if (!earlier.ok) return reconcileRefused(work, state, earlier)
      const { profile } = state.client
      const n = state.tasksOfChat + earlier.value.length + 1
      const present = { task: read.value, chatId: profile.chatId, n, byChannel: true }
      const taken = await adopt(work, [...earlier.value, present], state)
      const channel = patchOf(state, { channel: { chatId, askedAt: isOpen ? 0 : now }, contactId })
      return taken.kind === 'done' ? { ...taken, changes: [...taken.changes, channel] } : taken
    }
  }
  const onSuccess = (): Change[] => {
    if (!known || !isOpen) return [none, ...(known ? [closedNow(known, now)] : [])]
    return [
      patchOf(state, { taskId: number, channel: { chatId, askedAt: 0 } }),
      taskPatch(known, { active: true, closedAt: null, deleted: false, byChannel: true, checkedAt: now }),
    ]
  }
  return work.applyResult({ state, result: asked, onSuccess, isWrite: false })
}

const closedNow = (task: TaskLink, now: number): Change => taskPatch(task, { active: false, checkedAt: now })

/** Messages of one author as one message of the chat. */
export function say(work: PlanfixStepRunner, step: Say, state: ConversationState): ApiCall {
  const { settings, conversation, connection, channelChat: chatId } = state
  const first = step.batch[0]
  if (!first) throw new Error('an empty batch is never planned')
  const echo = echoOf(first, settings)
  const named = echo?.isNamed ? 'agents' : 'unmapped'
  const textOf = (batch: readonly Message[]) => commentText(batch, settings, work.context.language, named)
  const marked = step.batch.map((message) => ({
    ...message,
    late: message.writtenAt < conversation.deliveredUpTo,
  }))
  const batch = thatFit(marked, (some) => connection.planfix.fits(textOf(some)))
  const text = textOf(batch)
  const ids = batch.map(({ id }) => id)
  const sourceObjectId = messageSourceId(settings.id, first.originKey.replace(/^c:/, ''))
  const owner = echo === null ? null : ownerOf(first, settings)
  const { chatId: begunBy } = state.client.profile
  const attempt: PendingWrite = {
    ...work.attempt('chat', sourceObjectId, ids, plainOf(text), owner),
    ...(step.opens && { chatId: begunBy, n: state.tasksOfChat + 1 }),
  }
  const message: ChannelMessage = {
    chatId,
    contact: contactOf(state),
    text,
    files: filesOf(batch, work, settings.id),
    echo,
    title: step.opens ? taskName(state.client.profile) : null,
  }
  return {
    changes: [
      patchOf(state, { attempt, channel: { chatId, askedAt: conversation.channel?.askedAt ?? 0 } }),
      ...work.sending(batch),
    ],
    run: async () => {
      const before = await writtenBefore(work.context, state, batch)
      if (!before.ok) return reconcileRefused(work, state, before)
      if (before.value.size > 0) {
        const onSuccess = (found: typeof before.value) => foundWritten(work, found, state)
        return work.applyResult({ state, result: before, onSuccess })
      }
      const startedAt = work.context.clock.now()
      const result = await connection.channel.message(message)
      const acceptedAt = work.context.clock.now()
      const accepted = () => [patchOf(state, { attempt: { ...attempt, acceptedAt } })]
      const { task } = state
      if (step.opens || !task) return work.applyResult({ state, result, onSuccess: accepted })
      // It may have been completed since it was asked for: then Planfix has begun another.
      const isSure = !result.ok || task.checkedAt + SURE_MS >= startedAt
      const asked = isSure ? ok(null) : await connection.channel.task(chatId)
      const number = (asked.ok ? asked.value?.number : null) ?? task.taskId
      const known = number === task.taskId ? task : await work.context.store.task(settings.id, number)
      const look = () => [work.job(state, 'find-comment', `chat:${chatId}`, { chatId, calledAt: acceptedAt })]
      const onSuccess = () => {
        if (!known) return [...accepted(), closedNow(task, acceptedAt)]
        return [...saidInto(work, known, batch, attempt, null, state), ...(asked.ok ? [] : look())]
      }
      return work.applyResult({ state, result, onSuccess })
    },
  }
}

/** A task that was open at most this long before is taken for open. */
const SURE_MS = 2000

/** The number of the task that an accepted message began, and of its card. */
export async function findSaid(
  work: PlanfixStepRunner,
  attempt: PendingWrite,
  state: ConversationState,
): Promise<StepResult> {
  const { channel } = state.connection
  const asked = await channel.task(state.channelChat)
  const found = asked.ok && asked.value !== null
  const card = found ? await channel.contact(state.channelChat) : ok(null)
  const result: Result<unknown> = asked.ok ? card : asked
  const onSuccess = async (): Promise<Change[]> => {
    if (!asked.ok || asked.value === null) {
      work.noMatchAt.set(state.conversation.id, work.context.clock.now())
      return []
    }
    work.noMatchAt.delete(state.conversation.id)
    const batch = await work.messages(attempt.messageIds)
    return begun(work, asked.value.number, card.ok ? card.value : null, batch, attempt, null, state)
  }
  return work.applyResult({ state, result, onSuccess, isWrite: false })
}

/**
 * Whether an indeterminate message arrived: by the chat's task, and in it by author, words and time, as no number comes
 * back. Equal words that were said before are counted, so that they do not stand for this one.
 */
export async function lookForSaid(
  work: PlanfixStepRunner,
  attempt: PendingWrite,
  state: ConversationState,
): Promise<StepResult> {
  const { connection, conversation, settings } = state
  const asked = await connection.channel.task(state.channelChat)
  const nothing = () => {
    work.noMatchAt.set(conversation.id, work.context.clock.now())
    return []
  }
  const done = { state, isWrite: false } as const
  if (!asked.ok || asked.value === null)
    return work.applyResult({ ...done, result: asked, onSuccess: nothing })
  const { number } = asked.value
  const known = await work.context.store.task(settings.id, number)
  const card =
    known && conversation.contactId !== null ? ok(null) : await connection.channel.contact(state.channelChat)
  if (!card.ok) return work.applyResult({ ...done, result: card, onSuccess: nothing })
  const hit = await saidComment(work.context, attempt, number, state)
  const onSuccess = async (commentId: number | null): Promise<Change[]> => {
    if (commentId === null) return nothing()
    work.noMatchAt.delete(conversation.id)
    const batch = await work.messages(attempt.messageIds)
    return known
      ? saidInto(work, known, batch, attempt, commentId, state)
      : begun(work, number, card.value, batch, attempt, commentId, state)
  }
  return work.applyResult({ ...done, result: hit, onSuccess })
}

function saidInto(
  work: PlanfixStepRunner,
  task: TaskLink,
  batch: readonly Message[],
  attempt: PendingWrite,
  commentId: number | null,
  state: ConversationState,
): Change[] {
  return [
    patchOf(state, {
      attempt: null,
      closedTasks: 0,
      taskId: task.taskId,
      deliveredUpTo: upTo(batch, state.conversation),
    }),
    taskPatch(task, { lastActivityAt: work.context.clock.now(), byChannel: true }),
    ...arrived(work, task.taskId, batch, attempt, commentId),
  ]
}

/** A task that Planfix has made, with what REST adds to it: the facts about the client, and participants. */
function begun(
  work: PlanfixStepRunner,
  number: number,
  card: number | null,
  batch: readonly Message[],
  attempt: PendingWrite,
  commentId: number | null,
  state: ConversationState,
): Change[] {
  const { conversation, client, settings, channelChat: chatId } = state
  const { chatId: begunBy = client.profile.chatId, n = state.tasksOfChat + 1 } = attempt
  const link = taskLink(work, number, state, { chatId: begunBy, n, text: '', cursor: 0 })
  const contact = contactOf(state)
  const contactId = card ?? conversation.contactId
  const previous = state.task?.taskId ?? state.previous?.taskId ?? null
  const facts = {
    what: 'client-facts',
    taskId: number,
    clientId: client.clientId,
    previous: previous === number ? null : previous,
    related: conversation.relatedTaskId ?? null,
    perhaps: state.perhapsTask,
  } as const
  const hasParticipants = settings.planfix.participants.some((one) => one.startsWith('user:'))
  return [
    { type: 'task.add', task: { ...link, byChannel: true, createdAt: attempt.startedAt } },
    patchOf(state, {
      attempt: null,
      taskId: number,
      contactId,
      ...(contactId !== conversation.contactId &&
        contactId !== null && { contactWritten: written(contactId, contact) }),
      emailSearched: client.profile.email,
      searchTask: false,
      relatedTaskId: null,
      channel: { chatId, askedAt: 0 },
      deliveredUpTo: upTo(batch, conversation),
    }),
    ...arrived(work, number, batch, attempt, commentId),
    work.job(state, 'note', `client-facts:${number}`, facts),
    ...(hasParticipants ? [work.job(state, 'participants', String(number), { taskId: number })] : []),
    ...perhapsNotes(work, state),
    ...afterTheEnd(work, batch, state),
  ]
}

/** Delivered; its comment becomes known when the comments of the task are read next (intake/channel/pairing.ts). */
const arrived = (
  work: PlanfixStepRunner,
  taskId: number,
  batch: readonly Message[],
  { text, startedAt }: PendingWrite,
  commentId: number | null,
): Change[] =>
  batch.map((message) => {
    const change = delivered(message, taskId, commentId, work.context.clock.now())
    if (change.type !== 'message.patch') return change
    return { ...change, patch: { ...change.patch, sentAt: startedAt, sentFingerprint: wordPrint(text) } }
  })

function contactOf({ client, settings }: ConversationState): ChannelMessage['contact'] {
  const { email, phone } = client.profile
  return {
    name: nameOf(client.profile),
    email: settings.options.clientEmail === 'card' ? email : null,
    phone,
  }
}

/**
 * Who wrote it, for a message of ours: the mapped employee by e-mail; else the author of the settings, with the agent's
 * name in the text.
 */
function echoOf(
  message: Message,
  settings: Connection,
): { userEmail: string | null; isNamed: boolean } | null {
  if (message.author.kind === 'client') return null
  const owner = ownerOf(message, settings)
  const employee = settings.employees.find(({ planfixUserId }) => planfixUserId === owner)
  const email = employee?.email ?? null
  return { userEmail: email ?? settings.planfix.channel.echoAuthorEmail, isNamed: email === null }
}

/** Addresses that Planfix can read: ours, which last and hide the chat's own, else those of the chat. */
const filesOf = (
  batch: readonly Message[],
  { context }: PlanfixStepRunner,
  connectionId: string,
): ChannelMessage['files'] =>
  batch.flatMap((message) =>
    message.files.flatMap(({ name, url }, index) => {
      if (url === null) return []
      return [{ name, url: context.messageFileLink?.(connectionId, message.id, index, name) ?? url }]
    }),
  )
