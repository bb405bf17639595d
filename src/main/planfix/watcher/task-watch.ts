import type { ChangedTask } from '../tasks.ts'
import { type Looks, PATIENCE_MS } from './attention.ts'

const MINUTE = 60_000
const QUARTER = 15
/** Tolerance for clocks of two computers and truncated seconds. */
const SLACK_MS = 3000
/** A row that claims to have changed before the previous poll is implausible: then the task is read. */
const STALE_MS = 3 * MINUTE
/**
 * Where marks have seconds, a change in the same second as a write of ours is searched for after this time.
 */
const SAME_SECOND_LOOK_MS = MINUTE
/** Within this time after a client's message its reply is expected, although another message has had one. */
const NEXT_REPLY_MS = 45_000
/** Until a reading that failed is made again, at most; twice as long after each further failure. */
const READ_AGAIN_MS = 10_000
const HOUR = 60 * MINUTE
/** Number of our own writes to remember, to recognise their marks. */
const WRITES = 20

/** Facts about the account, beside the task's row, at the time of a decision. Milliseconds. */
export interface Around {
  now: number
  /** Planfix's clock minus ours. */
  skew: number
  /** Local digits minus UTC; null = unknown. */
  zone: number | null
  looks: Looks
}

/**
 * The watcher's position in one task. A mark counts as seen only when the comments were read after it, and
 * after its minute was over: until then another change may have the same mark. All of this is in memory: an
 * undecided change holds back the feed's position on disk, so that a restart sees it again.
 */
export class TaskWatch {
  /** The mark of the last row. */
  seen: string | null = null
  /** The mark up to which everything was decided on. */
  judged: string | null = null
  /** Earliest time of a change that was not decided on yet; null = none. */
  since: number | null = null
  /** When the comments are to be read; Infinity = not planned. */
  due = Number.POSITIVE_INFINITY
  /** Number of the counterparty's contact; null = none, undefined = unknown. */
  counterparty: number | null | undefined
  /** Since when the client waits for a reply; null = the client does not wait. */
  awaitedSince: number | null = null
  lastUsed = 0
  /** A mark or a hint announced an unread change: it is read before possibly hidden ones. */
  isAnnounced = false
  private minute: number | null = null
  private second: number | null = null
  private readAt: number | null = null
  /** From then on no change can be hidden. */
  private hotUntil = 0
  private writes: { from: number; to: number }[] = []
  private failures = 0
  /** Client's messages since the last reply. */
  private unanswered = 0

  /** It is about to be read because a change may be hidden, so a poll has nothing to find here. */
  isLookedAt(around: Around): boolean {
    return this.due - around.now <= Math.max(around.looks.first, around.looks.awaited)
  }

  isAwaited(now: number): boolean {
    return this.awaitedSince !== null && now - this.awaitedSince < PATIENCE_MS
  }

  /** This mark was decided on before the program started. */
  knows(signal: string): void {
    this.seen = signal
    this.judged = signal
  }

  /** The bridge has written into the task, between `from` and now. */
  wrote(from: number, isClients: boolean, around: Around): void {
    const { now, looks } = around
    this.lastUsed = now
    this.since ??= from
    if (isClients) {
      this.awaitedSince = now
      this.unanswered++
    }
    this.writes.push({ from, to: now })
    if (this.writes.length > WRITES) this.writes.shift()
    if (this.second !== null) {
      this.plan(now + SAME_SECOND_LOOK_MS)
      return
    }
    this.hotUntil = Math.max(this.hotUntil, minuteEnd(around))
    this.plan(Math.min(now + (isClients ? looks.first : looks.otherwise), this.lastLook(around)))
  }

  /** The list named the task. `since`: earliest time of the change. */
  changed(row: ChangedTask, since: number, asked: number, around: Around): void {
    this.lastUsed = around.now
    if (row.changeToken === this.seen) return
    this.seen = row.changeToken
    this.minute = row.mark.minute
    this.second = row.mark.second
    if (this.isExplained(row, since, around)) {
      if (this.since === null) this.judged = row.changeToken
      return
    }
    this.since = Math.min(this.since ?? since, since)
    this.isAnnounced = true
    this.plan(asked)
  }

  /** Read it now, whatever its mark. */
  hint(now: number): void {
    this.lastUsed = now
    this.since ??= now
    this.isAnnounced = true
    this.due = 0
  }

  /** Read it at some later time. */
  lookAt(at: number): void {
    this.plan(at)
  }

  /**
   * Its comments were read completely by a call that began at `started`. `minutes`: when the new ones were
   * written.
   */
  read(started: number, minutes: readonly (number | null)[], foundReply: boolean, around: Around): void {
    const { now, looks } = around
    this.lastUsed = now
    this.failures = 0
    this.isAnnounced = false
    if (foundReply) this.replied(now)
    this.due = Number.POSITIVE_INFINITY
    const hides = (minute: number | null) => minute !== null && isMinuteOf(minute, started, around)
    if (this.second !== null) {
      const fresh = [this.second, ...minutes].some(
        (at) => at !== null && at > started + around.skew - SLACK_MS,
      )
      if (fresh) this.plan(now + SLACK_MS)
    } else {
      if (hides(this.minute) || minutes.some(hides)) {
        this.hotUntil = Math.max(this.hotUntil, minuteEnd({ ...around, now: started }))
      }
      if (started < this.hotUntil) {
        const unasked = foundReply ? looks.replied : looks.otherwise
        const gap = this.isAwaited(now) ? looks.awaited : unasked
        this.plan(Math.min(now + gap, this.lastLook(around)))
      }
    }
    this.readAt = started
    if (this.due === Number.POSITIVE_INFINITY) {
      this.since = null
      this.judged = this.seen
      this.writes = []
    } else {
      this.since = started
    }
  }

  /** Of several messages that a client has just written, each may get a reply of its own. */
  private replied(now: number): void {
    const isMoreAwaited =
      this.unanswered > 1 && this.awaitedSince !== null && now - this.awaitedSince < NEXT_REPLY_MS
    this.unanswered = isMoreAwaited ? 1 : 0
    if (!isMoreAwaited) this.awaitedSince = null
  }

  /**
   * The comments could not be read: the change announced by the mark stays unread, however long that takes. It is soon read
   * again, also where polls are rare (`base`, milliseconds).
   */
  failed(base: number, now: number): void {
    this.failures++
    const first = Math.min(base, READ_AGAIN_MS)
    this.due = now + Math.min(first * 2 ** (this.failures - 1), Math.max(base, MINUTE))
  }

  /** Planfix does not know the task: it may be invisible for a time. */
  missing(now: number): void {
    this.due = now + HOUR
  }

  /** When no change can be hidden any more, and not sooner than the owner's interval. */
  private lastLook({ now, looks }: Around): number {
    return Math.max(this.hotUntil + looks.last, now + looks.least)
  }

  private plan(at: number): void {
    this.due = Math.min(this.due, at)
  }

  /** True if the mark announces only changes that were read or are about to be read. */
  private isExplained({ mark }: ChangedTask, since: number, around: Around): boolean {
    const { skew, zone } = around
    // A mark that the list did not show after the last read is newer than that read, whatever its value.
    const lastRead = this.readAt !== null && this.readAt >= since ? this.readAt : Number.NEGATIVE_INFINITY
    if (mark.second !== null) {
      const at = mark.second - skew
      const isOurs = this.writes.some(({ from, to }) => at >= from - SLACK_MS && at <= to + SLACK_MS)
      return isOurs || at + SLACK_MS <= lastRead
    }
    if (mark.minute === null || zone === null) return false
    const began = mark.minute - zone - skew
    if (began < since - STALE_MS) return false
    const end = began + MINUTE + SLACK_MS
    // Its minute was over at the last read, or a final read after it is planned.
    return (
      end <= lastRead || (this.due < Number.POSITIVE_INFINITY && Math.abs(end - this.hotUntil) <= SLACK_MS)
    )
  }
}

/** When the minute on Planfix's clock is over; in our time, with a margin for inaccuracy. */
const minuteEnd = ({ now, skew }: Pick<Around, 'now' | 'skew'>): number =>
  (Math.floor((now + skew) / MINUTE) + 1) * MINUTE - skew + SLACK_MS

/**
 * Whether `minute` may be the minute on Planfix's clock at `at`: every zone differs from UTC by whole
 * quarters of an hour.
 */
function isMinuteOf(minute: number, at: number, { skew }: Around): boolean {
  const shown = Math.floor(minute / MINUTE) % QUARTER
  // Clocks differ a little: shortly after a minute began, the previous one may still be shown.
  return [at + skew - SLACK_MS, at + skew + SLACK_MS].some(
    (time) => Math.floor(time / MINUTE) % QUARTER === shown,
  )
}
