import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chatSecretOf } from '../../src/main/http/chat-call.ts'
import { Application, type Log } from '../../src/main/runtime/application.ts'
import { type Configuration, parseConfiguration } from '../../src/shared/config.ts'
import { isStoreUnavailable } from '../../src/shared/store-error.ts'
import { ChatraSimulator, type Visitor } from '../../src/simulators/chatra/index.ts'
import { type PlanfixSimulator, startPlanfixSimulator } from '../../src/simulators/planfix/index.ts'
import { drawn } from './chance.ts'
import { DatabaseStorage } from './database/database-storage.ts'
import { Faults } from './faults.ts'
import { FolderStorage } from './folder-storage.ts'
import { Life } from './life.ts'
import { type Call, type Host, Network } from './network.ts'
import type { Storage } from './storage.ts'
import { type Device, marksIn, type Story } from './story.ts'
import { breakLine } from './troubles.ts'
import { Truth } from './truth.ts'
import { VirtualClock } from './virtual-clock.ts'
import { type ArmedCrash, Webhooks } from './webhooks.ts'

/** A Monday morning. */
export const BEGINS = Date.UTC(2026, 2, 2, 9, 0, 0)
const SECRET = 'world-proof-secret-0123456789'
/** The system starts a process again that could not start. */
const STARTS_AGAIN_MS = 5000
const SHOPS = ['shop', 'store'] as const

export interface Shop {
  id: string
  chatra: ChatraSimulator
}
export interface Present {
  spec: Device
  shop: Shop
  visitor: Visitor
}

/** Both services, the people, the network and the bridge of one story, in one process and on one virtual clock. */
export class World {
  readonly story: Story
  readonly clock = new VirtualClock(BEGINS)
  readonly truth = new Truth()
  readonly faults: Faults
  readonly network: Network
  readonly webhooks: Webhooks
  readonly planfix: PlanfixSimulator
  readonly shops: Shop[]
  readonly devices: Present[]
  readonly storage: Storage
  private readonly dataDir: string
  /** Every event that is visible from outside, in order: the same story leaves the same lines. */
  readonly trace: string[] = []
  life: Life | null = null
  crashes: ArmedCrash[] = []
  /** The connection breaks for this long when the next reply leaves. */
  breaksWithReply: number | null = null
  private lives = 0
  private readonly configuration: Configuration

  private constructor(
    story: Story,
    planfix: PlanfixSimulator,
    clock: VirtualClock,
    { storage, dataDir }: { storage: Storage; dataDir: string },
  ) {
    this.story = story
    this.clock = clock
    this.planfix = planfix
    this.faults = new Faults(story.seed)
    this.dataDir = dataDir
    this.storage = storage
    clock.beside = storage
    this.webhooks = new Webhooks(this)
    this.shops = SHOPS.slice(0, story.shops).map((id, index) => this.openShop(id, index))
    const hosts = new Map<string, Host>([
      ['planfix.example', { side: 'planfix', account: '', server: planfix.server, prefix: '/rest' }],
      ...this.shops.map(({ id, chatra }): [string, Host] => [
        `${id}.chatra.example`,
        { side: 'chatra', account: id, server: chatra.server, prefix: '/api' },
      ]),
    ])
    this.network = new Network({
      clock,
      seed: story.seed,
      faults: this.faults,
      hosts,
      sent: (call, life) => {
        if (call.method === 'POST' && call.side === 'chatra') this.mayBreak()
        this.mayCrash('call', 'before', life, call.isWrite)
      },
      answered: (call, life) => this.mayCrash('call', 'after', life, call.isWrite),
      committed: (call) => this.noteTask(call),
      trace: (line) => this.note(line),
    })
    this.configuration = configurationOf(story, this.shops)
    this.devices = story.devices.map((spec, index) => this.welcome(spec, index))
  }

  static async open(story: Story): Promise<World> {
    const clock = new VirtualClock(BEGINS)
    const planfix = await startPlanfixSimulator({
      origin: 'https://planfix.example',
      now: () => clock.now(),
      clock,
      switches: story.planfix,
      requestsPerSecondLimit: Number.POSITIVE_INFINITY,
      postScenario: (_address, body, limitMs) => world.webhooks.hint(body, limitMs),
      postChat: (address, form, limitMs) => world.webhooks.chatCall(address, form, limitMs),
    })
    const dataDir = temporaryFolder()
    const now = () => clock.now()
    const { database } = story.settings
    const storage = database
      ? await DatabaseStorage.open({ seed: story.seed, dataDir, now, keeps: database === 'keeps' })
      : new FolderStorage(dataDir, now)
    const world = new World(story, planfix, clock, { storage, dataDir })
    if (story.settings.chat) world.connectChats()
    if (story.settings.hints) planfix.scenarioUrl = 'https://bridge.example/'
    return world
  }

  /** What the owner enters in Planfix for each shop; REST sees the tasks, as its token's employee is an assignee. */
  private connectChats(): void {
    for (const { id } of this.shops)
      this.planfix.chats.connect({
        providerId: `chatra-${id}`,
        url: `https://bridge.example/hooks/${id}/planfix-chat`,
        token: chatSecretOf(`${SECRET}-${id}`),
        employees: ['user:1'],
      })
  }

  note(line: string): void {
    this.trace.push(`${((this.clock.now() - BEGINS) / 1000).toFixed(3)} ${line}`)
  }

  /** Starts the bridge's process on what the previous one has left. */
  async boot(): Promise<void> {
    const { clock, dataDir, storage } = this
    const life = new Life({
      n: ++this.lives,
      clock,
      storage,
      onCommit: (phase, one) => this.mayCrash('commit', phase, one, true),
    })
    this.life = life
    this.truth.ends.push({ at: clock.now(), kind: 'start' })
    this.note(`life ${life.n} begins`)
    await life.run(async () => {
      try {
        life.app = await Application.open({
          configuration: this.configuration,
          secrets: {
            get: async (id, name) => this.secret(id, name),
            whereToPut: (_id, name) => name,
          },
          dataDir,
          database: storage.database,
          keeping: storage.keeping,
          receiver: { host: '127.0.0.1', port: 0 },
          log: this.logOf(life),
          clock: life.clock,
          random: () => drawn(this.story.seed, 'life', life.n, this.trace.length, clock.now()),
          outside: {
            openStore: (options) => storage.open(life, options),
            receive: async (options) => {
              life.receiver = options
              return { url: 'http://127.0.0.1:1', port: 1, stop: () => life.closeReceiver() }
            },
            exchange: this.network.adapterFor(life),
            prove: () => this.webhooks.prove(life),
            addresses: () => 'one',
            // It would tell in the computer's time.
            nextWrite: undefined,
          },
        })
        await life.app.start()
      } catch (error) {
        if (life.dead) return
        if (isStoreUnavailable(error)) this.crash('crash', STARTS_AGAIN_MS)
        else this.truth.bugs.push(`the start failed: ${String(error)}`)
      }
    })
  }

  private secret(shop: string, name: string): string | null {
    if (name === 'PLANFIX_TOKEN') return this.planfix.token
    if (name === 'PLANFIX_CHAT_TOKEN') return this.planfix.chats.token
    return name === 'PLANFIX_CHAT_SECRET' ? null : `key-of-${shop}`
  }

  /** The process ends at once; it starts again after `downMs`, when `meanwhile` has changed its data. */
  crash(kind: 'crash' | 'damage', downMs: number, meanwhile: () => Promise<void> = async () => {}): void {
    const { life } = this
    if (!life || life.dead) return
    this.note(`life ${life.n} ends: ${kind}`)
    this.truth.ends.push({ at: this.clock.now(), kind })
    this.life = null
    life.end(async () => {
      await meanwhile()
      this.clock.after(downMs, () => void this.boot())
    })
  }

  /** The bridge is stopped properly and started again. */
  restart(downMs: number): void {
    const { life } = this
    if (!life?.app || life.dead) return
    this.truth.ends.push({ at: this.clock.now(), kind: 'stop' })
    this.life = null
    const { app } = life
    void life.run(async () => {
      await app.stop()
      life.exit()
      this.note(`life ${life.n} was stopped`)
      this.clock.after(downMs, () => void this.boot())
    })
  }

  async close(): Promise<void> {
    this.life?.end()
    this.life = null
    await this.clock.runUntil(this.clock.now())
    for (const { chatra } of this.shops) await chatra.stop()
    await this.planfix.stop()
    await this.storage.close()
    rmSync(this.dataDir, { recursive: true, force: true })
  }

  /** Every message, conversation and job of the bridge, as its owner can see them. */
  get app(): Application | null {
    return this.life?.app ?? null
  }

  private mayCrash(where: 'commit' | 'call', phase: 'before' | 'after', life: Life, counts: boolean): void {
    const armed = this.crashes.find((one) => one.where === where && one.phase === phase)
    if (!counts || !armed || life !== this.life || !life.app) return
    if (armed.skip-- > 0) return
    this.crashes = this.crashes.filter((one) => one !== armed)
    this.crash('crash', armed.ms)
  }

  private mayBreak(): void {
    if (this.breaksWithReply === null) return
    breakLine(this, this.breaksWithReply)
    this.breaksWithReply = null
  }

  private openShop(id: string, index: number): Shop {
    const { story, clock } = this
    const chatra = new ChatraSimulator({
      publicKey: `public-${id}`,
      secretKey: `key-of-${id}`,
      seed: story.seed * 2 + index,
      clock,
      switches: { 'webhook-timeout': '10 s', ...story.chatra },
      webhookUrl: `https://bridge.example/hooks/${id}`,
      postWebhook: (_address, body, limitMs) => this.webhooks.post(id, body, limitMs),
      agents: [{ name: 'Julia', email: `julia@${id}.example` }],
      recordWebhooks: false,
    })
    chatra.isAt(`https://${id}.chatra.example`)
    return { id, chatra }
  }

  private welcome(spec: Device, index: number): Present {
    const shop = this.shops[spec.shop]
    if (!shop) throw new Error(`the story has no shop ${spec.shop}`)
    const visitor = shop.chatra.visit({
      ...(spec.name !== null && { name: spec.name }),
      ...(spec.email !== null && { email: spec.email }),
      ...(spec.vouched && { integrationData: { Name: spec.vouched.name, Email: spec.vouched.email } }),
      ip: `192.0.2.${index + 1}`,
    })
    return { spec, shop, visitor }
  }

  private logOf(life: Life): Log {
    const line = (level: string) => (fields: object, text: string) => {
      if (life.dead) return
      if (text.startsWith('bug:')) this.truth.bugs.push(`${text} ${JSON.stringify(fields)}`)
      if (level !== 'info') this.note(`${level}: ${text} ${JSON.stringify(fields)}`)
    }
    return { info: line('info'), warn: line('warn'), error: line('error') }
  }

  /** A task was made: did this client already have one? */
  private noteTask(call: Call): void {
    if (call.side !== 'planfix' || call.path !== '/task/') return
    const made = this.planfix.tasks.at(-1)
    const mark = marksIn(made?.feed[0]?.description ?? '').find((one) => one.startsWith('#c'))
    const device = this.truth.said.find((one) => one.mark === mark)?.device
    if (!made || device === undefined) return
    const marks = new Set(this.truth.said.filter((one) => one.device === device).map((one) => one.mark))
    const beside = this.planfix.tasks.find(
      (task) =>
        task !== made &&
        !task.isDeleted &&
        this.planfix.statusOf(task.id)?.isActive !== false &&
        task.feed.some(({ description }) => marksIn(description).some((one) => marks.has(one))),
    )
    // Between the check whether it is active and the new task, another request may come.
    const isJustOpened = this.clock.now() - (this.truth.reopened.get(beside?.id ?? 0) ?? 0) < 3000
    if (beside && !isJustOpened)
      this.truth.secondTasks.push({ taskId: made.id, beside: beside.id, device, at: this.clock.now() })
  }
}

/** In memory where the system supports it: the proof loses no time to a disk. */
function temporaryFolder(): string {
  for (const parent of ['/dev/shm', tmpdir()]) {
    try {
      return mkdtempSync(join(parent, 'world-proof-'))
    } catch {
      // The next one.
    }
  }
  const own = join(process.cwd(), 'out', 'world-proof')
  mkdirSync(own, { recursive: true })
  return mkdtempSync(join(own, 'story-'))
}

function configurationOf({ settings }: Story, shops: readonly Shop[]): Configuration {
  const parsed = parseConfiguration({
    publicUrl: 'https://bridge.example',
    connections: shops.map(({ id, chatra }) => ({
      id,
      name: `${id}.example`,
      chatra: { baseUrl: chatra.apiUrl, publicKey: chatra.publicKey },
      planfix: {
        baseUrl: 'https://planfix.example/rest',
        taskTemplateId: settings.taskTemplate ? 12 : null,
        contactTemplateId: 5,
        pollSeconds: settings.pollSeconds,
        requestsPerSecond: settings.requestsPerSecond,
        ...(settings.chat && { channel: { mode: 'chat-api' } }),
      },
      options: { leaveAfterMinutes: settings.leaveAfterMinutes },
      webhookSecret: `${SECRET}-${id}`,
    })),
  })
  if (!parsed.ok) throw new Error(parsed.problems.join('\n'))
  return parsed.value
}
