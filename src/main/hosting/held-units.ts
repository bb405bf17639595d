import type { Clock } from '../engine/ports.ts'
import { Lease as Time } from '../process/lease.ts'
import type { ApplicationStore, Cluster, Lease } from '../store/index.ts'

/**
 * The units of this host. The database says which leases it has (`held`); the host works under one of them from when it
 * begins (`works`) until its last call has ended. It may write while both are the same lease, and for two thirds of the
 * lease's time from the sending of the last renewal: a host that was stopped, or has lost the database, falls silent
 * before another one may be given the unit.
 */
export class HeldUnits {
  readonly time: Time
  private readonly cluster: Cluster
  private readonly ttlMs: number
  /** At first it has none. */
  readonly carried: readonly string[] = []
  private readonly held = new Map<string, Lease>()
  private readonly works = new Map<string, { lease: Lease; store: ApplicationStore }>()
  /** Answers whenever a unit may have to begin or end. */
  changed: (unit: string) => void = () => undefined

  constructor(
    cluster: Cluster,
    { clock, ttlMs, monotonic }: { clock: Clock; ttlMs: number; monotonic?: () => number },
  ) {
    this.cluster = cluster
    this.ttlMs = ttlMs
    this.time = new Time(clock, () => this.allChanged(), monotonic)
    this.time.setActive(true)
  }

  get units(): string[] {
    return [...this.held.keys()]
  }

  has(unit: string): boolean {
    return this.held.has(unit)
  }

  /** Whether this host may write for the unit at this moment. */
  mayWrite(unit: string): boolean {
    const lease = this.held.get(unit)
    return lease !== undefined && this.time.holds && this.works.get(unit)?.lease === lease
  }

  /** The store through which the unit reads and writes; without a lease its commits are refused. */
  storeFor(unit: string): ApplicationStore {
    const work = this.works.get(unit)
    return work?.store ?? this.cluster.under({ unit, turn: 0 }, () => undefined)
  }

  /** All leases of this host, as answered to a renewal that was sent then. */
  renewed(leases: readonly Lease[], sent: ReturnType<Time['now']>): void {
    const before = new Map(this.held)
    this.held.clear()
    for (const lease of leases) this.keep(lease, before.get(lease.unit))
    this.time.confirm(sent, this.ttlMs / 3)
    for (const unit of new Set([...before.keys(), ...this.held.keys()]))
      if (before.get(unit) !== this.held.get(unit)) this.changed(unit)
  }

  /** These were given to this host. */
  took(leases: readonly Lease[]): void {
    for (const lease of leases) this.keep(lease, this.held.get(lease.unit))
    for (const { unit } of leases) this.changed(unit)
  }

  /** Another host was given the unit, or it was given back. */
  lost(unit: string): void {
    if (this.held.delete(unit)) this.changed(unit)
  }

  /** The lease to work under; null = none, or not surely any more. */
  wanted(unit: string): Lease | null {
    return this.time.holds ? (this.held.get(unit) ?? null) : null
  }
  /** The lease under which it works. */
  present(unit: string): Lease | null {
    return this.works.get(unit)?.lease ?? null
  }
  begins(lease: Lease): void {
    const { unit } = lease
    const refused = () => {
      if (this.held.get(unit) === lease) this.lost(unit)
    }
    this.works.set(unit, { lease, store: this.cluster.under(lease, refused) })
  }
  ended(unit: string): void {
    this.works.delete(unit)
  }

  private keep(lease: Lease, before: Lease | undefined): void {
    this.held.set(lease.unit, before?.turn === lease.turn ? before : lease)
  }

  private allChanged(): void {
    for (const unit of this.held.keys()) this.changed(unit)
  }
}
