import type { ClientProfile, Message } from '../../../shared/domain.ts'
import { ok, type Result } from '../../../shared/errors.ts'
import type { EngineContext } from '../context.ts'
import { clientSourceId, messageSourceId, taskSourceId } from '../identity.ts'
import {
  isDeliveredElsewhere,
  isRestore,
  type PlanfixComment,
  type PlanfixContact,
  type PlanfixTask,
  type Takeover,
} from '../ports.ts'
import { comparable } from '../text.ts'
import type { ConversationState } from './planfix/planfix-step-runner.ts'
import { commentText, ownerOf, plainOf, taskName } from './planfix/planfix-text.ts'

/**
 * Searches for writes that the previously active store may have made (Takeover): that of another computer
 * (docs/architecture.md, "Several computers"), or our own before it was restored. Source ids are the same on
 * every computer, so contacts, tasks and comments are recognised by them; where the account does not return
 * them, by content, author and time.
 */

/** Objects of a conversation that began longer ago than this are not searched for. */
const LOOK_DAYS = 30
const DAY = 24 * 3_600_000
/** Tolerance for the services' clocks. */
const SLACK_MS = 3 * 60_000
/** Maximum time that a reply may have waited before it was in the chat. */
const MOST_REPLY_MS = 30 * 60_000
/** Local digits may be read as UTC (contracts/planfix.md section 4, switch `datetime-zone`). */
const FARTHEST_ZONE_MS = 12 * 3_600_000
/** Number of a chat's task ordinals to compare. */
const MOST_TASKS = 20
/** Maximum pages of a feed to read back. */
const MOST_PAGES = 20

const taken = (context: EngineContext): Takeover | null => {
  const takeover = context.takeover?.() ?? null
  return takeover !== null && context.clock.now() - takeover.at < LOOK_DAYS * DAY ? takeover : null
}

/** The client's card that was created before; null = there is none, or there was no takeover. */
export async function contactMadeBefore(
  context: EngineContext,
  state: ConversationState,
  name: string,
): Promise<Result<PlanfixContact | null>> {
  const takeover = taken(context)
  if (takeover === null) return ok(null)
  const { planfix } = state.connection
  const sourceObjectId = clientSourceId(state.settings.id, state.client.clientId)
  const earliest = context.clock.now() - LOOK_DAYS * DAY
  const startedAt = isRestore(takeover) ? Math.max(earliest, takeover.backupAt) : earliest
  await state.slot()
  const found = await planfix.lookForContacts({ sourceObjectId, startedAt, name })
  if (!found.ok) return found
  const bySource = found.value.find((one) => one.sourceObjectId === sourceObjectId && !one.isDeleted)
  if (bySource || !isRestore(takeover)) return ok(bySource ?? null)
  const alike = found.value.filter(
    (one) => one.name.trim() === name.trim() && mayBeHis(one, state.client.profile),
  )
  return cardOfLostChat(context, state, takeover, alike)
}

/** With only the name equal it might be another person's: a known e-mail must be equal too. */
const mayBeHis = (contact: PlanfixContact, { email }: ClientProfile): boolean =>
  contact.sourceObjectId === null &&
  !contact.isDeleted &&
  (email === null || contact.email === null || contact.email.toLowerCase() === email.toLowerCase())

/**
 * Among cards of that name, the one whose tasks of the lost period are this client's: they contain everything
 * the client wrote then. If nothing is known of that period, the client must have been on the site before the
 * restore. If several cards match, or none certainly does: a second card is better than another person's.
 */
async function cardOfLostChat(
  context: EngineContext,
  state: ConversationState,
  takeover: Takeover & { backupAt: number },
  cards: readonly PlanfixContact[],
): Promise<Result<PlanfixContact | null>> {
  const { planfix } = state.connection
  // By our own clock: messages restored from the journal. An agent's message may be one of our replies, whose
  // author is the employee.
  const known = state.waiting.filter(
    ({ receivedAt, author }) => receivedAt < takeover.at && author.kind === 'client',
  )
  const startedAt = state.client.profile.visit?.startedAt ?? null
  if (known.length === 0 && (startedAt === null || startedAt >= takeover.at)) return ok(null)
  const found: PlanfixContact[] = []
  for (const card of cards) {
    if (await context.store.conversationByContact(state.settings.id, card.id)) continue
    await state.slot()
    const tasks = await planfix.tasksOfContact(card.id)
    if (!tasks.ok) return tasks
    const lost = tasks.value.filter((one) => isLost(one, state, takeover)).map(({ id }) => id)
    if (lost.length === 0) continue
    const written = await writtenIn(context, state, lost, known)
    if (!written.ok) return written
    if (written.value.size === known.length) found.push(card)
  }
  return ok(found.length === 1 ? (found[0] ?? null) : null)
}

/**
 * Whether a task was begun for this client after the backup: by its source id, else by its name and the time
 * of its creation.
 */
export function isLost(
  task: PlanfixTask,
  state: ConversationState,
  takeover: Takeover & { backupAt: number },
): boolean {
  if (task.isDeleted) return false
  const { profile } = state.client
  if (task.sourceObjectId !== null) {
    for (let n = 1; n <= MOST_TASKS; n++) {
      for (const chatId of [profile.chatId, ...(profile.former?.chatIds ?? [])])
        if (taskSourceId(state.settings.id, chatId, n) === task.sourceObjectId) return true
    }
    return false
  }
  // The client may have given a name, or an e-mail, after the task was created.
  const former = (profile.former?.names ?? []).map((name) => ({ ...profile, name }))
  const anonymous = { ...profile, name: null }
  const names = [profile, anonymous, { ...anonymous, displayedName: null }, ...former].map(taskName)
  return names.includes(task.name) && isOfLostTime(task, takeover)
}

/** It may have been created between the backup and the restore. */
export function isOfLostTime(
  { createdAt }: PlanfixTask,
  { at, backupAt }: Takeover & { backupAt: number },
): boolean {
  const slack = SLACK_MS + FARTHEST_ZONE_MS
  return createdAt === null || (createdAt >= backupAt - slack && createdAt <= at + slack)
}

/**
 * Tasks of this conversation that were begun before and are missing from the store; `ours` recognises them
 * among those of the client's card.
 */
export async function tasksMadeBefore<T>(
  context: EngineContext,
  state: ConversationState,
  ours: (tasks: readonly PlanfixTask[]) => Promise<T[]>,
): Promise<Result<T[]>> {
  const takeover = taken(context)
  const createdAt = state.task?.createdAt ?? state.previous?.createdAt ?? 0
  if (takeover === null || createdAt >= takeover.at) return ok([])
  const { planfix } = state.connection
  await state.slot()
  const found = await planfix.tasksOfContact(state.conversation.contactId ?? 0)
  return found.ok ? ok(await ours(found.value)) : found
}

/** The position of a message in Planfix. */
export interface Place {
  taskId: number
  commentId: number
  /** The message is the echo of this reply of an employee. */
  reply?: PlanfixComment
}

/** Which of these messages are already in a task of the conversation. */
export async function writtenBefore(
  context: EngineContext,
  state: ConversationState,
  batch: readonly Message[],
): Promise<Result<Map<Message, Place>>> {
  const takeover = taken(context)
  const doubtful = takeover === null ? [] : batch.filter((message) => isDoubtful(message, takeover))
  if (takeover === null || doubtful.length === 0) return ok(new Map())
  const earliest = earliestIn(doubtful, takeover)
  const tasks = await context.store.tasksOfThread(state.conversation.id)
  // A task that had ended before cannot contain them; when a rediscovered task ended is unknown.
  const open = tasks.filter(
    ({ closedAt, createdAt }) => closedAt === null || closedAt >= earliest || createdAt >= takeover.at,
  )
  const newest = open.toSorted((one, other) => other.taskId - one.taskId).slice(0, MOST_TASKS)
  return writtenIn(
    context,
    state,
    newest.map(({ taskId }) => taskId),
    doubtful,
  )
}

/** Which of these messages are in these tasks. */
export async function writtenIn(
  context: EngineContext,
  state: ConversationState,
  taskIds: readonly number[],
  batch: readonly Message[],
): Promise<Result<Map<Message, Place>>> {
  const takeover = taken(context)
  const doubtful = takeover === null ? [] : batch.filter((message) => isDoubtful(message, takeover))
  if (takeover === null || doubtful.length === 0) return ok(new Map())
  const tokenUserId = await context.store.fact<number>(state.settings.id, 'tokenUserId')
  const found = new Recognition(context, state, tokenUserId)
  const doubted: [Found, Message[]][] = []
  for (const taskId of taskIds) {
    const feed = await readBack(state, taskId, earliestIn(doubtful, takeover))
    // A deleted task contains nothing.
    if (!feed.ok && feed.error.code === 'object-gone') continue
    if (!feed.ok) return feed
    for (const comment of feed.value.comments) {
      const entry = { comment, taskId, isDescription: comment === feed.value.description }
      const linked = await context.store.messagesByComment(state.settings.id, comment.id)
      const sure = linked.filter((message) => !isGuess(message))
      if (sure.length < linked.length) doubted.push([entry, sure])
      else found.offer(entry, sure)
    }
  }
  for (const [entry, sure] of doubted) found.offer(entry, sure)
  return ok(found.among(doubtful, takeover))
}

/**
 * A comment that was read before its content was searched for: it counted as a note, or as a reply that may
 * have been sent.
 */
export const isGuess = ({ direction, state, reason }: Message): boolean =>
  direction === 'to-chatra' &&
  (state === 'skipped' || (state === 'uncertain' && isDeliveredElsewhere(reason)))

const earliestIn = (messages: readonly Message[], takeover: Takeover): number =>
  Math.min(...messages.map((message) => earliestOf(message, takeover))) - SLACK_MS

/**
 * Earliest possible time of writing; a message without id and time comes with a transcript, long after it was
 * written.
 */
const earliestOf = (message: Message, takeover: Takeover): number =>
  message.originKey.startsWith('u:') && isRestore(takeover) ? takeover.backupAt : message.writtenAt

/** It may have been written before the takeover. */
export const isDoubtful = (message: Message, takeover: Takeover): boolean =>
  earliestOf(message, takeover) < takeover.at + SLACK_MS

/** The feed from the newest comment back to `earliest`; the task's text is its first entry. */
async function readBack(
  { connection: { planfix }, slot }: ConversationState,
  taskId: number,
  earliest: number,
): Promise<Result<{ comments: PlanfixComment[]; description: PlanfixComment | null }>> {
  const comments: PlanfixComment[] = []
  for (let page = 0; page < MOST_PAGES; page++) {
    await slot()
    const listed = await planfix.comments(taskId, page * 100)
    if (!listed.ok) return listed
    comments.push(...listed.value.comments)
    if (listed.value.complete) {
      const oldest = comments.toSorted((one, other) => one.id - other.id)[0] ?? null
      return ok({ comments, description: oldest })
    }
    if (listed.value.sorted && comments.some(({ at }) => at !== null && at < earliest)) break
  }
  return ok({ comments, description: null })
}

interface Found {
  comment: PlanfixComment
  taskId: number
  isDescription: boolean
}
interface Offer extends Found {
  /** Lines, and names of files, that are not matched with a message yet. */
  rest: string
  files: string[]
}

/** Which messages the comments of these tasks contain. Each place in a comment stands for one message. */
class Recognition {
  private readonly state: ConversationState
  private readonly language: EngineContext['language']
  private readonly tokenUserId: number | null
  private readonly offers: Offer[] = []

  constructor(context: EngineContext, state: ConversationState, tokenUserId: number | null) {
    this.language = context.language
    this.state = state
    this.tokenUserId = tokenUserId
  }

  /** `linked`: messages that are known to be in it. */
  offer(entry: Found, linked: readonly Message[]): void {
    const { text, files } = entry.comment
    const offered: Offer = { ...entry, rest: linesOf(text), files: files.map(({ name }) => name) }
    for (const message of linked) this.take(offered, message)
    this.offers.push(offered)
  }

  among(batch: readonly Message[], takeover: Takeover): Map<Message, Place> {
    const found = new Map<Message, Place>()
    for (const message of batch) {
      const id = messageSourceId(this.state.settings.id, message.originKey.replace(/^c:/, ''))
      const offered = this.offers.find(({ comment }) => comment.sourceObjectId === id)
      if (!offered) continue
      this.take(offered, message)
      found.set(message, placeOf(offered))
    }
    // Joined messages have the source id of the first of them; the others are lines of the comment, or of the
    // task's text.
    for (const message of batch) {
      if (found.has(message)) continue
      const offered = this.offers.find(
        (one) => this.mayHold(one, message, takeover) && this.take(one, message),
      )
      if (offered) found.set(message, placeOf(offered))
    }
    for (const message of batch) {
      const reply = found.has(message)
        ? undefined
        : this.offers.find((one) => isReplyOf(message, one, takeover))
      if (!reply) continue
      reply.rest = reply.rest.replace(linesOf(message.text), () => '\n\u0000\n')
      found.set(message, { ...placeOf(reply), reply: reply.comment })
    }
    return found
  }

  private mayHold({ comment, isDescription }: Offer, message: Message, takeover: Takeover): boolean {
    const { at, owner } = comment
    if (at !== null && at < earliestOf(message, takeover) - SLACK_MS) return false
    if (at !== null && at > takeover.at + SLACK_MS) return false
    if (isDescription || owner === null || owner.startsWith('contact:')) return true
    // The token's user may be unknown: then it may be any employee.
    if (this.tokenUserId === null) return true
    return [this.tokenUserId, ownerOf(message, this.state.settings)].some((id) => owner === `user:${id}`)
  }

  /** Removes the message from the unmatched lines of the comment; false when it is not in it. */
  private take(offered: Offer, message: Message): boolean {
    const sent = message.files.filter((file) => !file.linkOnly).map(({ name }) => name)
    const files = [...offered.files]
    for (const name of sent) {
      const at = files.indexOf(name)
      if (at < 0) return false
      files.splice(at, 1)
    }
    const texts = this.textsOf(message)
    const lines = texts.map(linesOf).find((one) => offered.rest.includes(one))
    if (lines === undefined && (texts.length > 0 || sent.length === 0)) return false
    offered.files = files
    if (lines !== undefined) offered.rest = offered.rest.replace(lines, () => '\n\u0000\n')
    return true
  }

  /** As it is written: preceded by the name of an agent, or by its time when it came late. */
  private textsOf(message: Message): string[] {
    const { settings } = this.state
    const written = [false, true].flatMap((late) =>
      (['unmapped', 'agents', 'all'] as const).map((named) =>
        plainOf(commentText([{ ...message, late }], settings, this.language, named)),
      ),
    )
    return [...new Set(written)].filter((text) => text.trim() !== '')
  }
}

/**
 * After a restore an agent's message may be the echo of a reply that is missing from the store: then an
 * employee's comment has the same text, and was written shortly before.
 */
function isReplyOf(echo: Message, { comment, rest }: Offer, takeover: Takeover): boolean {
  const { owner, at, isHidden } = comment
  if (!isRestore(takeover) || echo.author.kind !== 'agent' || isHidden || !owner?.startsWith('user:'))
    return false
  if (at !== null && (at > echo.writtenAt + SLACK_MS || at < echo.writtenAt - MOST_REPLY_MS)) return false
  // The comment of a known reply is already matched.
  return comment.files.length === echo.files.length && rest.trim() === linesOf(echo.text).trim()
}

const placeOf = ({ taskId, comment }: Found): Place => ({ taskId, commentId: comment.id })
const linesOf = (text: string): string => `\n${text.split('\n').map(comparable).join('\n')}\n`
