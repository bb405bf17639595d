import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DemoHost } from '../../src/main/api/demo/host.ts'
import { createCaller } from '../../src/main/api/dispatcher.ts'
import { createApi } from '../../src/main/api/index.ts'
import { Application, type Log } from '../../src/main/runtime/application.ts'
import { memoryOver } from '../../src/main/secrets/store.ts'
import { loadConfiguration } from '../../src/main/settings/config-file.ts'
import { fileSettings } from '../../src/main/settings/file-settings.ts'
import { createRedactor } from '../../src/main/settings/redact.ts'
import type { Answer, Args, CallName, Push, Value } from '../../src/shared/api.ts'
import { type ChatraSimulator, startChatraSimulator } from '../../src/simulators/chatra/index.ts'
import { type PlanfixSimulator, startPlanfixSimulator } from '../../src/simulators/planfix/index.ts'
import { fastClock } from './world.ts'

export const HOOK_SECRET = 'bridge-hook-secret-0123456789'

/** A bridge as a host starts it but for the pages: application, settings in a file, and the calls of the interface. */
export class Bridge {
  readonly dir = mkdtempSync(join(tmpdir(), 'bridge-api-'))
  readonly file = join(this.dir, 'config.json')
  readonly logged: string[] = []
  readonly chatra: ChatraSimulator
  readonly planfix: PlanfixSimulator
  private readonly options: { demo?: DemoHost; speed: number }
  private running!: Awaited<ReturnType<Bridge['boot']>>

  private constructor(
    chatra: ChatraSimulator,
    planfix: PlanfixSimulator,
    options: { demo?: DemoHost; speed: number },
  ) {
    this.chatra = chatra
    this.planfix = planfix
    this.options = options
  }

  /** `file`: what stands in the configuration file; null = there is none. */
  static async start(
    file: ((bridge: Bridge) => object) | null = (bridge) => ({ connections: [bridge.shop()] }),
    options: { demo?: DemoHost; speed?: number } = {},
  ): Promise<Bridge> {
    const speed = options.speed ?? 20
    const chatra = await startChatraSimulator({ seed: 1, timeScale: 1 / speed })
    const planfix = await startPlanfixSimulator({ requestsPerSecondLimit: Number.POSITIVE_INFINITY })
    const bridge = new Bridge(chatra, planfix, { ...options, speed })
    if (file !== null) bridge.write(file(bridge))
    bridge.running = await bridge.boot()
    return bridge
  }

  /** A connection between the two simulators, in the form of the file. */
  shop(change: object = {}): Record<string, unknown> {
    return {
      id: 'shop',
      name: 'shop.example',
      chatra: { baseUrl: this.chatra.apiUrl, publicKey: this.chatra.publicKey },
      planfix: {
        baseUrl: this.planfix.restUrl,
        webUrl: this.planfix.webUrl,
        taskTemplateId: 12,
        contactTemplateId: 5,
        pollSeconds: 1,
        requestsPerSecond: 1000,
      },
      webhookSecret: HOOK_SECRET,
      ...change,
    }
  }

  get app(): Application {
    return this.running.application
  }
  get secrets() {
    return this.running.secrets
  }
  get feed() {
    return this.running.api.feed
  }
  get redact() {
    return this.running.redact
  }

  /** As an interface calls: checked against the contract both ways. */
  call<N extends CallName>(name: N, args: Args<N>): Promise<Answer<Value<N>>> {
    return this.running.caller.call({ trusted: true }, name, args) as Promise<Answer<Value<N>>>
  }
  /** The value of an answer that must be good. */
  async get<N extends CallName>(name: N, args: Args<N>): Promise<Value<N>> {
    const answer = await this.call(name, args)
    if (!answer.ok) throw new Error(`refused: ${JSON.stringify(answer.error)}`)
    return answer.value
  }
  /** The refusal of an answer that must be none. */
  async refusal<N extends CallName>(name: N, args: Args<N>) {
    const answer = await this.call(name, args)
    if (answer.ok) throw new Error('it was not refused')
    const { code, message, field, detail } = answer.error
    return { code, key: message.key, params: message.params, field, detail }
  }

  /** Everything that is told from now on. */
  listen(): { pushes: Push[]; end: () => void } {
    const pushes: Push[] = []
    return { pushes, end: this.feed.subscribe((push) => pushes.push(push)) }
  }

  read(): Record<string, unknown> & { connections?: Record<string, unknown>[] } {
    return JSON.parse(readFileSync(this.file, 'utf8'))
  }
  write(content: object): void {
    writeFileSync(this.file, JSON.stringify(content))
  }

  async until<T>(what: string, ask: () => T | Promise<T>): Promise<NonNullable<T>> {
    const end = Date.now() + 15_000
    for (;;) {
      const value = await ask()
      if (value) return value
      if (Date.now() > end) throw new Error(`waited in vain: ${what}\n${this.logged.join('\n')}`)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }

  async restart(): Promise<void> {
    await this.end()
    this.running = await this.boot()
  }

  async stop(): Promise<void> {
    await this.end()
    await Promise.all([this.chatra.stop(), this.planfix.stop()])
    rmSync(this.dir, { recursive: true, force: true })
  }

  private async end(): Promise<void> {
    await this.running.application.stop()
    await this.running.api.stop()
  }

  private async boot() {
    const note = (level: string) => (fields: object, text: string) =>
      void this.logged.push(`${level} ${text} ${JSON.stringify(fields)}`)
    const log: Log = { info: () => undefined, warn: note('warn'), error: note('error') }
    const loaded = loadConfiguration(undefined, this.dir)
    if (!loaded.ok) throw new Error(loaded.problems.join('\n'))
    const redact = createRedactor()
    const environment: Record<string, string> = {
      'shop/CHATRA_SECRET_KEY': this.chatra.secretKey,
      'shop/PLANFIX_TOKEN': this.planfix.token,
    }
    const secrets = memoryOver(
      { get: async (id, name) => environment[`${id}/${name}`] ?? null, whereToPut: (_id, name) => name },
      (secret) => redact.add(secret),
    )
    const application = await Application.open({
      configuration: loaded.value,
      secrets,
      dataDir: this.dir,
      receiver: { host: '127.0.0.1', port: 0 },
      log,
      clock: fastClock(this.options.speed),
    })
    const api = createApi({
      application,
      settings: fileSettings(this.file, loaded.value),
      secrets,
      redact,
      log,
      host: 'server',
      version: '1.2.3',
      demo: this.options.demo ?? null,
    })
    await application.start()
    this.chatra.webhookUrl = `${application.hooksUrl}/hooks/shop/${HOOK_SECRET}/chatra`
    return { application, api, secrets, redact, caller: createCaller({ handlers: api.handlers, log }) }
  }
}
