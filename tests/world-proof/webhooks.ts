import type { InboxSource } from '../../src/main/engine/ports.ts'
import type { Proof } from '../../src/main/tunnel/tunnel.ts'
import { drawn } from './chance.ts'
import type { Life } from './life.ts'
import type { World } from './world.ts'

/** The process ends at the `skip`-th commit or call from now. */
export interface ArmedCrash {
  where: 'commit' | 'call'
  phase: 'before' | 'after'
  skip: number
  ms: number
}

type Outcome = { status: number } | { error: string }

/** The public address: the services' requests, and their results before the receiver has them. */
export class Webhooks {
  private readonly world: World
  private deafUntil = 0
  private late = { until: 0, byMs: 0 }
  private twice = 0
  private count = 0

  constructor(world: World) {
    this.world = world
  }

  deaf(ms: number): void {
    this.deafUntil = this.world.clock.now() + ms
  }
  delay(ms: number, byMs: number): void {
    this.late = { until: this.world.clock.now() + ms, byMs }
  }
  repeat(count: number): void {
    this.twice += count
  }
  clear(): void {
    this.deafUntil = 0
    this.late = { until: 0, byMs: 0 }
    this.twice = 0
  }
  get isFine(): boolean {
    const now = this.world.clock.now()
    return this.deafUntil <= now && this.late.until <= now
  }

  /** An event of Chatra. */
  async post(shop: string, body: string, limitMs: number): Promise<Outcome> {
    const { clock } = this.world
    const waits = this.late.until > clock.now() ? this.late.byMs : this.latency()
    if (waits >= limitMs) {
      clock.after(waits, () => void this.reach(shop, 'chatra', body))
      await this.pass(limitMs)
      return { error: 'timeout' }
    }
    await this.pass(waits)
    if (this.twice > 0) {
      this.twice -= 1
      clock.after(this.latency() * 4, () => void this.reach(shop, 'chatra', body))
    }
    return this.within(limitMs - waits, this.reach(shop, 'chatra', body))
  }

  /** A request of a Planfix scenario. */
  async hint(body: string, limitMs: number): Promise<number | 'timeout' | 'unreachable'> {
    await this.pass(this.latency())
    const shop = this.world.shops[0]
    if (!shop) return 'unreachable'
    const outcome = await this.within(limitMs, this.reach(shop.id, 'planfix', body))
    if ('status' in outcome) return outcome.status
    return outcome.error === 'timeout' ? 'timeout' : 'unreachable'
  }

  /** A call of Planfix's Chat API. */
  async chatCall(
    address: string,
    form: string,
    limitMs: number,
  ): Promise<{ status: number; body: string } | 'timeout' | 'unreachable'> {
    const shop = new URL(address).pathname.split('/')[2] ?? ''
    await this.pass(this.latency())
    const checked = this.world.life?.receiver?.checkChatCall?.(shop, [...new URLSearchParams(form)]) ?? null
    const outcome = await this.within(
      limitMs,
      this.reach(shop, 'planfix-chat', checked?.body ?? '{"form":[]}'),
    )
    if ('error' in outcome) return outcome.error === 'timeout' ? 'timeout' : 'unreachable'
    return { status: outcome.status, body: JSON.stringify(checked?.answer ?? {}) }
  }

  /** Whether a request through the public address reaches this bridge's receiver. */
  async prove(life: Life): Promise<Proof> {
    await this.pass(this.latency())
    const comesIn = this.deafUntil <= this.world.clock.now() && !life.asleep
    if (comesIn) return { ok: true }
    await this.pass(5000)
    return { ok: false, problem: { key: 'settings.address.problem.time-out', params: {} } }
  }

  private async reach(shop: string, source: InboxSource, body: string): Promise<Outcome> {
    const { life, clock } = this.world
    const isDeaf = this.deafUntil > clock.now()
    const receiver = life?.receiver
    if (isDeaf || !life || !receiver || life.asleep) {
      this.world.note(`webhook for ${shop} finds nobody`)
      return { error: 'ECONNREFUSED' }
    }
    if (!receiver.connections().some(({ id }) => id === shop)) return { status: 404 }
    const outcome = await new Promise<Outcome>((resolve) => {
      void life.run(() =>
        receiver.accept(shop, source, body).then(
          () => resolve({ status: 200 }),
          () => resolve({ status: 503 }),
        ),
      )
    })
    if (source === 'chatra' && 'status' in outcome && outcome.status === 200)
      this.world.truth.heard.push({ shop, at: clock.now(), body })
    this.world.note(`webhook for ${shop} accepted: ${JSON.stringify(outcome)}`)
    return outcome
  }

  private within(ms: number, outcome: Promise<Outcome>): Promise<Outcome> {
    const over = this.pass(ms).then((): Outcome => ({ error: 'timeout' }))
    return Promise.race([outcome, over])
  }

  private latency(): number {
    return 5 + Math.floor(drawn(this.world.story.seed, 'hook', this.count++, this.world.clock.now()) * 95)
  }

  private pass(ms: number): Promise<void> {
    return new Promise((resolve) => void this.world.clock.after(ms, resolve))
  }
}
