import { drawn } from './chance.ts'

export type Side = 'planfix' | 'chatra'

/** How a whole service misbehaves for a while. */
export type OutageMode =
  /** No connection: nothing is sent. */
  | 'unreachable'
  /** 502, nothing is carried out. */
  | 'failing'
  /** 502 although writes are carried out. */
  | 'failing-after-commit'
  /** Never answers and carries nothing out. */
  | 'silent'
  /** Carries everything out and never answers. */
  | 'swallowing'
  /** Carries everything out; its answers are lost with the connection. */
  | 'cut'
  /** 429 for all but one request a second. */
  | 'throttled'

/** The result of a single request. */
export type Blow =
  | 'lost-request'
  | 'lost-answer'
  | 'late-commit'
  | 'reset'
  | 'reset-after'
  | '502'
  | '502-after'

/** Which requests a single fault affects. */
export type Target = 'any' | 'reply' | 'comment' | 'task' | 'contact'

export interface Asked {
  side: Side
  method: string
  /** Below `/rest` or `/api`. */
  path: string
  isWrite: boolean
}

/** Whether a request is carried out, after how many milliseconds, and what its sender learns. */
export interface Fate {
  commit: number | 'never'
  answer: 'as-is' | 'never' | 'reset' | 'refused' | number
}

/** Later than any caller waits. */
export const LATE_MS = 12_000
/** Half of the calls whose connection broke. */
export const isCarriedOutLate = (seed: number, path: string, at: number): boolean =>
  drawn(seed, 'slow', path, at) < 0.5

const FINE: Fate = { commit: 0, answer: 'as-is' }

/** The active outages and single faults, by side. */
export class Faults {
  private readonly outages = new Map<Side, { mode: OutageMode; until: number }>()
  private blows: { side: Side; kind: Blow; target: Target; left: number; lateMs: number }[] = []
  private readonly lastAccepted = new Map<Side, number>()
  private readonly seed: number

  constructor(seed: number) {
    this.seed = seed
  }

  begin(side: Side, mode: OutageMode, until: number): void {
    this.outages.set(side, { mode, until })
  }

  strike(side: Side, kind: Blow, target: Target, times: number, lateMs: number): void {
    this.blows.push({ side, kind, target, left: times, lateMs })
  }

  clear(): void {
    this.outages.clear()
    this.blows = []
  }

  outage(side: Side, now: number): OutageMode | null {
    const outage = this.outages.get(side)
    return outage && outage.until > now ? outage.mode : null
  }

  /** Whether any fault is active or pending. */
  isHarmless(side: Side, now: number): boolean {
    return this.outage(side, now) === null && !this.blows.some((one) => one.side === side && one.left > 0)
  }

  fateOf(asked: Asked, now: number): Fate {
    const mode = this.outage(asked.side, now)
    if (mode) return this.inOutage(mode, asked, now)
    const blow = this.blows.find(
      (one) => one.left > 0 && one.side === asked.side && strikes(one.target, asked),
    )
    if (!blow) return FINE
    blow.left -= 1
    const fate = byBlow(blow.kind, blow.lateMs)
    const isSlow = blow.kind === 'reset-after' && isCarriedOutLate(this.seed, asked.path, now)
    return isSlow ? { ...fate, commit: LATE_MS } : fate
  }

  private inOutage(mode: OutageMode, asked: Asked, now: number): Fate {
    switch (mode) {
      case 'unreachable':
        return { commit: 'never', answer: 'refused' }
      case 'failing':
        return { commit: 'never', answer: 502 }
      case 'failing-after-commit':
        return asked.isWrite ? { commit: 0, answer: 502 } : { commit: 'never', answer: 502 }
      case 'silent':
        return { commit: 'never', answer: 'never' }
      case 'swallowing':
        // Half of the requests in such an incident are carried out, much later than any caller waits.
        return drawn(this.seed, 'swallow', asked.path, now) < 0.5
          ? { commit: LATE_MS, answer: 'never' }
          : { commit: 0, answer: 'never' }
      case 'cut':
        return { commit: 0, answer: 'never' }
      case 'throttled': {
        const last = this.lastAccepted.get(asked.side) ?? Number.NEGATIVE_INFINITY
        if (now - last < 1000) return { commit: 'never', answer: 429 }
        this.lastAccepted.set(asked.side, now)
        return FINE
      }
    }
  }
}

function byBlow(kind: Blow, lateMs: number): Fate {
  switch (kind) {
    case 'lost-request':
      return { commit: 'never', answer: 'never' }
    case 'lost-answer':
      return { commit: 0, answer: 'never' }
    case 'late-commit':
      return { commit: lateMs, answer: 'never' }
    case 'reset':
      return { commit: 'never', answer: 'reset' }
    case 'reset-after':
      return { commit: 0, answer: 'reset' }
    case '502':
      return { commit: 'never', answer: 502 }
    case '502-after':
      return { commit: 0, answer: 502 }
  }
}

const TARGETS: Record<Exclude<Target, 'any'>, RegExp> = {
  reply: /^\/messages/,
  comment: /^\/task\/\d+\/comments\/$/,
  task: /^\/task\/$/,
  contact: /^\/contact\/$/,
}

const strikes = (target: Target, asked: Asked): boolean =>
  asked.isWrite && (target === 'any' || TARGETS[target].test(asked.path))
