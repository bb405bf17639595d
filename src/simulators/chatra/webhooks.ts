import { Agent as HttpAgent, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { SimClock } from '../common/clock.ts'
import type { Json } from './bodies.ts'
import type { ChatraSwitches } from './switches.ts'

export type EventName = 'chatStarted' | 'chatFragment' | 'chatTranscript'

/** One attempt to post a webhook, or a deliberately lost event (`attempt` 0). Times in ms since 1970. */
export interface WebhookAttempt {
  n: number
  time: number
  event: EventName
  clientId: string
  url: string
  body: Json
  /** 1 for the first; incremented by retries; a duplicate starts at 1 again. */
  attempt: number
  status?: number
  /** `timeout`, `dropped`, or the network's error code. Absent when the receiver answered. */
  error?: string
}

export interface WebhookCounts {
  events: number
  attempts: number
  answered200: number
  failed: number
  dropped: number
}

interface Job {
  event: EventName
  clientId: string
  body: Json
  copies: number
  afterFirstAttempt: () => void
}

interface Queue {
  jobs: Job[]
  head: number
  running: boolean
}

interface Settings {
  switches: ChatraSwitches
  random: () => number
  timeScale: number
  clock: SimClock
  post?: WebhookPost
}

/** Posts a body, `limitMs` at most; never rejects. */
export type WebhookPost = (address: string, body: string, limitMs: number) => Promise<Outcome>

const retryDelays = [5_000, 15_000, 45_000]
const shuffleWindow = 200

/**
 * Posts events in the background: in order within a client's chat, different clients in parallel, over
 * kept-alive connections (contracts/chatra.md §4.3). An event succeeds only when answered 200.
 */
export class WebhookSender {
  /**
   * The address for all three events; null as if no address were set in Chatra. Read again at every attempt.
   */
  url: string | null = null
  readonly record: WebhookAttempt[] = []
  recording = true
  readonly counts: WebhookCounts = { events: 0, attempts: 0, answered200: 0, failed: 0, dropped: 0 }
  private readonly settings: Settings
  private readonly queues = new Map<string, Queue>()
  private readonly agents = {
    http: new HttpAgent({ keepAlive: true, maxFreeSockets: 512 }),
    https: new HttpsAgent({ keepAlive: true, maxFreeSockets: 512 }),
  }
  private stopped = false
  private readonly sleepers = new Set<() => void>()
  private pending = 0
  private idleWaiters: (() => void)[] = []
  private gate: { promise: Promise<void>; open: () => void } | null = null
  private toDrop = 0
  private toDouble = 0

  constructor(settings: Settings) {
    this.settings = settings
  }

  /**
   * Queues an event. Returns a promise of its first attempt's end; it resolves at once when nothing will be
   * posted.
   */
  enqueue(clientId: string, event: EventName, body: Json): Promise<void> {
    if (this.url === null || this.stopped) return Promise.resolve()
    this.counts.events += 1
    if (this.toDrop > 0) {
      this.toDrop -= 1
      this.counts.dropped += 1
      this.note({ event, clientId, body, url: this.url, attempt: 0, error: 'dropped' })
      return Promise.resolve()
    }
    let copies = this.settings.switches['webhook-duplicate'] === 'same-event-twice' ? 2 : 1
    if (this.toDouble > 0) {
      this.toDouble -= 1
      copies = 2
    }
    const first = Promise.withResolvers<void>()
    const queue = this.queues.get(clientId) ?? { jobs: [], head: 0, running: false }
    this.queues.set(clientId, queue)
    queue.jobs.push({ event, clientId, body, copies, afterFirstAttempt: first.resolve })
    this.hold()
    if (!queue.running) {
      queue.running = true
      // Not before the current synchronous step is over: events caused by a REST call are posted after its
      // answer.
      setImmediate(() => void this.run(queue))
    }
    return this.gate ? Promise.resolve() : first.promise
  }

  /** Counts work as under way until `release`: `idle` waits for it. */
  hold(): void {
    this.pending += 1
  }

  release(): void {
    this.pending -= 1
    if (this.pending > 0) return
    const waiters = this.idleWaiters
    this.idleWaiters = []
    for (const waiter of waiters) waiter()
  }

  idle(): Promise<void> {
    if (this.pending === 0) return Promise.resolve()
    return new Promise((resolve) => this.idleWaiters.push(resolve))
  }

  /** Beside those that wait to be dropped; 0 = none any more. */
  dropNext(count: number): void {
    this.toDrop = count === 0 ? 0 : this.toDrop + count
  }

  doubleNext(count: number): void {
    this.toDouble += count
  }

  pause(): void {
    if (this.gate) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.gate = { promise, open: resolve }
  }

  resume(): void {
    this.gate?.open()
    this.gate = null
  }

  get paused(): boolean {
    return this.gate !== null
  }

  get waiting(): number {
    return this.pending
  }

  stop(): void {
    this.stopped = true
    for (const wake of this.sleepers) wake()
    this.resume()
    this.agents.http.destroy()
    this.agents.https.destroy()
    this.pending = 0
    for (const waiter of this.idleWaiters) waiter()
  }

  private async run(queue: Queue): Promise<void> {
    while (queue.head < queue.jobs.length && !this.stopped) {
      if (this.settings.switches['webhook-order'] === 'shuffled-within-chat') {
        await this.wait(shuffleWindow)
        while (this.gate) await this.gate.promise
        shuffle(queue, this.settings.random)
      }
      const batchEnd = queue.jobs.length
      do {
        while (this.gate) await this.gate.promise
        const job = queue.jobs[queue.head++]
        if (!job) break
        await this.deliver(job)
        this.release()
      } while (queue.head < batchEnd && !this.stopped)
      if (queue.head === queue.jobs.length || queue.head > 1_000) {
        queue.jobs.splice(0, queue.head)
        queue.head = 0
      }
    }
    queue.running = false
  }

  private async deliver(job: Job): Promise<void> {
    const text = JSON.stringify(job.body)
    for (let copy = 0; copy < job.copies; copy++) {
      for (let attempt = 1; ; attempt++) {
        const url = this.url
        if (url === null || this.stopped) break
        const time = this.settings.clock.now()
        const outcome = await this.post(url, text)
        if (this.stopped) break
        this.counts.attempts += 1
        if (outcome.status === 200) this.counts.answered200 += 1
        else this.counts.failed += 1
        this.note({ ...job, time, url, attempt, ...outcome })
        job.afterFirstAttempt()
        const delay = retryDelays[attempt - 1]
        if (delay === undefined || !this.wantsRetry(outcome)) break
        await this.wait(delay)
        while (this.gate) await this.gate.promise
      }
    }
    job.afterFirstAttempt()
  }

  private wantsRetry(outcome: Outcome): boolean {
    const position = this.settings.switches['webhook-retry']
    if (position === 'none' || outcome.status === 200) return false
    return position === 'on-non-200' || outcome.error === 'timeout'
  }

  private post(address: string, text: string): Promise<Outcome> {
    const limit =
      Number.parseInt(this.settings.switches['webhook-timeout'], 10) * 1000 * this.settings.timeScale
    if (this.settings.post) return this.settings.post(address, text, limit)
    return new Promise((resolve) => {
      const secure = address.startsWith('https:')
      const post = secure ? httpsRequest : httpRequest
      const payload = Buffer.from(text)
      let timer: NodeJS.Timeout | undefined
      const settle = (outcome: Outcome) => {
        clearTimeout(timer)
        resolve(outcome)
      }
      const request = post(address, {
        method: 'POST',
        agent: secure ? this.agents.https : this.agents.http,
        headers: { 'content-type': 'application/json', 'content-length': payload.length },
      })
      timer = setTimeout(() => {
        settle({ error: 'timeout' })
        request.destroy()
      }, limit)
      request.on('response', (response) => {
        const status = response.statusCode ?? 0
        response.resume()
        response.on('end', () => settle({ status }))
        response.on('error', (error: NodeJS.ErrnoException) => settle({ error: error.code ?? error.message }))
      })
      request.on('error', (error: NodeJS.ErrnoException) => settle({ error: error.code ?? error.message }))
      request.end(payload)
    })
  }

  private note(entry: Omit<WebhookAttempt, 'n' | 'time'> & { time?: number }): void {
    if (!this.recording) return
    const { event, clientId, url, body, attempt, status, error, time = this.settings.clock.now() } = entry
    this.record.push({
      n: this.record.length + 1,
      time,
      event,
      clientId,
      url,
      body,
      attempt,
      ...(status !== undefined && { status }),
      ...(error !== undefined && { error }),
    })
  }

  private wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        callOff()
        this.sleepers.delete(wake)
        resolve()
      }
      const callOff = this.settings.clock.after(ms * this.settings.timeScale, wake)
      this.sleepers.add(wake)
    })
  }
}

export interface Outcome {
  status?: number
  error?: string
}

/** Shuffles the waiting events of the queue; two or more never keep their order. */
function shuffle(queue: Queue, random: () => number): void {
  const waiting = queue.jobs.splice(queue.head)
  const mixed = waiting.slice()
  for (let i = mixed.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const held = mixed[i] as Job
    mixed[i] = mixed[j] as Job
    mixed[j] = held
  }
  if (mixed.length > 1 && mixed.every((job, i) => job === waiting[i])) mixed.reverse()
  queue.jobs.push(...mixed)
}
