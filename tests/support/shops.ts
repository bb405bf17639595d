import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Application, type ApplicationOptions } from '../../src/main/runtime/application.ts'
import { type Configuration, parseConfiguration } from '../../src/shared/config.ts'
import { type ChatraSimulator, startChatraSimulator } from '../../src/simulators/chatra/index.ts'
import { type PlanfixSimulator, plain, startPlanfixSimulator } from '../../src/simulators/planfix/index.ts'
import { conversationsOf } from './conversations.ts'
import { midnightFarAway } from './day-limit.ts'
import { fastClock } from './ground.ts'
import { marksIn } from './planfix-scenes.ts'
import { shopConnection } from './shop.ts'
import { SECRET } from './world.ts'

const SPEED = 5

/** A shop with accounts of its own in both services. */
export interface Shop {
  id: string
  chatra: ChatraSimulator
  planfix: PlanfixSimulator
  /** Host and path of its Planfix account (runtime/units/unit.ts). */
  unit: string
}

export interface ShopsOptions extends Partial<ApplicationOptions> {
  /** For each shop `shop0`, `shop1` … the number of its Planfix account. */
  accounts: number[]
  /** The application is configured for the first so many. */
  served?: number
  /** Merged over the configuration. */
  change?: object
}

/** Several shops, each with its own Chatra account, and one application that serves those it is configured for. */
export class Shops {
  readonly clock = fastClock(SPEED)
  readonly all: Shop[] = []
  /** Errors of the application that are its own bugs. */
  readonly bugs: string[] = []
  app!: Application
  /** Of the application: for another one beside it. */
  options!: ApplicationOptions
  private change: object = {}
  private dataDir = ''

  static async start({ accounts, served, change = {}, ...options }: ShopsOptions): Promise<Shops> {
    const shops = new Shops()
    shops.change = change
    for (const [n, account] of accounts.entries()) {
      const planfix = shops.all[accounts.indexOf(account)]?.planfix ?? (await shops.planfixAccount())
      shops.all.push(await shops.shop(n, planfix))
    }
    shops.dataDir = await mkdtemp(join(tmpdir(), 'bridge-shops-'))
    const note = (_fields: object, text: string) => {
      if (text.includes('bug: ')) shops.bugs.push(text)
    }
    shops.options = {
      configuration: shops.configured(shops.all.slice(0, served ?? accounts.length)),
      secrets: { get: async (id, name) => shops.secret(id, name), whereToPut: (_id, name) => name },
      dataDir: shops.dataDir,
      receiver: { host: '127.0.0.1', port: 0 },
      log: { info: () => undefined, warn: note, error: note },
      clock: shops.clock,
      ...options,
    }
    shops.app = await Application.open(shops.options)
    await shops.app.start()
    for (const { id, chatra } of shops.all)
      chatra.webhookUrl = `${shops.app.hooksUrl}/hooks/${id}/${SECRET}/chatra`
    return shops
  }

  async stop(): Promise<void> {
    await this.app.stop()
    const services = new Set(this.all.flatMap(({ chatra, planfix }) => [chatra, planfix]))
    await Promise.all([...services].map((one) => one.stop()))
    await rm(this.dataDir, { recursive: true, force: true })
  }

  /** The configuration with these shops; `change` is merged over each connection. */
  configured(shops: readonly Shop[], change: (shop: Shop) => object = () => ({})): Configuration {
    const connections = shops.map((shop) =>
      shopConnection(shop.chatra, shop.planfix, {
        id: shop.id,
        name: `${shop.id}.example`,
        webhookSecret: SECRET,
        ...change(shop),
      }),
    )
    const read = parseConfiguration({ ...this.change, connections })
    if (!read.ok) throw new Error(read.problems.join('\n'))
    return read.value
  }

  /** Marks like `#a1` of all tasks of a client, in the order of the feed. */
  feedMarks({ planfix }: Shop, client: string): string[] {
    return planfix.tasks
      .filter(({ name }) => name === `${client} (Chatra)`)
      .flatMap(({ id }) => marksIn(planfix.comments(id).map(({ description }) => plain(description))))
  }

  /** The comment with this mark is answered after so many real milliseconds. */
  slowComment({ planfix }: Shop, mark: string, ms: number): void {
    planfix.server.faults.add({
      kind: 'latency',
      ms,
      path: '/comments/$',
      bodyHas: mark,
      method: 'POST',
      times: 1,
    })
  }

  /** Whether a comment is being written in a conversation of this shop. */
  async isWriting({ id }: Shop): Promise<boolean> {
    return (await conversationsOf(this.app.store, id)).some(({ attempt }) => attempt?.kind === 'comment')
  }

  async until(what: string, check: () => boolean | Promise<boolean>): Promise<void> {
    const end = Date.now() + 15_000
    while (!(await check())) {
      if (Date.now() > end) throw new Error(`waited in vain: ${what}`)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }

  private get simulated() {
    return { timeScale: 1 / SPEED, now: this.clock.now }
  }

  private async planfixAccount(): Promise<PlanfixSimulator> {
    const planfix = await startPlanfixSimulator({
      requestsPerSecondLimit: Number.POSITIVE_INFINITY,
      ...this.simulated,
    })
    midnightFarAway(planfix, this.clock.now())
    return planfix
  }

  private async shop(n: number, planfix: PlanfixSimulator): Promise<Shop> {
    const publicKey = `Shop${n}PublicKey`
    const chatra = await startChatraSimulator({ seed: n + 1, publicKey, ...this.simulated })
    chatra.setSwitch('webhook-timeout', '30 s')
    const { host, pathname } = new URL(planfix.restUrl)
    return { id: `shop${n}`, chatra, planfix, unit: `${host}${pathname}` }
  }

  secret(id: string, name: string): string | null {
    const shop = this.all.find((one) => one.id === id) ?? this.all[0]!
    if (name === 'PLANFIX_TOKEN') return shop.planfix.token
    return name === 'CHATRA_SECRET_KEY' ? shop.chatra.secretKey : null
  }
}
