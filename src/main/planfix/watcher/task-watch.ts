import type { ChangedTask } from '../tasks.ts'
import { type Looks, PATIENCE_MS } from './attention.ts'

const MINUTE = 60_000
const QUARTER = 15
/** Clocks of two computers, and cut-off seconds. */
const SLACK_MS = 3000
/** A row that says it changed longer ago than the poll before is not understood: then it is read. */
const STALE_MS = 3 * MINUTE
/** Where marks tell seconds, a change in the very second of a write of ours is looked for so much later. */
const SAME_SECOND_LOOK_MS = MINUTE
/** Writes of ours that are remembered to be recognised in a mark. */
const WRITES = 20

/** What the account tells beside the task's row, at the moment of a decision. Milliseconds. */
export interface Around {
  now: number
  /** Planfix's clock minus ours. */
  skew: number
  /** Local digits minus UTC; null = not known. */
  zone: number | null
  looks: Looks
}

/**
 * Where the watcher stands in one task. A mark counts as seen only when the comments were read after it, and after the
 * minute it names was over: until then a further change may hide behind the same mark. All of it is memory: what is not
 * judged yet holds back the position of the feed, which is on disk, so that a restart sees it again.
 */
export class TaskWatch {
  /** The mark of the last row. */
  seen: string | null = null
  /** The mark as of which everything has been judged. */
  judged: string | null = null
  /** When the first change happened at the earliest that has not been judged yet; null = none. */
  since: number | null = null
  /** When the comments are to be read; Infinity = not. */
  due = Number.POSITIVE_INFINITY
  /** Number of the counterparty's contact; null = none, undefined = not told yet. */
  counterparty: number | null | undefined
  /** Since when the client waits for an answer; null = he does not. */
  awaitedSince: number | null = null
  lastUsed = 0
  /** A mark or a hint told of something that was not read yet: read before what may only hide something. */
  isTold = false
  private minute: number | null = null
  private second: number | null = null
  private readAt: number | null = null
  /** Nothing can hide any more from then on. */
  private hotUntil = 0
  private writes: { from: number; to: number }[] = []
  private failures = 0

  /** Read again and again because something may hide, so a poll has nothing to find here. */
  isLookedAt(around: Around): boolean {
    return this.due - around.now <= around.looks.awaited
  }

  isAwaited(now: number): boolean {
    return this.awaitedSince !== null && now - this.awaitedSince < PATIENCE_MS
  }

  /** This mark was judged before the program began. */
  knows(signal: string): void {
    this.seen = signal
    this.judged = signal
  }

  /** The bridge has written into the task, between `from` and now. */
  wrote(from: number, isClients: boolean, around: Around): void {
    const { now, looks } = around
    this.lastUsed = now
    this.since ??= from
    if (isClients) this.awaitedSince = now
    this.writes.push({ from, to: now })
    if (this.writes.length > WRITES) this.writes.shift()
    if (this.second !== null) {
      this.plan(now + SAME_SECOND_LOOK_MS)
      return
    }
    this.hotUntil = Math.max(this.hotUntil, minuteEnd(around))
    this.plan(Math.min(now + (isClients ? looks.first : looks.otherwise), this.lastLook(around)))
  }

  /** The list named the task. `since`: when the change happened at the earliest. */
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
    this.isTold = true
    this.plan(asked)
  }

  /** To be read now, whatever its mark says. */
  hint(now: number): void {
    this.lastUsed = now
    this.since ??= now
    this.isTold = true
    this.due = 0
  }

  /** To be read at a time that does not matter. */
  lookAt(at: number): void {
    this.plan(at)
  }

  /** Its comments were read to the end by a call that began at `started`. `minutes`: when what is new was written. */
  read(started: number, minutes: readonly (number | null)[], foundReply: boolean, around: Around): void {
    const { now, looks } = around
    this.lastUsed = now
    this.failures = 0
    this.isTold = false
    if (foundReply) this.awaitedSince = null
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

  /** The comments could not be read: what its mark told of is still to be read, however long that takes. */
  failed(base: number, now: number): void {
    this.failures++
    this.due = now + Math.min(base * 2 ** (this.failures - 1), Math.max(base, MINUTE))
  }

  /** When nothing can hide any more, and not sooner than the owner's pace. */
  private lastLook({ now, looks }: Around): number {
    return Math.max(this.hotUntil + looks.last, now + looks.least)
  }

  private plan(at: number): void {
    this.due = Math.min(this.due, at)
  }

  /** Whether a mark tells nothing that was not read already, or that is not about to be read anyway. */
  private isExplained({ mark }: ChangedTask, since: number, around: Around): boolean {
    const { skew, zone } = around
    // A mark that the list did not show yet after the last reading is newer than that, whatever it says.
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
    // Its minute was over when the comments were read last, or a last look when it is over is planned.
    return (
      end <= lastRead || (this.due < Number.POSITIVE_INFINITY && Math.abs(end - this.hotUntil) <= SLACK_MS)
    )
  }
}

/** When the minute is over that Planfix's clock shows; ours, with room for its inaccuracy. */
const minuteEnd = ({ now, skew }: Pick<Around, 'now' | 'skew'>): number =>
  (Math.floor((now + skew) / MINUTE) + 1) * MINUTE - skew + SLACK_MS

/** Whether `minute` may be the one that Planfix's clock showed at `at`: every zone is off UTC by whole quarters of an hour. */
function isMinuteOf(minute: number, at: number, { skew }: Around): boolean {
  const told = Math.floor(minute / MINUTE) % QUARTER
  // Clocks differ a little: shortly after a minute began, the one before may still be shown.
  return [at + skew - SLACK_MS, at + skew + SLACK_MS].some(
    (time) => Math.floor(time / MINUTE) % QUARTER === told,
  )
}
