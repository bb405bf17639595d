import type { Clock } from '../engine/ports.ts'
import type { Moment } from '../process/lease.ts'
import type { Log } from '../process/log.ts'
import type { Cluster, Presence, Seen, Words } from '../store/index.ts'
import { movesOf } from './fair-share.ts'
import type { HeldUnits } from './held-units.ts'
import { type KnownHosts, lookForBreaks } from './line-breaks.ts'

/** How long a lease lasts. The longest time for which a unit of a host that died is carried by nobody, but for a look. */
export const LEASE_MS = 15_000
/** The longest time between two renewals, and when a host without one counts as silent. */
const BEAT_MS = 5000
const LATE_MS = 10_000
/** By then every host knows that another one lost webhooks. */
export const BREAKS_KNOWN_MS = 15_000
/** What others do is noticed after this time, also when no word of it arrives. */
const LOOK_MS = 2000
const AGAIN_MS = 500
/** What was free for so long is taken by any host: the one whose share it is cannot. */
const OVERDUE_MS = 1000
/** So long that one keeps more than its share, while no host comes or goes. */
const KEEPS_MS = 2 * 60_000
/** The log is in the order of ids: those of several hosts differ by so much time at most. */
const IDS_MS = 10 * 60_000
/** A database that is being restarted is back by then. */
const PATIENCE_MS = 3000
/** The lease of whoever looks after the data of all: no unit of an account is called like this. */
export const MAINTENANCE = 'maintenance'

export interface HostingOptions {
  cluster: Cluster
  clock: Clock
  ttlMs: number
  held: HeldUnits
  presence(): Presence
  /** The units of the configuration. */
  units(): readonly string[]
  /** This host carries the unit from now on; rejects when it cannot. */
  gain(unit: string): Promise<void>
  /** It carries it no more; resolves when its last call has ended. */
  lose(unit: string): Promise<void>
  /** These connections have events that are not decided on. */
  waiting(connectionIds: readonly string[]): void
  heard(words: Words): void
  /** Webhooks may have been lost at another host. */
  broken(): void
  onBug(error: unknown, where: string): void
  log: Pick<Log, 'info'>
}

/** Carries the units that this host has leases for, and takes its share of them (docs/scale.md, "Leases"). */
export class Hosting {
  private readonly options: HostingOptions
  private readonly giving = new Set<string>()
  private readonly freeSince = new Map<string, Moment>()
  /** When this host took more than its share, and which hosts lived then. */
  private overdueTaken: { at: Moment; beside: string } | null = null
  /** The change of each unit that is under way. */
  private readonly changes = new Map<string, Promise<void>>()
  private hosts: readonly Seen[] = []
  private known: KnownHosts = new Map()
  private beatAt: Moment | null = null
  private idsAt: Moment | null = null
  private ids: Promise<void> = Promise.resolve()
  private nextIds: Promise<void> | null = null
  private failingSince: number | null = null
  private running: Promise<void> | null = null
  private again = false
  private isEnding = false
  private cancel = () => {}
  private deafen = () => {}

  constructor(options: HostingOptions) {
    this.options = options
    options.held.changed = (unit) => void this.follow(unit)
  }

  /** Takes its share; resolves when it has its leases. */
  start(): Promise<void> {
    this.deafen = this.options.cluster.listen((words) => this.heard(words))
    return this.look()
  }

  /** Gives everything back as soon as its last call has ended; resolves when that is done. Never rejects. */
  async end(): Promise<void> {
    this.isEnding = true
    this.cancel()
    this.deafen()
    await this.running
    await this.options.cluster.retire().catch(() => undefined)
    await Promise.all(this.options.held.units.map((unit) => this.follow(unit)))
  }

  /** Something may have changed: the units of the configuration, or the leases of others. */
  look(): Promise<void> {
    this.again = true
    this.running ??= this.rounds().finally(() => {
      this.running = null
    })
    return this.running
  }

  /** All hosts, this one too, that live. */
  get living(): readonly Seen[] {
    return this.hosts.filter(({ silentMs }) => silentMs < this.options.ttlMs)
  }

  private heard(words: Words): void {
    if (words.kind === 'lease') void this.look()
    else this.options.heard(words)
  }

  private async rounds(): Promise<void> {
    this.cancel()
    let wait = Math.min(LOOK_MS, this.options.ttlMs / 3)
    while (this.again && !this.isEnding) {
      this.again = false
      try {
        await this.round()
        this.failingSince = null
      } catch (error) {
        this.failed(error)
        wait = AGAIN_MS
      }
    }
    if (!this.isEnding) this.cancel = this.options.clock.after(wait, () => void this.look())
  }

  private async round(): Promise<void> {
    const { cluster, held } = this.options
    await this.beatIfDue()
    if (this.idsAt === null || held.time.ageOf(this.idsAt) > IDS_MS) await this.renewIds()
    const units = this.options.units()
    const { hosts, free, waiting } = await cluster.look([...units, MAINTENANCE])
    this.seen(hosts)
    // What has not ended here yet cannot begin here.
    const freeUnits = free.filter((unit) => unit !== MAINTENANCE && !this.changes.has(unit))
    const moves = movesOf({
      units,
      held: held.units.filter((unit) => unit !== MAINTENANCE && !this.giving.has(unit)),
      free: freeUnits,
      hosts: this.living.length,
    })
    const beside = this.living.map(({ host }) => host).join()
    if (!this.keepsMore(beside)) for (const unit of moves.give) this.giving.add(unit)
    if (held.time.holds) {
      await this.take(freeUnits, moves.take)
      if (free.includes(MAINTENANCE)) await this.take([MAINTENANCE], 1)
      const overdue = this.overdueOf(freeUnits).filter((unit) => !held.has(unit))
      if (await this.take(overdue, overdue.length)) this.overdueTaken = { at: held.time.now(), beside }
    }
    // Also those that could not begin, or not be given back, before.
    for (const unit of held.units)
      if (this.giving.has(unit) || held.present(unit) !== held.wanted(unit)) void this.follow(unit)
    this.options.waiting(waiting)
  }

  /** Whether it was given any. */
  private async take(units: readonly string[], most: number): Promise<boolean> {
    const { cluster, held, ttlMs } = this.options
    if (most === 0 || units.length === 0) return false
    const taken = await cluster.take(units, most, ttlMs)
    held.took(taken)
    return taken.length > 0
  }

  private keepsMore(beside: string): boolean {
    const { overdueTaken: taken } = this
    return taken?.beside === beside && this.options.held.time.ageOf(taken.at) < KEEPS_MS
  }

  private overdueOf(free: readonly string[]): string[] {
    const { time } = this.options.held
    for (const unit of this.freeSince.keys()) if (!free.includes(unit)) this.freeSince.delete(unit)
    for (const unit of free) if (!this.freeSince.has(unit)) this.freeSince.set(unit, time.now())
    return free.filter((unit) => time.ageOf(this.freeSince.get(unit)!) >= OVERDUE_MS)
  }

  private async beatIfDue(): Promise<void> {
    const { cluster, held, ttlMs } = this.options
    const sent = held.time.now()
    if (this.beatAt !== null && held.time.ageOf(this.beatAt) < Math.min(ttlMs / 3, BEAT_MS) - LOOK_MS / 2)
      return
    held.renewed(await cluster.beat(this.options.presence(), ttlMs), sent)
    this.beatAt = sent
  }

  /** Those who ask while it is under way share the next one. */
  private renewIds(): Promise<void> {
    this.nextIds ??= this.ids.then(async () => {
      this.nextIds = null
      const at = this.options.held.time.now()
      const done = this.options.cluster.renewIds()
      this.ids = done.catch(() => undefined)
      await done
      this.idsAt = at
    })
    return this.nextIds
  }

  private seen(hosts: readonly Seen[]): void {
    const { cluster, ttlMs } = this.options
    this.hosts = hosts
    const lateMs = Math.min((2 / 3) * ttlMs, LATE_MS)
    const { isBroken, now } = lookForBreaks(this.known, hosts, { me: cluster.me, lateMs })
    this.known = now
    if (isBroken) this.options.broken()
  }

  private failed(error: unknown): void {
    const now = this.options.clock.now()
    this.failingSince ??= now
    if (now - this.failingSince > PATIENCE_MS) this.options.onBug(error, 'leases')
  }

  /** Makes the work fit the lease, after the change of the unit that is under way. */
  private follow(unit: string): Promise<void> {
    const mine = (this.changes.get(unit) ?? Promise.resolve())
      .then(() => this.adjust(unit))
      .catch((error: unknown) => this.options.onBug(error, `lease of ${unit}`))
      .finally(() => {
        if (this.changes.get(unit) === mine) this.changes.delete(unit)
      })
    this.changes.set(unit, mine)
    return mine
  }

  private async adjust(unit: string): Promise<void> {
    const { held, cluster } = this.options
    const present = held.present(unit)
    if (present !== null && present !== this.wanted(unit)) {
      this.options.log.info({ unit }, 'lease: ends here')
      try {
        await this.options.lose(unit)
      } finally {
        held.ended(unit)
      }
    }
    if (this.isEnding || this.giving.has(unit)) {
      if (held.has(unit)) {
        await cluster.giveBack([unit])
        this.options.log.info({ unit }, 'lease: given back')
      }
      this.giving.delete(unit)
      held.lost(unit)
      return
    }
    const wanted = this.wanted(unit)
    if (wanted === null || held.present(unit) !== null) return
    // What it adds to a conversation comes after what the host before has added.
    await this.renewIds()
    if (this.wanted(unit) !== wanted) return
    held.begins(wanted)
    this.options.log.info({ unit, turn: wanted.turn }, 'lease: begins here')
    try {
      await this.options.gain(unit)
    } catch (error) {
      held.ended(unit)
      throw error
    }
  }

  private wanted(unit: string) {
    return this.isEnding || this.giving.has(unit) ? null : this.options.held.wanted(unit)
  }
}
