import type { Clock } from '../../src/main/engine/ports.ts'
import { HeldUnits } from '../../src/main/hosting/held-units.ts'
import { Hosting } from '../../src/main/hosting/hosting.ts'
import type { ApplicationStore, Cluster, Lease, Presence, Seen, Words } from '../../src/main/store/index.ts'
import { StoreError } from '../../src/shared/store-error.ts'

interface Row {
  holder: string | null
  turn: number
  until: number
}

/** The tables of leases, as tables/leases.ts keeps them, in memory; by a clock of their own. */
export class LeaseTables {
  now = 0
  readonly rows = new Map<string, Row>()
  readonly hosts = new Map<string, Presence & { seenAt: number }>()

  beat(me: string, presence: Presence, ttlMs: number): Lease[] {
    this.hosts.set(me, { ...presence, seenAt: this.now })
    const mine = [...this.rows].filter(([, { holder }]) => holder === me)
    for (const [, row] of mine) row.until = this.now + ttlMs
    return mine.map(([unit, { turn }]) => ({ unit, turn }))
  }
  look(units: readonly string[]) {
    const hosts = [...this.hosts].map(([host, { seenAt, ...presence }]): Seen => {
      return { host, ...presence, silentMs: this.now - seenAt }
    })
    return { hosts, free: units.filter((unit) => this.isFree(unit)), waiting: [] }
  }
  take(me: string, units: readonly string[], most: number, ttlMs: number): Lease[] {
    return units
      .filter((unit) => this.isFree(unit))
      .slice(0, most)
      .map((unit) => {
        const turn = (this.rows.get(unit)?.turn ?? 0) + 1
        this.rows.set(unit, { holder: me, turn, until: this.now + ttlMs })
        return { unit, turn }
      })
  }
  giveBack(me: string, units: readonly string[]): void {
    for (const unit of units) {
      const row = this.rows.get(unit)
      if (row?.holder === me) Object.assign(row, { holder: null, until: 0 })
    }
  }
  isCurrent(me: string, { unit, turn }: Lease): boolean {
    const row = this.rows.get(unit)
    return row?.holder === me && row.turn === turn
  }
  private isFree(unit: string): boolean {
    const row = this.rows.get(unit)
    return row === undefined || row.holder === null || row.until <= this.now
  }
}

/** What lies between a host and the tables: each call waits for its way there and back. */
interface Way {
  pass(call: () => unknown): Promise<unknown>
}

/** One host's view of the tables. */
function leasesOver(tables: LeaseTables, me: string, way: Way): Cluster {
  const pass = <T>(call: () => T) => way.pass(call) as Promise<T>
  return {
    me,
    carries: () => true,
    beat: (presence, ttlMs) => pass(() => tables.beat(me, presence, ttlMs)),
    look: (units) => pass(() => tables.look(units)),
    take: (units, most, ttlMs) => pass(() => tables.take(me, units, most, ttlMs)),
    giveBack: (units) => pass(() => tables.giveBack(me, units)),
    retire: () => pass(() => void tables.hosts.delete(me)),
    bury: async () => undefined,
    holders: async () => [],
    under(lease, refused) {
      const commit = async () => {
        if (tables.isCurrent(me, lease)) return
        refused()
        throw new StoreError('closed', 'another host carries it', { place: 'database' })
      }
      return { commit } as unknown as ApplicationStore
    },
    renewIds: async () => undefined,
    tell: async () => undefined,
    listen: (_heard: (words: Words) => void) => () => undefined,
    changed: async () => undefined,
  }
}

/** A host with clocks and a line of its own, and what it carries. */
export class LeaseHost implements Way {
  readonly held: HeldUnits
  readonly hosting: Hosting
  /** Units that work here now. */
  readonly working = new Set<string>()
  /** Nothing runs here: stopped, or asleep, when the monotonic clock stands too. */
  isStopped = false
  isAsleep = false
  isCut = false
  /** Turns of the world that a call takes each way. */
  delay = 0
  private wall: number
  private monotonic = 0
  private due: { at: number; work: () => void }[] = []
  private readonly clock: Clock

  constructor(tables: LeaseTables, name: string, units: readonly string[], ttlMs: number) {
    this.wall = 1_000_000 + tables.now
    this.clock = {
      now: () => this.wall,
      after: (ms, work) => this.after(ms, work),
    }
    const cluster = leasesOver(tables, name, this)
    this.held = new HeldUnits(cluster, { clock: this.clock, ttlMs, monotonic: () => this.monotonic })
    this.hosting = new Hosting({
      cluster,
      clock: this.clock,
      ttlMs,
      held: this.held,
      presence: () => ({ name, address: '', version: '', breaks: 0 }),
      units: () => units,
      gain: async (unit) => void this.working.add(unit),
      lose: async (unit) => void this.working.delete(unit),
      waiting: () => undefined,
      heard: () => undefined,
      broken: () => undefined,
      onBug: () => undefined,
      log: { info: () => undefined },
    })
  }

  /** Time passes. */
  turn(ms: number): void {
    this.wall += ms
    if (!this.isAsleep) this.monotonic += ms
    if (this.isStopped || this.isAsleep) return
    const due = this.due.filter(({ at }) => at <= this.monotonic)
    this.due = this.due.filter((timer) => !due.includes(timer))
    for (const { work } of due) work()
  }

  /** Somebody sets the computer's clock. */
  set(ms: number): void {
    this.wall += ms
  }

  pass(call: () => unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.after(this.delay, () => {
        if (this.isCut) return this.after(3000, () => reject(unavailable()))
        const answer = call()
        // The line may be cut, and the host stopped, before the answer arrives.
        this.after(this.delay, () => (this.isCut ? reject(unavailable()) : resolve(answer)))
      })
    })
  }

  private after(ms: number, work: () => void): () => void {
    const timer = { at: this.monotonic + ms, work }
    this.due.push(timer)
    return () => {
      this.due = this.due.filter((one) => one !== timer)
    }
  }
}

const unavailable = () => new StoreError('unavailable', 'the database is away', { place: 'database' })
