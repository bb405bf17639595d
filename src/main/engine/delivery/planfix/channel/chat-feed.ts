import type { TaskLink } from '../../../../../shared/domain.ts'
import { ok, type Result } from '../../../../../shared/errors.ts'
import type { ConnectionContext, EngineContext } from '../../../context.ts'
import { applyComment } from '../../../intake/comment/comment-state.ts'
import type { KeyedMutex } from '../../../keyed-mutex.ts'
import type { Clock, PlanfixComment } from '../../../ports.ts'
import type { Ask } from './chat-task.ts'

/** Planfix gives times to the minute, clocks differ, and its digits may be read as another zone's. */
const SLACK_MS = 3 * 60_000
const FARTHEST_ZONE_MS = 12 * 3_600_000
const MOST_PAGES = 20

/** Comments of a task as they were when their reading began; `reachesBack`: none of them is missing. */
export interface Feed {
  comments: PlanfixComment[]
  reachesBack: boolean
  readAt: number
}

/** A task's comments back to `since`. */
export async function feedSince(
  taskId: number,
  since: number,
  ask: Ask,
  clock: Clock,
): Promise<Result<Feed>> {
  const earliest = since - SLACK_MS - FARTHEST_ZONE_MS
  const comments: PlanfixComment[] = []
  let readAt = Number.POSITIVE_INFINITY
  for (let page = 0; page < MOST_PAGES; page++) {
    const listed = await ask.rest((planfix) => {
      readAt = Math.min(readAt, clock.now())
      return planfix.comments(taskId, page * 100)
    })
    if (!listed.ok) return listed
    comments.push(...listed.value.comments)
    const isFarEnough = listed.value.sorted && comments.some(({ at }) => at !== null && at < earliest)
    if (listed.value.complete || isFarEnough) return ok({ comments, reachesBack: true, readAt })
  }
  return ok({ comments, reachesBack: false, readAt })
}

/**
 * Decides on the comments of a chat's task that the watcher has not passed on. Those that certainly fit a call come first; one
 * of the rest may be a reply that was edited or hidden since.
 */
export async function decideOnFeed(
  context: EngineContext,
  serial: KeyedMutex,
  connection: ConnectionContext,
  task: TaskLink,
  { comments, readAt }: Feed,
): Promise<void> {
  const { taskId, cursor, floor = cursor, judged = [] } = task
  // As for the watcher: what another store may have sent is not certainly new.
  const first = task.readAt < (context.takeover?.()?.at ?? 0)
  const isContacts = ({ owner }: PlanfixComment) => owner?.startsWith('contact:') === true
  const inOrder = comments
    .filter(({ id, isDeleted }) => !isDeleted && id > floor && !judged.includes(id))
    .toSorted((a, b) => Number(isContacts(b)) - Number(isContacts(a)) || a.id - b.id)
  for (const again of [false, true])
    for (const comment of inOrder) {
      const linked = await context.store.messagesByComment(connection.settings.id, comment.id)
      if (linked.length > 0) continue
      await applyComment(context, serial, connection, {
        ...{ taskId, comment, again, readAt },
        ...(first && { first }),
      })
    }
}
