import type { TaskLink } from '../../../shared/domain.ts'
import type { Clock } from '../../engine/ports.ts'
import type { TaskBook } from './book.ts'
import { type Call, commitOf, type Member, type Members } from './members.ts'
import { missingTask } from './missing-task.ts'
import type { Pace } from './pace.ts'
import { followCard, type Read, readTask } from './reading.ts'
import type { TaskWatch } from './task-watch.ts'

/** Reads per round before the list is polled again. */
const READINGS_EACH_ROUND = 5

export interface TaskReaderOptions {
  clock: Clock
  members: Members
  book: TaskBook
  pace: Pace
  call: Call
}

/** Reads the comments of the tasks with activity, and passes new ones to the inbox. */
export class TaskReader {
  private readonly options: TaskReaderOptions

  constructor(options: TaskReaderOptions) {
    this.options = options
  }

  /** Reads the first few tasks that are due. `caughtUpAt`: see ChangePoller; a member that joins meanwhile resets it. False when the side is stopped. */
  async readDue(caughtUpAt: () => number | null): Promise<boolean> {
    const { book, clock, members } = this.options
    const due = [...book.tasks].filter(([, { due }]) => due <= clock.now())
    const first = due
      .toSorted(([, a], [, b]) => Number(b.isAnnounced) - Number(a.isAnnounced) || a.due - b.due)
      .slice(0, READINGS_EACH_ROUND)
    for (const [taskId, watch] of first) {
      if (members.isEmpty) return false
      if (!(await this.readOne(taskId, watch, caughtUpAt()))) return false
    }
    return true
  }

  private async readOne(taskId: number, watch: TaskWatch, caughtUpAt: number | null): Promise<boolean> {
    const { book, clock, members, call } = this.options
    const ids = members.all.map(({ settings }) => settings.id)
    const link = (await members.all[0]?.store.taskAnywhere(ids, taskId)) ?? null
    const member = link && members.of(link.connectionId)
    if (!link || !member || link.deleted) {
      book.tasks.delete(taskId)
      return true
    }
    let started: number | null = null
    // A hint asks for it without a time.
    const since = watch.due > 0 ? watch.due : clock.now()
    const read = await readTask(link, {
      settings: member.settings,
      store: member.store,
      clock,
      connections: ids,
      ask: (ask) =>
        call(
          member,
          (planfix) => {
            started ??= clock.now()
            return ask(planfix)
          },
          'reading',
          { since },
        ),
      counterparty: watch.counterparty,
      isFirst: isFirstLook(link, watch, member.takeover?.()?.at ?? 0, caughtUpAt),
    })
    return this.judge(link, member, watch, read, started)
  }

  private async judge(
    link: TaskLink,
    member: Member,
    watch: TaskWatch,
    read: Read,
    started: number | null,
  ): Promise<boolean> {
    const { book, clock, call, pace } = this.options
    const now = clock.now()
    switch (read.outcome) {
      case 'closed':
        return false
      case 'failed':
        watch.failed(pace.base, now)
        return true
      case 'gone':
        await commitOf(member, await missingTask(call, book, member, link))
        watch.missing(now)
        return true
      case 'read': {
        watch.read(started ?? now, read.writtenAt, read.hasReply, pace.around())
        if (read.counterparty !== undefined && read.counterparty !== watch.counterparty) {
          await commitOf(member, await followCard(link, read.counterparty, member.store, now))
          watch.counterparty = read.counterparty
        }
        if (read.hasNews) {
          pace.lastHappening = now
          member.onNews()
        }
        if (read.hasReply) pace.trust.found(link.taskId, now)
        return true
      }
    }
  }
}

/**
 * Whether another store may have delivered the comments read here. In a task known at the first poll, activity
 * after that poll is new; a task that is watched again later has never been read here, whatever we have written
 * into it.
 */
export function isFirstLook(
  link: Pick<TaskLink, 'readAt'>,
  watch: Pick<TaskWatch, 'since'>,
  takenAt: number,
  caughtUpAt: number | null,
): boolean {
  if (link.readAt >= takenAt) return false
  return link.readAt === 0 || caughtUpAt === null || (watch.since ?? 0) <= caughtUpAt
}
