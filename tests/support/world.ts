import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../../src/main/engine/ports.ts'
import { chatSecretOf } from '../../src/main/http/chat-call.ts'
import { Application, type Log } from '../../src/main/runtime/application.ts'
import { parseConfiguration } from '../../src/shared/config.ts'
import type { LogEntry, Message } from '../../src/shared/domain.ts'
import type { ChatraOptions, ChatraSimulator } from '../../src/simulators/chatra/index.ts'
import { type PlanfixOptions, type PlanfixSimulator, plain } from '../../src/simulators/planfix/index.ts'
import { midnightFarAway } from './day-limit.ts'
import { freePort } from './free-port.ts'
import { type Ground, socketGround } from './ground.ts'
import { shopConnection } from './shop.ts'
import { virtualGround } from './virtual-ground.ts'

export { fastClock } from './ground.ts'

export interface WorldOptions {
  chatra?: ChatraOptions
  planfix?: PlanfixOptions
  /** Merged over the connection's configuration. */
  connection?: Record<string, unknown>
  options?: Record<string, unknown>
  planfixSettings?: Record<string, unknown>
  configuration?: Record<string, unknown>
  speed?: number
  /**
   * No sockets between the bridge and the services, and time that moves on as soon as nothing else happens: for
   * stories of minutes. No files, and no direct requests of the test to the receiver.
   */
  virtual?: boolean
  requestsPerSecond?: number
  /** Planfix's Chat API is set up in Planfix and in use (`planfix.channel.mode`). */
  chat?: boolean
  /** The receiver has a public address, proven by requests through it, as an owner's has. */
  proven?: boolean
}

export const SECRET = 'test-hook-secret-0123456789'

/** Both services as simulators and the whole application between them, in one process, on a fast clock. */
export class World {
  readonly chatra: ChatraSimulator
  readonly planfix: PlanfixSimulator
  readonly clock: Clock
  /** Ratio to the speed of the simulators' clock. */
  readonly speed: number
  readonly dataDir: string
  app: Application
  /** Warnings and errors of the application. */
  readonly complaints: string[]
  private readonly boot: () => Promise<Application>
  private readonly ground: Ground

  private constructor(
    ground: Ground,
    dataDir: string,
    app: Application,
    boot: () => Promise<Application>,
    complaints: string[],
  ) {
    this.ground = ground
    this.chatra = ground.chatra
    this.planfix = ground.planfix
    this.clock = ground.clock
    this.speed = ground.speed
    this.dataDir = dataDir
    this.app = app
    this.boot = boot
    this.complaints = complaints
  }

  static async start(options: WorldOptions = {}): Promise<World> {
    const dataDir = await mkdtemp(join(tmpdir(), 'bridge-'))
    const ground = await (options.virtual ? virtualGround : socketGround)(options)
    const { chatra, planfix, clock, outside } = ground
    chatra.setSwitch('webhook-timeout', '30 s')
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
          get: async (_id, name) => secretsOf(chatra, planfix)[name] ?? null,
          whereToPut: (_id, name) => name,
        },
        dataDir,
        receiver: { host: '127.0.0.1', port },
        log,
        clock,
        ...(outside && { outside }),
      })
      await app.start()
      chatra.webhookUrl = `${app.hooksUrl}/hooks/shop/${SECRET}/chatra`
      if (options.chat === true) connectChat(planfix, app.hooksUrl)
      return app
    }
    const app = await boot()
    const world = new World(ground, dataDir, app, boot, complaints)
    if (options.proven === true) await world.isProven()
    return world
  }

  /** The network between the bridge and both services, in a virtual world. */
  get exchange() {
    return this.ground.outside?.exchange
  }

  /** Webhooks that are posted from now on certainly arrive. */
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
    await this.ground.end()
    await rm(this.dataDir, { recursive: true, force: true })
  }

  /** `ms` of the world's own time. */
  pass(ms: number): Promise<void> {
    return new Promise((resolve) => void this.clock.after(ms, resolve))
  }

  /** Repeats until `check` returns something truthy; throws `what` when a world of usual speed is 15 s older. */
  async until<T>(what: string, check: () => T | Promise<T>): Promise<NonNullable<T>> {
    const end = this.ground.patience()
    for (;;) {
      const value = await check()
      if (value) return value
      if (end()) throw new Error(`waited in vain: ${what}\n${await this.story()}`)
      await this.ground.moment()
    }
  }

  /** Nothing waits any more: every webhook is delivered, every message is settled. */
  async quiet(): Promise<void> {
    await this.chatra.flush()
    await this.app.settled()
    await this.until('nothing waits', async () => {
      const work = await this.app.store.queuesWithWork()
      if (work.some((one) => one.queue !== 'jobs')) return false
      const jobs = await Promise.all(work.map((one) => this.app.store.jobs(one.conversationId)))
      return jobs.flat().every((job) => job.kind === 'leave-check' || job.kind === 'verify')
    })
  }

  log(): Promise<LogEntry[]> {
    return this.app.store.logPage({ limit: 10_000 })
  }

  /** Messages as the store has them, oldest first. */
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

  /** Texts in a task's feed without tags, with their authors. */
  feed(taskId: number): { owner: string; text: string }[] {
    return this.planfix
      .comments(taskId)
      .filter((comment) => !comment.isDeleted)
      .map((comment) => ({ owner: comment.owner ?? '', text: plain(comment.description) }))
  }

  /** For failure messages: what the log and the services contain. */
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

/** What the owner enters in Planfix's settings of the chat. */
function connectChat(planfix: PlanfixSimulator, hooksUrl: string): void {
  planfix.chats.connect({
    providerId: 'chatra-shop',
    url: `${hooksUrl}/hooks/shop/${SECRET}/planfix-chat`,
    token: chatSecretOf(SECRET),
    // REST sees the tasks of its token's employee only.
    employees: ['user:1'],
  })
}

const secretsOf = (chatra: ChatraSimulator, planfix: PlanfixSimulator): Record<string, string> => ({
  PLANFIX_TOKEN: planfix.token,
  PLANFIX_CHAT_TOKEN: planfix.chats.token,
  CHATRA_SECRET_KEY: chatra.secretKey,
})

function configurationOf(chatra: ChatraSimulator, planfix: PlanfixSimulator, options: WorldOptions) {
  const parsed = parseConfiguration({
    ...options.configuration,
    connections: [
      shopConnection(chatra, planfix, {
        planfix: {
          requestsPerSecond: options.requestsPerSecond ?? 1000,
          ...(options.chat === true && { channel: { mode: 'chat-api' } }),
          ...options.planfixSettings,
        },
        options: options.options ?? {},
        webhookSecret: SECRET,
        ...options.connection,
      }),
    ],
  })
  if (!parsed.ok) throw new Error(parsed.problems.join('\n'))
  return parsed.value
}
