import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Application, type Log } from '../../src/main/application/application.ts'
import type { Clock } from '../../src/main/engine/ports.ts'
import { parseConfiguration } from '../../src/shared/config.ts'
import type { LogEntry, Message } from '../../src/shared/domain.ts'
import {
  type ChatraOptions,
  type ChatraSimulator,
  startChatraSimulator,
} from '../../src/simulators/chatra/index.ts'
import {
  type PlanfixOptions,
  type PlanfixSimulator,
  startPlanfixSimulator,
} from '../../src/simulators/planfix/index.ts'
import { midnightFarAway } from './day-limit.ts'

/** A clock that runs `speed` times faster than the computer's, for every part of the world alike. */
export function fastClock(speed: number): Clock {
  const start = Date.now()
  const now = () => Math.floor(start + (performance.timeOrigin + performance.now() - start) * speed)
  return {
    now,
    after(ms, work) {
      const timer = setTimeout(work, ms / speed)
      return () => clearTimeout(timer)
    },
  }
}

export interface WorldOptions {
  chatra?: ChatraOptions
  planfix?: PlanfixOptions
  /** Merged over the connection's configuration. */
  connection?: Record<string, unknown>
  options?: Record<string, unknown>
  planfixSettings?: Record<string, unknown>
  configuration?: Record<string, unknown>
  speed?: number
  requestsPerSecond?: number
  /** The receiver has a public address, proven by requests through it, as an owner's has. */
  proven?: boolean
}

export const SECRET = 'test-hook-secret-0123456789'

/** Both services as simulators and the whole application between them, in one process, on a fast clock. */
export class World {
  readonly chatra: ChatraSimulator
  readonly planfix: PlanfixSimulator
  readonly clock: Clock
  readonly dataDir: string
  app: Application
  /** Warnings and errors of the application. */
  readonly complaints: string[]
  private readonly boot: () => Promise<Application>

  private constructor(
    chatra: ChatraSimulator,
    planfix: PlanfixSimulator,
    clock: Clock,
    dataDir: string,
    app: Application,
    boot: () => Promise<Application>,
    complaints: string[],
  ) {
    this.chatra = chatra
    this.planfix = planfix
    this.clock = clock
    this.dataDir = dataDir
    this.app = app
    this.boot = boot
    this.complaints = complaints
  }

  static async start(options: WorldOptions = {}): Promise<World> {
    const speed = options.speed ?? 20
    const clock = fastClock(speed)
    const dataDir = await mkdtemp(join(tmpdir(), 'bridge-'))
    const chatra = await startChatraSimulator({
      timeScale: 1 / speed,
      seed: 1,
      now: clock.now,
      ...options.chatra,
    })
    chatra.setSwitch('webhook-timeout', '30 s')
    const planfix = await startPlanfixSimulator({
      timeScale: 1 / speed,
      now: clock.now,
      requestsPerSecondLimit: Number.POSITIVE_INFINITY,
      ...options.planfix,
    })
    midnightFarAway(planfix, clock.now())
    const port = options.proven === true ? await freePort() : 0
    const publicUrl = options.proven === true ? { publicUrl: `http://127.0.0.1:${port}` } : {}
    const settings = { ...options, configuration: { ...publicUrl, ...options.configuration } }
    const complaints: string[] = []
    const note = (level: string) => (fields: object, text: string) => {
      complaints.push(`${level}: ${text} ${JSON.stringify(fields)}`)
    }
    const log: Log = { info: () => undefined, warn: note('warn'), error: note('error') }
    const boot = async () => {
      const app = await Application.open({
        configuration: configurationOf(chatra, planfix, settings),
        secrets: {
          get: async (_id, name) => (name === 'PLANFIX_TOKEN' ? planfix.token : chatra.secretKey),
          whereToPut: (_id, name) => name,
        },
        dataDir,
        receiver: { host: '127.0.0.1', port },
        log,
        clock,
      })
      await app.start()
      chatra.webhookUrl = `${app.hooksUrl}/hooks/shop/${SECRET}/chatra`
      return app
    }
    const app = await boot()
    const world = new World(chatra, planfix, clock, dataDir, app, boot, complaints)
    if (options.proven === true) await world.isProven()
    return world
  }

  /** Webhooks that are written from now on certainly arrive. */
  isProven(): Promise<unknown> {
    return this.until('a proven address', () => this.app.publicAddress.state === 'proven')
  }

  /** Stops the application and starts it again on the same data. */
  async restart(between: () => Promise<void> | void = () => undefined): Promise<void> {
    await this.app.stop()
    await between()
    this.app = await this.boot()
  }

  async stop(): Promise<void> {
    await this.app.stop()
    await Promise.all([this.chatra.stop(), this.planfix.stop()])
    await rm(this.dataDir, { recursive: true, force: true })
  }

  /** Polls until `check` answers something truthy; fails with `what` after 15 s of real time. */
  async until<T>(what: string, check: () => T | Promise<T>): Promise<NonNullable<T>> {
    const end = Date.now() + 15_000
    for (;;) {
      const value = await check()
      if (value) return value
      if (Date.now() > end) throw new Error(`waited in vain: ${what}\n${await this.story()}`)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }

  /** Nothing waits any more: every webhook delivered, every message settled. */
  async quiet(): Promise<void> {
    await this.chatra.flush()
    await this.app.settled()
    await this.until('nothing waits', async () => {
      const work = await this.app.store.lanesWithWork()
      if (work.some((one) => one.lane !== 'chores')) return false
      const chores = await Promise.all(work.map((one) => this.app.store.chores(one.conversationId)))
      return chores.flat().every((chore) => chore.kind === 'leave-check' || chore.kind === 'verify')
    })
  }

  log(): Promise<LogEntry[]> {
    return this.app.store.logPage({ afterSeq: 0, limit: 10_000 })
  }

  /** Messages as they stand, oldest first. */
  async messages(): Promise<Message[]> {
    const ids = [...new Set((await this.log()).map((entry) => Number(entry.id)))]
    const found = await Promise.all(ids.map((id) => this.app.store.message(id)))
    return found.filter((message) => message !== null)
  }

  /** The only task, or the n-th. */
  task(n = 0) {
    const task = this.planfix.tasks[n]
    if (!task) throw new Error(`there is no task ${n}`)
    return task
  }

  /** Texts in a task's feed, tags removed, with who wrote them. */
  feed(taskId: number): { owner: string; text: string }[] {
    return this.planfix
      .comments(taskId)
      .filter((comment) => !comment.isDeleted)
      .map((comment) => ({ owner: comment.owner ?? '', text: plain(comment.description) }))
  }

  /** For failures: what the log and the services say. */
  async story(): Promise<string> {
    const lines = (await this.log()).map(
      (entry) => `${entry.id} ${entry.direction} ${entry.state} ${entry.reason ?? ''} ${entry.text}`,
    )
    const calls = this.planfix.server.requests
      .slice(-30)
      .map((call) => `${call.method} ${call.path} ${call.answered}`)
    return [...lines, ...this.complaints, ...this.planfix.violations, ...calls].join('\n')
  }
}

/** A port that nobody listens at now. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

export const plain = (html: string): string =>
  html
    .replace(/<br\s*\/?>|<\/p>/g, '\n')
    .replace(/<[^>]*>/g, '')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, '&')
    .trim()

function configurationOf(chatra: ChatraSimulator, planfix: PlanfixSimulator, options: WorldOptions) {
  const parsed = parseConfiguration({
    ...options.configuration,
    connections: [
      {
        id: 'shop',
        name: 'shop.example',
        chatra: { baseUrl: chatra.apiUrl, publicKey: chatra.publicKey },
        planfix: {
          baseUrl: planfix.restUrl,
          webUrl: planfix.webUrl,
          taskTemplateId: 12,
          contactTemplateId: 5,
          pollSeconds: 1,
          requestsPerSecond: options.requestsPerSecond ?? 1000,
          ...options.planfixSettings,
        },
        options: options.options ?? {},
        webhookSecret: SECRET,
        ...options.connection,
      },
    ],
  })
  if (!parsed.ok) throw new Error(parsed.problems.join('\n'))
  return parsed.value
}
