import type { SimClock } from '../../common/clock.ts'
import type { SimResponse } from '../../common/server.ts'
import type { Account } from '../state.ts'

const tolerance = 50
const tenMinutes = 600_000
const day = 86_400_000
/** How long three programs wait after a code 22 in the middle of a day (contracts/planfix-chat.md); ms. */
const shortReset = 8000

/** The account's limits (contracts/planfix.md §2) and their counters. */
export class Limits {
  /** Requests allowed in a running second; the switch `over-rps` decides what happens above. */
  requestsPerSecond = 1
  /** Requests allowed in a day; with Infinity only the switch `daily-limit` applies. */
  dailyLimit = Number.POSITIVE_INFINITY
  dailyUsed = 0
  /** Number of requests above `requestsPerSecond`. */
  overRps = 0
  /** When the daily count is reset, ms since 1970; default: the account's midnight. */
  resetAt: number
  private readonly account: Account
  private readonly scaled: (ms: number) => number
  /** The clock of seconds; days are counted by the account's own clock. */
  private readonly clock: SimClock
  private recent: number[] = []
  private head = 0
  private lastSlot = 0
  private shown: { at: number; remaining: number } | undefined

  constructor(account: Account, scaled: (ms: number) => number, clock: SimClock) {
    this.account = account
    this.scaled = scaled
    this.clock = clock
    const shift = account.offsetMinutes * 60_000
    this.resetAt = Math.floor((account.now() + shift) / day) * day - shift + day
  }

  /** Counts a request; returns its refusal, if any, perhaps after a wait. */
  async admit(): Promise<SimResponse | undefined> {
    return this.overDay() ?? (await this.overSecond())
  }

  /** Requests left today, as `rate-header` returns them: approximate, exact, or not at all. */
  header(): Record<string, string> {
    const position = this.account.switches['rate-header']
    if (position === 'absent') return {}
    const now = this.account.now()
    const stale = position === 'stale-10-min' && this.shown && now - this.shown.at < this.scaled(tenMinutes)
    if (!stale) this.shown = { at: now, remaining: this.remaining() }
    return { 'x-ratelimit-remaining': String(this.shown?.remaining ?? 0) }
  }

  /**
   * Without a set limit the header counts down from 100,000 and stops half way, so that the quota never looks
   * used up.
   */
  private remaining(): number {
    if (Number.isFinite(this.dailyLimit)) return Math.max(0, this.dailyLimit - this.dailyUsed)
    return Math.max(50_000, 100_000 - this.dailyUsed)
  }

  private overDay(): SimResponse | undefined {
    const now = this.account.now()
    if (now >= this.resetAt) {
      this.dailyUsed = 0
      this.resetAt += Math.ceil((now - this.resetAt + 1) / day) * day
    }
    const position = this.account.switches['daily-limit']
    if (position === 'off' && this.dailyUsed < this.dailyLimit) {
      this.dailyUsed++
      return undefined
    }
    if (position !== 'off' && Number.isFinite(this.dailyLimit) && this.dailyUsed < this.dailyLimit) {
      this.dailyUsed++
      return undefined
    }
    const body = { result: 'fail', code: 22, error: 'Daily request limit reached' }
    const left = Math.max(0, this.resetAt - now)
    switch (position) {
      case 'off':
      case '403-code22-ms':
        return { status: 403, body: { ...body, timeToReset: left } }
      case '403-code22-seconds':
        return { status: 403, body: { ...body, timeToReset: Math.ceil(left / 1000) } }
      case '403-code22-no-time':
        return { status: 403, body }
      case '200-fail-code22':
        return { status: 200, body }
    }
  }

  private async overSecond(): Promise<SimResponse | undefined> {
    const now = this.clock.now()
    while (this.head < this.recent.length && (this.recent[this.head] ?? 0) <= now - 1000 + tolerance)
      this.head++
    if (this.head > 1024) {
      this.recent = this.recent.slice(this.head)
      this.head = 0
    }
    if (this.recent.length - this.head < this.requestsPerSecond) {
      this.recent.push(now)
      this.lastSlot = Math.max(this.lastSlot, now)
      return undefined
    }
    this.overRps++
    switch (this.account.switches['over-rps']) {
      case 'accepted-and-counted':
        this.recent.push(now)
        return undefined
      case '429-retry-after':
        return {
          status: 429,
          body: { result: 'fail', code: 0, error: 'Too many requests' },
          headers: { 'retry-after': '1' },
        }
      case '429-bare':
        return { status: 429 }
      case '403-code22-short': {
        const body = { result: 'fail', code: 22, error: 'Request limit reached', timeToReset: shortReset }
        return { status: 403, body }
      }
      case 'delayed': {
        this.lastSlot = Math.max(now, this.lastSlot + 1000 / this.requestsPerSecond)
        this.recent.push(this.lastSlot)
        await new Promise<void>((resolve) => void this.clock.after(this.lastSlot - now, resolve))
        return undefined
      }
    }
  }
}
