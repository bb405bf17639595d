const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** What is known when the next poll is planned; times in milliseconds. */
export interface Need {
  /** The owner's `pollSeconds`. */
  base: number
  /** A client waits for an answer that a poll, and nothing else, would find. */
  isAwaited: boolean
  /** Clients wait, and all of their tasks are being read directly. */
  isLookedAt: boolean
  /** Since something happened last in any task. */
  quiet: number
  /** A scenario tells of every reply. */
  isTold: boolean
  /** What the rest of the day's requests allows between two polls. */
  allowed: number
}

/** Where a scenario tells of every reply, polls only make sure of it. */
const TOLD_MS = 90 * SECOND
/** A client who has waited so long does not expect an answer at once. */
export const PATIENCE_MS = 3 * MINUTE

/** Milliseconds until the next poll: the owner's pace while an answer may come any moment, ever slower the quieter it is. */
export function pollEvery({ base, isAwaited, isLookedAt, quiet, isTold, allowed }: Need): number {
  const wanted = isTold
    ? Math.max(base, TOLD_MS)
    : base * (isAwaited ? 1 : Math.max(isLookedAt ? 3 : 2, patience(quiet)))
  const most = quiet < 2 * HOUR ? (isTold ? TOLD_MS : MINUTE) : 2 * MINUTE
  return Math.max(Math.min(wanted, Math.max(base, most)), base, allowed)
}

function patience(quiet: number): number {
  if (quiet < 2 * MINUTE) return 2
  if (quiet < 20 * MINUTE) return 3
  if (quiet < 2 * HOUR) return 6
  return 24
}

/** How a task is read in which a change may hide behind a mark that is known already; milliseconds. */
export interface Looks {
  /** After a write of ours: nobody reads and answers faster. */
  first: number
  /** Between two looks while a client waits, just after a reply, and otherwise. */
  awaited: number
  replied: number
  otherwise: number
  /** The last look, after the moment from which on nothing can hide any more. */
  last: number
  /** Between two looks at least. */
  least: number
}

/** `stretch` >= 1: how much slower the rest of the day's requests makes everything. */
export function looksOf(base: number, isTold: boolean, stretch: number): Looks {
  // A scenario tells of what may hide: one late look makes sure of it, and most are spared by what comes before.
  if (isTold)
    return { first: HOUR, awaited: HOUR, replied: HOUR, otherwise: HOUR, last: 90 * SECOND, least: base }
  return {
    first: 2 * base * stretch,
    awaited: 1.5 * base * stretch,
    replied: 2 * base * stretch,
    otherwise: 2.2 * base * stretch,
    last: stretch > 2 ? 10 * SECOND * stretch : 0,
    least: base * stretch,
  }
}

/** So many replies in a row must have been told of by a scenario. */
const PROVEN_BY = 10
/** The scenario's request may come in a little after we have seen the reply ourselves. */
const GRACE_MS = 20 * SECOND
/** A hint names what happened just before it. */
const FRESH_MS = 2 * MINUTE

/** Whether a scenario can be relied on to tell of every reply. */
export class HintTrust {
  private told = 0
  private readonly hints = new Map<number, number>()
  private readonly untold = new Map<number, { at: number; before: number }>()

  get isProven(): boolean {
    return this.told >= PROVEN_BY
  }

  hinted(taskId: number, now: number): void {
    this.hints.set(taskId, now)
    prune(this.hints, (at) => now - at > FRESH_MS)
    const early = this.untold.get(taskId)
    this.untold.delete(taskId)
    // It was on its way when we looked by ourselves.
    if (early && now - early.at <= GRACE_MS) this.told = Math.max(this.told, early.before + 1)
  }

  /** A reply was found in this task. */
  found(taskId: number, now: number): void {
    const hint = this.hints.get(taskId)
    if (hint !== undefined && now - hint <= FRESH_MS) {
      this.told++
      return
    }
    this.untold.set(taskId, { at: now, before: this.told })
    prune(this.untold, ({ at }) => now - at > GRACE_MS)
    this.told = 0
  }
}

function prune<T>(map: Map<number, T>, isOld: (value: T) => boolean): void {
  if (map.size < 100) return
  for (const [key, value] of map) if (isOld(value)) map.delete(key)
}
