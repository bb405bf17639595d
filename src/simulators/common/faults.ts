/** Faults of a simulator in place of a proper answer. Times are milliseconds. */
export type Fault =
  | { kind: 'latency'; ms: number }
  /** Answers `status`; with `afterWrite` the request is executed first (a 504 after the commit). */
  | { kind: 'status'; status: number; body?: unknown; headers?: Record<string, string>; afterWrite?: boolean }
  /** The request never ends and is not executed. */
  | { kind: 'timeout-before-write' }
  | { kind: 'timeout-after-write' }
  /** The request never ends and is executed `ms` after its arrival. */
  | { kind: 'timeout-then-late-write'; ms: number }
  | { kind: 'reset-before-write' }
  | { kind: 'reset-after-write' }

/**
 * Which requests a fault applies to. No `method`, `path` or `bodyHas` means any; the latter two are regular
 * expressions' sources.
 */
export type FaultRule = Fault & {
  method?: string
  path?: string
  /** Searched in the JSON of the request’s body. */
  bodyHas?: string
  /** How many requests it applies to; unlimited when absent. */
  times?: number
  /** Probability from 0 to 1 that it applies to a matching request; always when absent. */
  probability?: number
}

/** The active faults, in the order they were added; the first match applies. */
export class FaultPlan {
  /** Source of randomness, replaceable so that a seed reproduces a run. */
  random: () => number = Math.random
  /**
   * A fault that a switch keeps active besides the rules; used when no rule matches, not affected by `clear`.
   */
  standing: (method: string, path: string) => Fault | undefined = () => undefined
  private rules: FaultRule[] = []

  add(rule: FaultRule): void {
    this.rules.push({ ...rule })
  }

  clear(): void {
    this.rules = []
  }

  take(method: string, path: string, body?: unknown): Fault | undefined {
    for (const rule of this.rules) {
      if (rule.times === 0) continue
      if (rule.method && rule.method !== method) continue
      if (rule.path && !new RegExp(rule.path).test(path)) continue
      if (rule.bodyHas && !new RegExp(rule.bodyHas).test(JSON.stringify(body) ?? '')) continue
      if (rule.probability !== undefined && this.random() >= rule.probability) continue
      if (rule.times !== undefined) rule.times -= 1
      return rule
    }
    return this.standing(method, path)
  }
}
