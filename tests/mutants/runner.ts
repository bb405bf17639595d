import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { type RunnerTask, type RunnerTestCase, TestRunner, type TestTryOptions } from 'vitest'

/**
 * Runs tests for `scripts/mutate.ts`. The code of a file contains all its mutants, each behind a check of
 * `globalThis.mutants`, so that one test can be repeated for one mutant after the other without loading any module
 * again.
 */
export type Round =
  /** Which mutants each test reaches, and how often the code checks them. */
  | { kind: 'reach' }
  /** Each test again for each living mutant that it reaches. */
  | { kind: 'kill'; reach: Record<string, Reach> }
  /**
   * All tests with one mutant, from the beginning: for a mutant that is reached while modules are loaded, or changes
   * state that outlives a test.
   */
  | { kind: 'alone'; id: string }
export interface Reach {
  /** File and position of the test. */
  file: string
  ids: string[]
  questions: number
  /** How long the test took, in milliseconds. */
  ms: number
}
/** The results of a round. */
export interface Found {
  reach: Record<string, Reach>
  /** Reached while modules were loaded. */
  atLoad: string[]
  killed: string[]
}

/** The environment names the files with the input and the output of the round. */
const round = JSON.parse(readFileSync(process.env.MUTANTS_ROUND ?? '', 'utf8')) as Round
/** Results of the previous files: this module is loaded again for each. */
const found = existsSync(process.env.MUTANTS_FOUND ?? '')
  ? (JSON.parse(readFileSync(process.env.MUTANTS_FOUND ?? '', 'utf8')) as Found)
  : { reach: {}, atLoad: [], killed: [] }
const atLoad = new Set(found.atLoad)
const killed = new Set(found.killed)

/** More checks than this multiple of the unchanged code's, or than any limit, are an endless loop. */
const ENDLESS = 20
const ENDLESS_AT_LEAST = 20_000
const ENDLESS_EVER = 2_000_000

/** A test that a mutant keeps waiting has noticed it: it may take this many times as long as it did, or at least this. */
const PATIENCE = 20
const PATIENCE_AT_LEAST_MS = 1_000
// Taken before a test may replace the timers of Node.
const { setTimeout, clearTimeout } = globalThis

/** The checks that the code calls. */
const mutants = {
  active: round.kind === 'alone' ? round.id : null,
  reached: atLoad as Set<string> | null,
  questions: 0,
  most: round.kind === 'alone' ? ENDLESS_EVER : Number.POSITIVE_INFINITY,
  isActive(id: string): boolean {
    if (++this.questions > this.most) throw new Error('endless')
    return this.active === id
  },
  reach(ids: readonly string[]): void {
    if (this.reached) for (const id of ids) this.reached.add(id)
  },
}
Object.assign(globalThis, { mutants })
if (round.kind !== 'reach') mutants.reached = null

export default class MutantRunner extends TestRunner {
  private ids: string[] = []
  private begunAt = 0

  override async onBeforeRunTask(test: RunnerTask): Promise<void> {
    await super.onBeforeRunTask(test)
    if (round.kind === 'alone' && killed.size > 0) test.mode = 'skip'
    if (round.kind !== 'kill') return
    this.ids = (round.reach[test.id]?.ids ?? []).filter((id) => !killed.has(id))
    if (this.ids.length === 0) test.mode = 'skip'
    else (test as RunnerTestCase).repeats = this.ids.length - 1
  }

  override onBeforeTryTask(test: RunnerTask, options: TestTryOptions): void {
    super.onBeforeTryTask(test, options)
    mutants.questions = 0
    this.begunAt = performance.now()
    if (round.kind === 'reach') mutants.reached = new Set()
    if (round.kind !== 'kill') return
    mutants.active = this.ids[options.repeats] ?? null
    mutants.most = Math.max(ENDLESS_AT_LEAST, ENDLESS * (round.reach[test.id]?.questions ?? 0))
  }

  async runTask(test: RunnerTestCase): Promise<void> {
    const work = TestRunner.getTestFn(test)()
    if (round.kind !== 'kill' || !(work instanceof Promise)) return work
    const limit = Math.max(PATIENCE_AT_LEAST_MS, PATIENCE * (round.reach[test.id]?.ms ?? 0))
    let timer: NodeJS.Timeout | undefined
    const end = new Promise<void>((_, reject) => {
      timer = setTimeout(() => reject(new Error('waits in vain')), limit)
    })
    await Promise.race([work, end]).finally(() => clearTimeout(timer))
  }

  override async onAfterRetryTask(test: RunnerTestCase, options: TestTryOptions): Promise<void> {
    await super.onAfterRetryTask(test, options)
    if (round.kind === 'reach') {
      found.reach[test.id] = {
        file: test.file.filepath,
        ids: [...(mutants.reached ?? [])],
        questions: mutants.questions,
        ms: performance.now() - this.begunAt,
      }
      mutants.reached = atLoad
      return
    }
    if (test.result?.state === 'fail' && mutants.active !== null) killed.add(mutants.active)
    if (round.kind !== 'kill' || !test.result) return
    mutants.active = null
    mutants.most = Number.POSITIVE_INFINITY
    test.result.state = 'pass'
    test.result.errors = undefined
  }

  override onAfterRunFiles(files: Parameters<TestRunner['onAfterRunFiles']>[0]): void {
    super.onAfterRunFiles(files)
    found.atLoad = [...atLoad]
    found.killed = [...killed]
    writeFileSync(process.env.MUTANTS_FOUND ?? '', JSON.stringify(found))
  }
}
