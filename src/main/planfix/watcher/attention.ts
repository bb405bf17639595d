const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** Facts for planning the next poll; times in milliseconds. */
export interface Need {
  /** The owner's `pollSeconds`. */
  base: number
  /** A client waits for a reply that only a poll would find. */
  isAwaited: boolean
  /** Clients wait, and all of their tasks are being read directly. */
  isLookedAt: boolean
  /** Time since the last activity in any task. */
  quiet: number
  /** A scenario sends a hint for every reply. */
  hasHints: boolean
  /** Minimum interval that the rest of the day's requests allows. */
  allowed: number
}

/** Where a scenario sends a hint for every reply, polls are only a safety net. */
const HINTED_POLL_MS = 90 * SECOND
/** A client who has waited this long does not expect a reply at once. */
export const PATIENCE_MS = 3 * MINUTE

/**
 * Milliseconds until the next poll: the owner's interval while a reply may come at any moment, longer the
 * quieter it is.
 */
export function pollEvery({ base, isAwaited, isLookedAt, quiet, hasHints, allowed }: Need): number {
  const wanted = hasHints
    ? Math.max(base, HINTED_POLL_MS)
    : base * (isAwaited ? 1 : Math.max(isLookedAt ? 2.8 : 1, patience(quiet)))
  const most = quiet < 2 * HOUR ? (hasHints ? HINTED_POLL_MS : MINUTE) : 2 * MINUTE
  return Math.max(Math.min(wanted, Math.max(base, most)), base, allowed)
}

function patience(quiet: number): number {
  if (quiet < 2 * MINUTE) return 2.5
  if (quiet < 20 * MINUTE) return 3
  if (quiet < 2 * HOUR) return 6
  return 24
}

/** How to read a task in which a change may have the same mark as a known one; milliseconds. */
export interface Looks {
  /** After a write of ours: no person reads and answers faster. */
  first: number
  /** Interval between two reads while a client waits, just after a reply, and otherwise. */
  awaited: number
  replied: number
  otherwise: number
  /** The last read, at a time when no change can have the same mark any more. */
  last: number
  /** Minimum interval between two reads. */
  least: number
}

/** `stretch` >= 1: the factor by which the rest of the day's requests slows all reads. */
export function looksOf(base: number, hasHints: boolean, stretch: number): Looks {
  // A scenario reports hidden changes: one late read verifies, and earlier activity makes most of them
  // unnecessary.
  if (hasHints)
    return { first: HOUR, awaited: HOUR, replied: HOUR, otherwise: HOUR, last: 90 * SECOND, least: base }
  return {
    first: 2 * base * stretch,
    awaited: 1.45 * base * stretch,
    replied: 3.5 * base * stretch,
    otherwise: 4.3 * base * stretch,
    last: stretch > 2 ? 10 * SECOND * stretch : 0,
    least: base * stretch,
  }
}

/** Number of replies in a row that must have had a hint. */
const PROVEN_BY = 10
/** The scenario's request may arrive a little after we have found the reply ourselves. */
const GRACE_MS = 20 * SECOND
/** A hint refers to an event just before it. */
const FRESH_MS = 2 * MINUTE

/** Whether the scenario reliably sends a hint for every reply. */
export class HintTrust {
  private inARow = 0
  private readonly hints = new Map<number, number>()
  private readonly unhinted = new Map<number, { at: number; before: number }>()

  get isProven(): boolean {
    return this.inARow >= PROVEN_BY
  }

  hinted(taskId: number, now: number): void {
    this.hints.set(taskId, now)
    prune(this.hints, (at) => now - at > FRESH_MS)
    const early = this.unhinted.get(taskId)
    this.unhinted.delete(taskId)
    // The hint was on its way when we read the task ourselves.
    if (early && now - early.at <= GRACE_MS) this.inARow = Math.max(this.inARow, early.before + 1)
  }

  /** A reply was found in this task. */
  found(taskId: number, now: number): void {
    const hint = this.hints.get(taskId)
    if (hint !== undefined && now - hint <= FRESH_MS) {
      this.inARow++
      return
    }
    this.unhinted.set(taskId, { at: now, before: this.inARow })
    prune(this.unhinted, ({ at }) => now - at > GRACE_MS)
    this.inARow = 0
  }
}

function prune<T>(map: Map<number, T>, isOld: (value: T) => boolean): void {
  if (map.size < 100) return
  for (const [key, value] of map) if (isOld(value)) map.delete(key)
}
