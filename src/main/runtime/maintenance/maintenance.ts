import type { BridgeEvent } from '../../../shared/domain.ts'
import { errorMessage } from '../../../shared/node-errors.ts'
import type { Change, Clock, Store } from '../../engine/ports.ts'
import type { ApplicationStore } from '../../store/index.ts'
import { reportWeek } from './weekly-summary.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** Facts that belong to no connection. */
const ALL = ''

/** How often to check whether the summary of a week is due. After sleep the next check is at most so much later. */
const WEEK_LOOK_MS = 5 * MINUTE

/** How often to check whether a backup is due; a failed one is retried then. */
const BACKUP_LOOK_MS = 10 * MINUTE

/**
 * Background work of the application: it records each minute that it is alive, so that a gap can be reported
 * afterwards, makes a backup each hour while something happens, prepares reports, and removes data older than the
 * retention period once a day, at night if it runs then. On Mondays it reports the last week.
 */
export class Maintenance {
  private readonly store: ApplicationStore
  private readonly clock: Clock
  private readonly retentionDays: () => number
  private readonly remember: () => Change[]
  private readonly save: () => Promise<void>
  private readonly notify: (event: BridgeEvent) => void
  private readonly isOurs: () => boolean
  private readonly isReportedElsewhere: () => boolean
  private readonly isWeekWanted: () => boolean
  private readonly cancels = new Set<() => void>()
  private readonly underWay = new Set<Promise<void>>()
  private lastAlive: Promise<void> = Promise.resolve()
  private stopped = false
  private backupFails = false

  constructor(options: {
    store: ApplicationStore
    clock: Clock
    retentionDays: () => number
    /** State of other components for the disk, read each minute. */
    remember?: () => Change[]
    /** Called each minute: other components write their state. */
    save?: () => Promise<void>
    notify(event: BridgeEvent): void
    /** Whether this host looks after the data; of several on one store one does. */
    isOurs?: () => boolean
    /** Whether another component reports gaps while the program runs (its computer slept). */
    isReportedElsewhere?: () => boolean
    /** Whether the owner wants a summary of each week. */
    isWeekWanted?: () => boolean
  }) {
    this.store = options.store
    this.clock = options.clock
    this.retentionDays = options.retentionDays
    this.remember = options.remember ?? (() => [])
    this.save = options.save ?? (async () => undefined)
    this.notify = options.notify
    this.isOurs = options.isOurs ?? (() => true)
    this.isReportedElsewhere = options.isReportedElsewhere ?? (() => false)
    this.isWeekWanted = options.isWeekWanted ?? (() => false)
  }

  async start(): Promise<void> {
    if (this.isOurs()) await this.begin()
    this.every(MINUTE, MINUTE, () => this.alive(this.remember()))
    this.every(MINUTE, MINUTE, () => this.save())
    // Also soon after the start: a computer that is on only for short times needs backups too.
    this.every(2 * MINUTE, BACKUP_LOOK_MS, () => this.backUp(), true)
    this.every(2 * MINUTE + 1, HOUR, () => this.nightly(), true)
    this.every(MINUTE + 1, WEEK_LOOK_MS, () => this.week(), true)
    this.every(2 * MINUTE + 2, HOUR, () => this.store.prepareReport(), true)
  }

  /** This host looks after the data from now on: the time without any is accounted for. */
  async begin(): Promise<void> {
    await noteGap(this.store, this.clock, this.notify)
  }

  stop(): void {
    this.stopped = true
    for (const cancel of this.cancels) cancel()
  }

  /** After sleep, accounts for the gap as downtime. Never rejects. */
  async lookForGap(): Promise<void> {
    if (!this.stopped) await this.alive([]).catch((error: unknown) => this.failed(error))
  }

  /** One at a time: the minute timer and the system may notice the same gap at the same moment. */
  private alive(beside: Change[]): Promise<void> {
    const { store, clock, notify } = this
    const mine = this.lastAlive.then(() => {
      // Whoever looks after the data says that some host is alive.
      if (!this.isOurs()) return store.commit(beside)
      return this.isReportedElsewhere()
        ? noteAlive(store, clock, beside)
        : noteGap(store, clock, notify, beside)
    })
    this.lastAlive = mine.catch(() => undefined)
    return mine
  }

  /** Resolves when no work is under way. */
  async idle(): Promise<void> {
    while (this.underWay.size > 0) await Promise.all(this.underWay)
  }

  private async nightly(): Promise<void> {
    const now = this.clock.now()
    const last = (await this.store.fact<number>(ALL, 'nightlyAt')) ?? 0
    const isNight = new Date(now).getHours() < 5
    if (now - last < (isNight ? DAY / 2 : DAY)) return
    await this.store.dropOlderThan(this.retentionDays())
    await this.note('nightlyAt', now)
  }

  private async week(): Promise<void> {
    const { store, clock, notify } = this
    if (this.isWeekWanted()) await reportWeek({ store, clock, notify })
  }

  private async backUp(): Promise<void> {
    const now = this.clock.now()
    const last = (await this.store.fact<number>(ALL, 'backupAt')) ?? 0
    // A clock that was set back must not delay the backups.
    const isRecent = last <= now && now - last < HOUR
    if (isRecent) return
    try {
      if (!(await this.store.backUpIfChanged())) return
    } catch (error) {
      if (this.stopped) return
      // Reported once until a backup succeeds.
      if (!this.backupFails) this.failed(error, 'event.backup-failed')
      this.backupFails = true
      return
    }
    this.backupFails = false
    await this.note('backupAt', now)
  }

  private note(key: string, value: number): Promise<void> {
    return this.store.commit([{ type: 'fact.set', connectionId: ALL, key, value }])
  }

  /** `once`: by one host of several. */
  private every(first: number, ms: number, work: () => Promise<void>, once = false): void {
    const later = (wait: number) => {
      const cancel = this.clock.after(wait, () => {
        this.cancels.delete(cancel)
        if (this.stopped) return
        if (once && !this.isOurs()) return later(ms)
        const done = work()
          .catch((error: unknown) => this.failed(error))
          .finally(() => this.underWay.delete(done))
        this.underWay.add(done)
        later(ms)
      })
      this.cancels.add(cancel)
    }
    later(first)
  }

  private failed(error: unknown, key = 'event.upkeep-failed'): void {
    const detail = errorMessage(error)
    this.notify({ time: this.clock.now(), connectionId: null, level: 'error', key, params: { detail } })
  }
}

async function noteAlive(store: Store, clock: Clock, beside: Change[] = []): Promise<void> {
  await store.commit([{ type: 'fact.set', connectionId: ALL, key: 'aliveAt', value: clock.now() }, ...beside])
}

/**
 * The bridge was not running for a while: messages of that time may be missing, and the owner is notified.
 */
async function noteGap(
  store: Store,
  clock: Clock,
  notify: (event: BridgeEvent) => void,
  beside: Change[] = [],
): Promise<void> {
  const last = await store.fact<number>(ALL, 'aliveAt')
  const now = clock.now()
  const isFirst = last === null && (await store.fact<number>(ALL, 'beganAt')) === null
  if (isFirst) beside.push({ type: 'fact.set', connectionId: ALL, key: 'beganAt', value: now })
  if (last === null || now - last <= 3 * MINUTE) return noteAlive(store, clock, beside)
  const event: BridgeEvent = {
    time: now,
    connectionId: null,
    level: 'warning',
    key: 'event.gap',
    params: { from: last, to: now },
  }
  // With the time, so that it is not reported again.
  await noteAlive(store, clock, [...beside, { type: 'event.add', event }])
  notify(event)
}
