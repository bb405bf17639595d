import type { BridgeEvent } from '../../shared/domain.ts'
import type { Clock, Store } from '../engine/ports.ts'
import type { SqliteStore } from '../store/index.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** Facts that belong to no connection. */
const ALL = ''

/**
 * What the application does beside messages: it notes each minute that it is alive, so that a gap can be told
 * afterwards, drops what is older than the owner keeps, and makes a backup copy each night.
 */
export class Upkeep {
  private readonly store: SqliteStore
  private readonly clock: Clock
  private readonly retentionDays: number
  private readonly tell: (event: BridgeEvent) => void
  private readonly cancel: (() => void)[] = []
  private stopped = false

  constructor(options: {
    store: SqliteStore
    clock: Clock
    retentionDays: number
    tell(event: BridgeEvent): void
  }) {
    this.store = options.store
    this.clock = options.clock
    this.retentionDays = options.retentionDays
    this.tell = options.tell
  }

  async start(): Promise<void> {
    await noteGap(this.store, this.clock, this.tell)
    this.every(MINUTE, () => noteAlive(this.store, this.clock))
    this.every(HOUR, () => this.nightly())
  }

  stop(): void {
    this.stopped = true
    for (const cancel of this.cancel) cancel()
  }

  private async nightly(): Promise<void> {
    const now = this.clock.now()
    const last = (await this.store.fact<number>(ALL, 'nightlyAt')) ?? 0
    const isNight = new Date(now).getHours() < 5
    if (now - last < (isNight ? DAY / 2 : DAY)) return
    await this.store.commit([{ type: 'fact.set', connectionId: ALL, key: 'nightlyAt', value: now }])
    await this.store.dropOlderThan(this.retentionDays)
    await this.store.backup()
  }

  private every(ms: number, work: () => Promise<void>): void {
    const round = () => {
      if (this.stopped) return
      this.cancel.length = 0
      work().catch((error: unknown) => {
        const detail = error instanceof Error ? error.message : String(error)
        this.tell({
          time: this.clock.now(),
          connectionId: null,
          level: 'error',
          key: 'event.upkeep-failed',
          params: { detail },
        })
      })
      this.cancel.push(this.clock.after(ms, round))
    }
    this.cancel.push(this.clock.after(ms, round))
  }
}

async function noteAlive(store: Store, clock: Clock): Promise<void> {
  await store.commit([{ type: 'fact.set', connectionId: ALL, key: 'aliveAt', value: clock.now() }])
}

/** The bridge was not running for a while: what came meanwhile may be missing, and the owner is told. */
async function noteGap(store: Store, clock: Clock, tell: (event: BridgeEvent) => void): Promise<void> {
  const last = await store.fact<number>(ALL, 'aliveAt')
  const now = clock.now()
  if (last !== null && now - last > 3 * MINUTE) {
    const event: BridgeEvent = {
      time: now,
      connectionId: null,
      level: 'warning',
      key: 'event.gap',
      params: { from: last, to: now },
    }
    await store.commit([{ type: 'event.add', event }])
    tell(event)
  }
  await noteAlive(store, clock)
}
