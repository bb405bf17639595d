import type { SimClock } from '../common/clock.ts'
import type { Account, SimComment, SimTask } from './state.ts'
import { fullName, personName, statusByKey } from './state.ts'
import type { PlanfixSwitches } from './switches.ts'

export interface ScenarioAttempt {
  taskId: number
  /** 1 is the first. */
  attempt: number
  time: number
  body: string
  /** The answer's status, or the error. */
  outcome: number | 'timeout' | 'unreachable'
}

const minutes = (...list: number[]) => list.map((n) => n * 60_000)
const retryTable: Record<PlanfixSwitches['scenario-retry'], number[]> = {
  'ru-15-30-60-60': minutes(15, 30, 60, 60),
  'en-5-15-30-60': minutes(5, 15, 30, 60),
  off: [],
}
const stall = 180_000
/** At any time scale, a correct receiver gets this long to answer. */
const shortestWait = 1000

/** Posts a body, `limitMs` at most: returns the answer's status, or the error. */
export type ScenarioPost = (
  address: string,
  body: string,
  limitMs: number,
  headers: Record<string, string>,
) => Promise<ScenarioAttempt['outcome']>

interface Post {
  taskId: number
  attempt: number
  body: string
  notBefore: number
}

/**
 * Scenario HTTP requests (contracts/planfix.md §13): one thread for the whole account, any answer other than
 * 200 a failure, and after a failure no other POST for three minutes.
 */
export class Scenario {
  /** The address of the account's scenario; without it nothing is posted. */
  url: string | undefined
  /** The body as its author wrote it, with Planfix's variables. */
  bodyTemplate = '{"task": {{Задача.Номер}}}'
  headers: Record<string, string> = { 'content-type': 'application/json' }
  readonly attempts: ScenarioAttempt[] = []
  private readonly account: Account
  private readonly scaled: (ms: number) => number
  private queue: Post[] = []
  private stalledUntil = 0
  private busy = false
  private stopped = false
  private callOff = () => {}
  private idle: (() => void)[] = []

  private readonly clock: SimClock
  private readonly post: ScenarioPost

  constructor(account: Account, scaled: (ms: number) => number, clock: SimClock, post?: ScenarioPost) {
    this.account = account
    this.scaled = scaled
    this.clock = clock
    this.post = post ?? ((...what) => this.fetched(...what))
  }

  /** The task met the scenario's conditions. */
  fire(task: SimTask, comment?: SimComment): void {
    if (!this.url) return
    const body = fill(this.bodyTemplate, this.account, task, comment)
    this.queue.push({ taskId: task.id, attempt: 1, body, notBefore: 0 })
    void this.work()
  }

  get pending(): number {
    return this.queue.length + (this.busy ? 1 : 0)
  }

  /** Settles when nothing is in flight or ready; does not wait for repeats and stalls. */
  async settled(): Promise<void> {
    while (this.busy || this.ready()) await new Promise<void>((resolve) => this.idle.push(resolve))
  }

  stop(): void {
    this.stopped = true
    this.callOff()
    this.queue = []
  }

  private ready(): Post | undefined {
    const now = this.clock.now()
    if (this.stopped || now < this.stalledUntil) return undefined
    return this.queue.find((post) => post.notBefore <= now)
  }

  private async work(): Promise<void> {
    if (this.busy) return
    this.busy = true
    for (let post = this.ready(); post; post = this.ready()) {
      this.queue.splice(this.queue.indexOf(post), 1)
      await this.send(post)
    }
    this.busy = false
    for (const resolve of this.idle.splice(0)) resolve()
    this.wakeLater()
  }

  private wakeLater(): void {
    this.callOff()
    if (this.stopped || this.queue.length === 0) return
    const next = Math.max(this.stalledUntil, Math.min(...this.queue.map((post) => post.notBefore)))
    this.callOff = this.clock.after(Math.max(1, next - this.clock.now()), () => void this.work())
  }

  private async send(post: Post): Promise<void> {
    const outcome = await this.attempt(post)
    this.attempts.push({
      taskId: post.taskId,
      attempt: post.attempt,
      time: this.clock.now(),
      body: post.body,
      outcome,
    })
    if (outcome === 200) return
    const { switches } = this.account
    if (switches['scenario-stall'] === '3-minutes') this.stalledUntil = this.clock.now() + this.scaled(stall)
    const wait = retryTable[switches['scenario-retry']][post.attempt - 1]
    if (wait === undefined) return
    this.queue.push({ ...post, attempt: post.attempt + 1, notBefore: this.clock.now() + this.scaled(wait) })
  }

  private async attempt(post: Post): Promise<ScenarioAttempt['outcome']> {
    const limit = this.scaled(Number.parseInt(this.account.switches['scenario-timeout'], 10) * 1000)
    const isNamed = this.account.switches['scenario-header'] === 'present'
    const headers = { ...this.headers, ...(isNamed && { 'X-Planfix-Task': String(post.taskId) }) }
    return this.post(this.url ?? '', post.body, Math.max(shortestWait, Math.round(limit)), headers)
  }

  private async fetched(
    address: string,
    body: string,
    limit: number,
    headers: Record<string, string>,
  ): Promise<ScenarioAttempt['outcome']> {
    try {
      const answer = await fetch(address, {
        method: 'POST',
        headers,
        body,
        redirect: 'manual',
        signal: AbortSignal.timeout(limit),
      })
      await answer.arrayBuffer()
      return answer.status
    } catch (error) {
      return error instanceof Error && error.name === 'TimeoutError' ? 'timeout' : 'unreachable'
    }
  }
}

/**
 * Replaces the variables: texts unescaped as in the real service, or according to the switch `scenario-body`.
 */
function fill(template: string, account: Account, task: SimTask, comment: SimComment | undefined): string {
  const position = account.switches['scenario-body']
  const text = (value: string) => (position === 'escaped' ? JSON.stringify(value).slice(1, -1) : value)
  const list = (values: unknown[]) =>
    values.length === 0 && position === 'empty-lists-as-strings' ? '"[]"' : JSON.stringify(values)
  const variables: Record<string, () => string> = {
    'Задача.Номер': () => String(task.id),
    'Задача.Идентификатор': () => String(task.id),
    'Задача.Название': () => text(task.name),
    'Задача.Статус': () => text(statusByKey(account, task.statusKey).name),
    'Комментарий.Текст': () => text(comment?.description ?? ''),
    'Комментарий.Автор': () => text(comment ? personName(account, comment.owner) : ''),
    'Комментарий.Файлы': () => list((comment?.files ?? []).map((id) => account.files.get(id)?.name ?? '')),
    'Комментарий.JSON': () =>
      JSON.stringify(comment ? { id: comment.id, text: comment.description, files: comment.files } : {}),
    'Задача.Контрагент': () => {
      const contact = account.contacts.get(Number(task.counterparty?.slice(8)))
      return text(contact ? fullName(contact) : '')
    },
  }
  return template.replace(/\{\{([^}]+)\}\}/g, (whole, name: string) => variables[name.trim()]?.() ?? whole)
}
