/** What a simulator does instead of answering properly. Times are milliseconds. */
export type Fault =
  | { kind: 'latency'; ms: number }
  /** Answers `status`; with `afterWrite` the request is carried out first (a 504 after the commit). */
  | { kind: 'status'; status: number; body?: unknown; headers?: Record<string, string>; afterWrite?: boolean }
  /** The request hangs for ever and nothing is carried out. */
  | { kind: 'timeout-before-write' }
  | { kind: 'timeout-after-write' }
  /** The request hangs for ever and is carried out `ms` after it came. */
  | { kind: 'timeout-then-late-write'; ms: number }
  | { kind: 'reset-before-write' }
  | { kind: 'reset-after-write' }

/** Which requests a fault hits. No `method`, `path` or `bodyHas` means any; the latter two are regular expressions' sources. */
export type FaultRule = Fault & {
  method?: string
  path?: string
  /** Looked for in the JSON of the request’s body. */
  bodyHas?: string
  /** How many requests it hits before it is used up; for ever when absent. */
  times?: number
  /** Chance from 0 to 1 that a matching request is hit; always when absent. */
  probability?: number
}

/** The faults in force, in the order they were added; the first that matches is taken. */
export class FaultPlan {
  /** Source of chance, replaceable so that a seed reproduces a run. */
  random: () => number = Math.random
  /** A fault a switch keeps in force beside the rules; asked when no rule matches, untouched by `clear`. */
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
