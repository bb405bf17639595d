import type { BridgeError, Result } from '../../../shared/errors.ts'
import type { ChangedTask } from '../tasks.ts'
import { WIDEST_ZONE } from '../times.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Marks have minutes: each window overlaps the previous one by this much. */
const OVERLAP_MS = MINUTE
/** From time to time a window reaches back further than any clock change and any late commit. */
const DEEP_EVERY_MS = 5 * MINUTE
const DEEP_MS = 70 * MINUTE
/** More pages than this, each time: the account's filter is useless to us. */
const MOST_PAGES_EACH_TIME = 5
/** After a long pause all changes since are read. */
const MOST_PAGES = 1000
/** Rows this much older than the window: the account ignores the filter. */
const IGNORED_MS = 2 * DAY
/** An account that refuses the filter is tried again after this time. */
const TRY_AGAIN_MS = DAY
/** A write of ours that this many polls did not return: the zone is a different one. */
const BLIND_AFTER = 3

/** The part of a feed's state that is stored on disk. */
export interface FeedState {
  /** All changes before this time were decided on. */
  position: number
  zone: number | null
  /** When the account refused the filter; null = it accepts it. */
  refusedAt: number | null
}

export type PageOf = (
  from: number,
  zone: number,
  offset: number,
) => Promise<Result<{ rows: ChangedTask[]; complete: boolean }> | null>

export type Polled =
  /** `since`: the start of the previous poll, the earliest time of new changes. */
  | { outcome: 'read'; rows: ChangedTask[]; asked: number; since: number }
  /** No request was possible; `error` null = the side is stopped. */
  | { outcome: 'failed'; error: BridgeError | null }
  /** The account refuses or ignores the filter. */
  | { outcome: 'refused' }

/**
 * The list of changes in the whole account since a minute (contracts/planfix.md section 6.4, filter 79): one
 * call, whatever the number of tasks. It uses the local digits of the token's employee, whose zone is
 * learned; until it is known, and whenever it seems wrong, the window is wide enough for any zone.
 */
export class ChangeFeed {
  refusedAt: number | null
  private position: number | null
  private deepAt = 0
  /** The zone of the account differs from that of the token's employee. */
  private isZoneWrong = false
  private ownWrites = new Map<number, number>()

  constructor(kept: Partial<FeedState> | null) {
    this.position = kept?.position ?? null
    this.refusedAt = kept?.refusedAt ?? null
  }

  isRefused(now: number): boolean {
    return this.refusedAt !== null && now - this.refusedAt < TRY_AGAIN_MS
  }

  /** When the previous poll began; null = there was none. */
  get asked(): number | null {
    return this.position
  }

  /** A write of ours, which the next polls must return. */
  wrote(taskId: number): void {
    this.ownWrites.set(taskId, 0)
  }

  /** The marks of the last minutes are no longer valid: all of them must be listed again. */
  deepen(): void {
    this.deepAt = 0
  }

  /** `zone` is called again after the first page, which may have revealed it. */
  async poll(page: PageOf, zone: () => number | null, now: number, skew: number): Promise<Polled> {
    const begun = this.position ?? now
    const isDeep = now >= this.deepAt
    const server = begun + skew
    const from =
      Math.floor(Math.min(server - OVERLAP_MS, isDeep ? server - DEEP_MS : server) / MINUTE) * MINUTE
    const most = now - begun < HOUR ? MOST_PAGES_EACH_TIME : MOST_PAGES
    const asked = this.isZoneWrong ? -WIDEST_ZONE : (zone() ?? -WIDEST_ZONE)
    let read = await this.pages(page, from, asked, asked === -WIDEST_ZONE && !this.isZoneWrong ? 1 : most)
    if (read === 'more') read = await this.pages(page, from, zone() ?? -WIDEST_ZONE, most)
    if (read === 'more') read = 'refused'
    if (read === 'refused') {
      this.refusedAt = now
      return { outcome: 'refused' }
    }
    if (!Array.isArray(read)) return { outcome: 'failed', error: read }
    this.refusedAt = null
    if (isDeep) this.deepAt = now + DEEP_EVERY_MS
    this.compareWithWrites(read)
    return { outcome: 'read', rows: read, asked: now, since: begun }
  }

  /** The result of a poll was processed: the next one begins where it began. */
  taken(asked: number): void {
    this.position = asked
  }

  private async pages(
    page: PageOf,
    from: number,
    zone: number,
    most: number,
  ): Promise<ChangedTask[] | 'refused' | 'more' | BridgeError | null> {
    const rows = new Map<number, ChangedTask>()
    for (let n = 0; n < most; n++) {
      const answer = await page(from, zone, n * 100)
      if (!answer) return null
      if (!answer.ok) return answer.error.code === 'refused' ? 'refused' : answer.error
      const isOld = ({ mark }: ChangedTask) => mark.minute !== null && mark.minute < from + zone - IGNORED_MS
      if (answer.value.rows.some(isOld)) return 'refused'
      const before = rows.size
      for (const row of answer.value.rows) rows.set(row.id, row)
      if (answer.value.complete || rows.size === before) return [...rows.values()]
    }
    return 'more'
  }

  private compareWithWrites(rows: readonly ChangedTask[]): void {
    if (this.ownWrites.size === 0) return
    for (const { id } of rows) this.ownWrites.delete(id)
    for (const [taskId, times] of this.ownWrites) {
      if (times + 1 < BLIND_AFTER) {
        this.ownWrites.set(taskId, times + 1)
        continue
      }
      this.ownWrites.delete(taskId)
      this.isZoneWrong = true
      this.deepen()
    }
  }
}
