import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DemoHost } from '../../src/main/api/demo/host.ts'
import type { Application } from '../../src/main/runtime/application.ts'
import { createRedactor } from '../../src/main/settings/redact.ts'
import type { Answer, Args, CallName, Push, Value } from '../../src/shared/api.ts'
import { type ChatraSimulator, startChatraSimulator } from '../../src/simulators/chatra/index.ts'
import { type PlanfixSimulator, startPlanfixSimulator } from '../../src/simulators/planfix/index.ts'
import { type Booted, boot, noting, secretsInMemory } from './boot.ts'
import { shopConnection } from './shop.ts'

export const HOOK_SECRET = 'bridge-hook-secret-0123456789'

/**
 * A bridge as a host starts it, without the pages: application, settings in a file, and the calls of the interface.
 */
export class Bridge {
  readonly dir = mkdtempSync(join(tmpdir(), 'bridge-api-'))
  readonly file = join(this.dir, 'config.json')
  private readonly noted = noting(['warn', 'error'])
  readonly logged = this.noted.logged
  readonly chatra: ChatraSimulator
  readonly planfix: PlanfixSimulator
  private readonly options: { demo?: DemoHost; speed: number }
  private running!: Booted

  private constructor(
    chatra: ChatraSimulator,
    planfix: PlanfixSimulator,
    options: { demo?: DemoHost; speed: number },
  ) {
    this.chatra = chatra
    this.planfix = planfix
    this.options = options
  }

  /** `file`: the content of the configuration file; null = there is none. */
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
    return shopConnection(this.chatra, this.planfix, { webhookSecret: HOOK_SECRET, ...change })
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

  /** As an interface calls: arguments and result are checked against the contract. */
  call<N extends CallName>(name: N, args: Args<N>): Promise<Answer<Value<N>>> {
    return this.running.call(name, args)
  }
  /** The value of an answer that must be a success. */
  async get<N extends CallName>(name: N, args: Args<N>): Promise<Value<N>> {
    const answer = await this.call(name, args)
    if (!answer.ok) throw new Error(`refused: ${JSON.stringify(answer.error)}`)
    return answer.value
  }
  /** The error of an answer that must be a refusal. */
  async refusal<N extends CallName>(name: N, args: Args<N>) {
    const answer = await this.call(name, args)
    if (answer.ok) throw new Error('it was not refused')
    const { code, message, field, detail } = answer.error
    return { code, key: message.key, params: message.params, field, detail }
  }

  /** Every event published from now on. */
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
    await this.running.stop()
    this.running = await this.boot()
  }

  async stop(): Promise<void> {
    await this.running.stop()
    await Promise.all([this.chatra.stop(), this.planfix.stop()])
    rmSync(this.dir, { recursive: true, force: true })
  }

  private async boot(): Promise<Booted> {
    const redact = createRedactor()
    const known: Record<string, string> = {
      'shop/CHATRA_SECRET_KEY': this.chatra.secretKey,
      'shop/PLANFIX_TOKEN': this.planfix.token,
    }
    const booted = await boot({
      dir: this.dir,
      log: this.noted.log,
      speed: this.options.speed,
      redact,
      secrets: secretsInMemory(redact, async (id, name) => known[`${id}/${name}`] ?? null),
      demo: this.options.demo,
      version: '1.2.3',
    })
    this.chatra.webhookUrl = `${booted.application.hooksUrl}/hooks/shop/${HOOK_SECRET}/chatra`
    return booted
  }
}
