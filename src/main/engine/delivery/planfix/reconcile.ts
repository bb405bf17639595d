import type { Connection } from '../../../../shared/config.ts'
import type { Conversation, PendingWrite, TaskLink } from '../../../../shared/domain.ts'
import { ok, type Result } from '../../../../shared/errors.ts'
import { plainField } from '../../../../shared/plain.ts'
import type { ConnectionContext, EngineContext } from '../../context.ts'
import type { PlanfixComment, PlanfixTask } from '../../ports.ts'
import { listsCarryIds, SEES_COMMENT_IDS, SEES_TASK_IDS } from '../../probed.ts'
import { sameText } from '../../text.ts'
import { isAnothers, madeByUs } from './our-tasks.ts'

/** Tolerance between the services' clocks and ours; Planfix truncates the seconds. */
const SLACK_MS = 3 * 60_000
/**
 * Until the account's zone is learned, its local digits may be read as UTC (contracts/planfix.md section 4,
 * switch `datetime-zone`): in the west a new object then seems older by this much.
 */
const FARTHEST_ZONE_MS = 12 * 3_600_000
const tooOld = (at: number | null, attempt: PendingWrite) => at !== null && at < attempt.startedAt - SLACK_MS
const tooOldAnywhere = (at: number | null, attempt: PendingWrite) =>
  at !== null && at < attempt.startedAt - SLACK_MS - FARTHEST_ZONE_MS

/** An equal text is our own write only near its time. */
const NEAR_MS = 10 * 60_000

/**
 * Searches for an indeterminate write: by our source id, and where the account does not return the ids, by
 * content: author (the intended one, or the token's user), text and time. Only objects that are not linked to
 * another message match. Deleted objects do not match.
 */
export class WriteReconciler {
  private readonly context: EngineContext

  constructor(context: EngineContext) {
    this.context = context
  }

  /** The number of the object created by the pending write, null when there is none. */
  find(
    attempt: PendingWrite,
    connection: ConnectionContext,
    conversation: Conversation,
    task: TaskLink | null,
  ): Promise<Result<number | null>> {
    if (attempt.kind === 'contact') return this.contact(attempt, connection)
    if (attempt.kind === 'task') return this.task(attempt, connection, conversation)
    return task
      ? this.comment(attempt, connection, task.taskId, conversation.contactId)
      : Promise.resolve(ok(null))
  }

  private async contact(
    attempt: PendingWrite,
    { planfix, settings }: ConnectionContext,
  ): Promise<Result<number | null>> {
    const found = await planfix.lookForContacts({ ...attempt, name: attempt.name ?? '' })
    if (!found.ok) return found
    const bySource = found.value.find((contact) => contact.sourceObjectId === attempt.sourceObjectId)
    if (bySource) return ok(bySource.id)
    if (await listsCarryIds(this.context.store, settings, 'contact')) return ok(null)
    for (const contact of found.value.toReversed()) {
      if (
        contact.isDeleted ||
        contact.sourceObjectId !== null ||
        contact.name.trim() !== attempt.name?.trim()
      )
        continue
      if (attempt.text !== '' && contact.email?.toLowerCase() !== attempt.text) continue
      if ((await this.context.store.conversationsByContact(settings.id, contact.id)).length > 0) continue
      return ok(contact.id)
    }
    return ok(null)
  }

  private async task(
    attempt: PendingWrite,
    { planfix, settings }: ConnectionContext,
    conversation: Conversation,
  ): Promise<Result<number | null>> {
    const found = await planfix.tasksOfContact(conversation.contactId ?? 0)
    if (!found.ok) return found
    const bySource = found.value.find((task) => task.sourceObjectId === attempt.sourceObjectId)
    if (bySource) return ok(bySource.id)
    if (await this.handsTaskIdsBack(found.value, settings)) return ok(null)
    const name = plainField(attempt.name ?? '', '')
    const tokenUserId = await this.context.store.fact<number>(settings.id, 'tokenUserId')
    for (const task of found.value.toReversed()) {
      if (task.sourceObjectId !== null || task.name !== name || task.isDeleted) continue
      if (tooOldAnywhere(task.createdAt, attempt) || !madeByUs(task, { tokenUserId, conversation })) continue
      if (await this.context.store.task(settings.id, task.id)) continue
      if (await isAnothers(this.context, settings.id, task.id)) continue
      if (tooOld(task.createdAt, attempt)) {
        // Another person's task of today, or ours in an unknown zone: its text decides.
        await planfix.rateLimiter.slot(0, `look:${task.id}`)
        const feed = await planfix.comments(task.id, 0)
        if (!feed.ok) return feed
        if (!feed.value.comments.some((comment) => sameText(comment.text, attempt.text))) continue
      }
      return ok(task.id)
    }
    return ok(null)
  }

  /** Also used for notes: a comment in `taskId` written by us. */
  async comment(
    attempt: PendingWrite,
    { planfix, settings }: ConnectionContext,
    taskId: number,
    contactId: number | null,
  ): Promise<Result<number | null>> {
    const page = await planfix.comments(taskId, 0)
    if (!page.ok) return page.error.code === 'object-gone' ? ok(null) : page
    const comments = [...page.value.comments]
    for (let offset = 100; !page.value.sorted && !page.value.complete; offset += 100) {
      await planfix.rateLimiter.slot(0, `look:${taskId}`)
      const more = await planfix.comments(taskId, offset)
      if (!more.ok) return more
      comments.push(...more.value.comments)
      if (more.value.complete) break
    }
    const bySource = comments.find((comment) => comment.sourceObjectId === attempt.sourceObjectId)
    if (bySource) return ok(bySource.id)
    if (await this.handsIdsBack(comments, settings.id)) return ok(null)
    const tokenUserId = await this.context.store.fact<number>(settings.id, 'tokenUserId')
    for (const comment of comments) {
      if (!mayHaveBeenWritten(comment, attempt, contactId, tokenUserId)) continue
      if ((await this.context.store.messagesByComment(settings.id, comment.id)).length > 0) continue
      return ok(comment.id)
    }
    return ok(null)
  }

  /** The same for tasks, as `doctor --probe` found it; a task of ours without its id disproves it. */
  private async handsTaskIdsBack(tasks: readonly PlanfixTask[], settings: Connection): Promise<boolean> {
    const { store } = this.context
    const connectionId = settings.id
    if (!(await listsCarryIds(store, settings, 'task'))) return false
    if (!(await store.fact<boolean>(connectionId, SEES_TASK_IDS))) return false
    for (const { id, sourceObjectId } of tasks) {
      const link = sourceObjectId === null ? await store.task(connectionId, id) : null
      if (link?.ours !== true || link.byChannel === true) continue
      await store.commit([{ type: 'fact.set', connectionId, key: SEES_TASK_IDS, value: false }])
      return false
    }
    return true
  }

  /**
   * Whether this account returns our ids with comments: seen at our own comments in a list, and stored. Then
   * a comment without an id is not ours, whatever its text.
   */
  private async handsIdsBack(comments: readonly PlanfixComment[], connectionId: string): Promise<boolean> {
    const { store } = this.context
    let known = await store.fact<boolean>(connectionId, SEES_COMMENT_IDS)
    for (const comment of comments) {
      const [message] = await store.messagesByComment(connectionId, comment.id)
      if (message?.direction !== 'to-planfix') continue
      const seen = comment.sourceObjectId !== null
      if (seen !== known)
        await store.commit([{ type: 'fact.set', connectionId, key: SEES_COMMENT_IDS, value: seen }])
      known = seen
      break
    }
    return known ?? false
  }
}

/**
 * A client's message is proven by a comment of the client's card, or one of the token's user, never by an
 * employee's equal text.
 */
function mayHaveBeenWritten(
  comment: PlanfixComment,
  attempt: PendingWrite,
  contactId: number | null,
  tokenUserId: number | null,
): boolean {
  // The text of an old message may have been removed.
  if (attempt.text === '' || comment.sourceObjectId !== null || !sameText(comment.text, attempt.text))
    return false
  if (tooOldAnywhere(comment.at, attempt)) return false
  const endedAt = attempt.unclearAt ?? attempt.startedAt
  if (comment.at !== null && comment.at > endedAt + NEAR_MS + FARTHEST_ZONE_MS) return false
  const { owner } = comment
  if (attempt.ownerUserId !== null) return owner === `user:${attempt.ownerUserId}`
  if (attempt.ownerContactId !== undefined)
    return (
      owner === null ||
      owner === `contact:${attempt.ownerContactId}` ||
      owner === `contact:${contactId}` ||
      isToken(owner, tokenUserId, false)
    )
  return owner === null || isToken(owner, tokenUserId, true)
}

/** `unknown`: the result while the token's user is not known. */
const isToken = (owner: string, tokenUserId: number | null, unknown: boolean): boolean =>
  tokenUserId === null ? unknown && owner.startsWith('user:') : owner === `user:${tokenUserId}`
