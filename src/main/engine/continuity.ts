import type { Clock } from './ports.ts'

/** How long after its start a send may still be executed: the time-out of a call. */
export const LATEST_COMMIT_MS = 10_000
/** A reply without an answer is not settled earlier than this. */
const SETTLE_MS = 30_000
/** Tolerance for a webhook that was sent a moment before and comes in a moment later. */
const OVERTAKEN_MS = 5_000
/** Tolerance for Chatra's clock while its offset is unknown. */
const UNKNOWN_SKEW_MS = 2 * 60_000
/** Maximum delay of the fastest of all webhooks. */
const PROMPT_MS = 10_000
/** Times may be given in whole seconds. */
const ROUNDED_MS = 1_000
/** How long delays of webhooks are remembered. */
const DELAY_MS = 10 * 60_000
/** Interval of clock checks, and the tolerance for a deviation found by them. */
const TICK_MS = 5_000
const JUMP_BACK_MS = 3_000
const JUMP_AHEAD_MS = 30_000
/** Exchanges are remembered for longer than any send takes to be settled. */
const REMEMBERED_MS = 10 * 60_000
const MOST_SENDS = 10_000

/** A reply whose send had no clear answer. Times are ours, milliseconds since 1970. */
export interface UnansweredSend {
  messageId: number
  connectionId: string
  clientId: string
  sentAt: number
  /** Chatra did answer (5xx), so our network to it worked. */
  answered: boolean
}
/** Whether the reply arrived, if known; `lookAt` = when the passing of time may decide more. */
export type Arrival = 'unknown' | 'not-arrived' | { lookAt: number }

/** Range of Chatra's clock minus ours, in milliseconds. */
export interface Skew {
  lowest: number
  highest: number
}

/** A webhook that has been decided on. */
export interface HeardWebhook {
  connectionId: string
  clientId: string
  /** Number and time of its row in the inbox. */
  seq: number
  receivedAt: number
  /** The latest time in it, by Chatra's clock; null = it reveals nothing. */
  writtenAt: number | null
  /** Chatra sent it as soon as this was written: it is no transcript. */
  isPrompt: boolean
}

/** A webhook written after a send: its inbox row and receipt time. */
interface Later {
  seq: number
  receivedAt: number
}
interface Open extends UnansweredSend {
  ofClient: Later | null
  ofConnection: Later | null
}
interface Line {
  brokenAt: number
  /** The latest time at which a received webhook was written: by our clock, the earliest possible value. */
  writtenAt: number
  skew: Skew | null
  /** For the fastest webhook: its time of writing by Chatra's clock minus its receipt by ours. */
  lead: number
  slowest: { delay: number; at: number }
}

/**
 * Since when the webhooks of each connection certainly arrive, and the conclusions for replies without an
 * answer (docs/architecture.md, "An uncertain reply"). The period begins when the public address is proven
 * while the program is awake and stores events, and is confirmed once a webhook written after that moment has
 * come in. Every event that may have lost a webhook starts the period again. None of it outlives the process:
 * a start is a break.
 */
export class Continuity {
  private readonly clock: Clock
  private upSince: number | null = null
  private wasProven = false
  /** When requests to all connections may last have been lost; the program was not running before. */
  private lostAt: number
  private provenAfter = Number.NEGATIVE_INFINITY
  private readonly lines = new Map<string, Line>()
  private readonly sends = new Map<number, Open>()
  private exchanges: number[] = []
  private silences: { from: number; to: number }[] = []
  private stopTicking: (() => void) | null = null
  private readonly lagMs: number

  /** `lagMs`: how much later it may be told that webhooks were lost, as at another host. */
  constructor(clock: Clock, { lagMs = 0 }: { lagMs?: number } = {}) {
    this.clock = clock
    this.lagMs = lagMs
    this.lostAt = clock.now()
  }

  /** Watches the clock from now on. */
  start(): void {
    this.stopTicking?.()
    let last = this.clock.now()
    const look = () => {
      const now = this.clock.now()
      const passed = now - last
      last = now
      if (passed < TICK_MS - JUMP_BACK_MS || passed > TICK_MS + JUMP_AHEAD_MS) this.clockJumped()
      this.stopTicking = this.clock.after(TICK_MS, look)
    }
    this.stopTicking = this.clock.after(TICK_MS, look)
  }

  stop(): void {
    this.stopTicking?.()
    this.stopTicking = null
  }

  /** When the public address was last proven; null = it is not reachable, or the state is unknown. */
  reached(provenAt: number | null): void {
    const isProven = provenAt !== null && provenAt >= this.provenAfter
    if (isProven === (this.upSince !== null)) return
    this.upSince = isProven ? this.clock.now() : null
    this.wasProven = true
    this.sends.clear()
  }

  /**
   * The computer slept, or its network changed: webhooks do not certainly arrive until the address is proven
   * again.
   */
  doubted(): void {
    this.provenAfter = this.clock.now()
    this.lostAt = this.provenAfter
    this.reached(null)
  }

  /** Webhooks may have been lost until now: of one connection, or of all. */
  broken(connectionId?: string): void {
    const now = this.clock.now()
    if (connectionId !== undefined) this.line(connectionId).brokenAt = now
    else {
      this.lostAt = now
      if (this.upSince !== null) this.upSince = now
    }
    for (const [id, send] of this.sends)
      if (connectionId === undefined || send.connectionId === connectionId) this.sends.delete(id)
  }

  /** A service answered (with any answer), or our own request came in: our network works. */
  exchanged(): void {
    const now = this.clock.now()
    const last = this.exchanges.at(-1)
    if (last !== undefined && now >= last && now - last < 500) return
    this.exchanges = [...this.exchanges.filter((at) => now - at < REMEMBERED_MS), now]
  }

  /**
   * A request to a service other than Chatra got no answer: our own network may have failed since it began.
   */
  unanswered(ms: number): void {
    const to = this.clock.now()
    this.silences = [...this.silences.filter((one) => to - one.to < REMEMBERED_MS), { from: to - ms, to }]
  }

  /** Since when the webhooks of this connection certainly arrive; null = unknown. */
  since(connectionId: string): number | null {
    const begun = this.begunAt(connectionId)
    return begun !== null && (this.lines.get(connectionId)?.writtenAt ?? 0) >= begun ? begun : null
  }

  /**
   * Since when no request to this connection is known to have been lost. An address that was proven, and is not now, loses them
   * up to this moment; one that was never proven may be reachable all the same.
   */
  reachableSince(connectionId: string): number {
    const proven = this.upSince ?? (this.wasProven ? this.clock.now() : 0)
    return Math.max(proven, this.lostAt, this.lines.get(connectionId)?.brokenAt ?? 0)
  }

  /** Chatra's timestamp of a message that was sent between these times of ours. */
  reportedTime(connectionId: string, sentAt: number, answeredAt: number, chatraTime: number | null): void {
    if (chatraTime === null || answeredAt < sentAt) return
    this.line(connectionId).skew = {
      lowest: chatraTime - answeredAt - ROUNDED_MS,
      highest: chatraTime - sentAt + ROUNDED_MS,
    }
  }

  /**
   * Derived from the answers to our sends; else from the fastest webhook, which was written before it came
   * in.
   */
  skew(connectionId: string): Skew {
    const line = this.lines.get(connectionId)
    if (line?.skew) return line.skew
    if (line && line.lead > Number.NEGATIVE_INFINITY)
      return { lowest: line.lead, highest: line.lead + PROMPT_MS }
    return { lowest: -UNKNOWN_SKEW_MS, highest: UNKNOWN_SKEW_MS }
  }

  /** A reply was sent and had no clear answer. Recorded only if webhooks could come in the whole time. */
  sent(send: UnansweredSend): void {
    const begun = this.begunAt(send.connectionId)
    if (begun === null || begun > send.sentAt || this.sends.size >= MOST_SENDS) return
    this.sends.set(send.messageId, { ...send, ofClient: null, ofConnection: null })
  }

  /** It is settled. */
  forget(messageId: number): void {
    this.sends.delete(messageId)
  }

  /** A webhook was decided on. Returns the replies that may be decidable now. */
  heard(webhook: HeardWebhook): number[] {
    const { connectionId, clientId, seq, receivedAt } = webhook
    if (webhook.writtenAt === null) return []
    const line = this.line(connectionId)
    const writtenAt = webhook.writtenAt - this.skew(connectionId).highest
    // A message cannot be written after its receipt: such a time is wrong.
    if (writtenAt > receivedAt) return []
    line.writtenAt = Math.max(line.writtenAt, writtenAt)
    if (webhook.isPrompt) noteDelay(line, webhook.writtenAt - receivedAt, receivedAt)
    const notArrived: number[] = []
    for (const send of this.sends.values()) {
      if (send.connectionId !== connectionId || writtenAt < send.sentAt + LATEST_COMMIT_MS) continue
      const later = { seq, receivedAt }
      send.ofConnection ??= later
      if (send.clientId === clientId) send.ofClient ??= later
      notArrived.push(send.messageId)
    }
    return notArrived
  }

  /**
   * Whether a reply without an answer certainly did not arrive (provided that everything up to `provenBy` was
   * decided on).
   */
  arrival(messageId: number, now: number): Arrival {
    const send = this.sends.get(messageId)
    if (!send) return 'unknown'
    const settledAt = send.sentAt + SETTLE_MS + this.lagMs
    if (now < settledAt) return { lookAt: settledAt }
    if (!this.lineWorked(send)) {
      this.sends.delete(messageId)
      return 'unknown'
    }
    const proof = this.proofOf(send)
    if (proof === null) return 'unknown'
    const provenAt = proof.at + this.lagMs
    return now >= provenAt ? 'not-arrived' : { lookAt: provenAt }
  }

  /** The inbox row that proves it: all rows before it must have been decided on. */
  provenBy(messageId: number): number | null {
    const send = this.sends.get(messageId)
    return (send?.ofClient ?? send?.ofConnection)?.seq ?? null
  }

  /**
   * From when on a later webhook proves it. Chatra posts the events of one client in order; those of another
   * client may overtake the echo by as much as webhooks have recently been delayed.
   */
  private proofOf(send: Open): { at: number } | null {
    if (send.ofClient) return { at: send.ofClient.receivedAt + OVERTAKEN_MS }
    if (!send.ofConnection) return null
    const { slowest } = this.line(send.connectionId)
    const delay = send.ofConnection.receivedAt - slowest.at < DELAY_MS ? slowest.delay : 0
    return { at: send.ofConnection.receivedAt + OVERTAKEN_MS + 2 * delay }
  }

  /**
   * A send without an answer may have met a failure of our network, which lost the webhook too: another
   * request must have been answered while the send was under way, and none must have stayed unanswered.
   */
  private lineWorked({ sentAt, answered }: Open): boolean {
    const until = sentAt + LATEST_COMMIT_MS
    if (this.silences.some(({ from, to }) => to >= sentAt && from <= until)) return false
    return answered || this.exchanges.some((at) => at >= sentAt && at <= until)
  }

  private begunAt(connectionId: string): number | null {
    if (this.upSince === null) return null
    return Math.max(this.upSince, this.lines.get(connectionId)?.brokenAt ?? 0)
  }

  private clockJumped(): void {
    this.broken()
    // A time before the start of the period cannot be compared with one after it.
    this.provenAfter = Math.min(this.provenAfter, this.clock.now())
    this.exchanges = []
    this.silences = []
    for (const line of this.lines.values()) Object.assign(line, freshClocks())
  }

  private line(connectionId: string): Line {
    const known = this.lines.get(connectionId)
    if (known) return known
    const line = { brokenAt: 0, ...freshClocks() }
    this.lines.set(connectionId, line)
    return line
  }
}

/** Offsets learned from the clocks; invalid after one of the clocks was set. */
const freshClocks = () => ({
  writtenAt: 0,
  skew: null,
  lead: Number.NEGATIVE_INFINITY,
  slowest: { delay: 0, at: 0 },
})

/** `lead` = Chatra's time in it minus ours at its receipt: the smaller, the later it came. */
function noteDelay(line: Line, lead: number, now: number): void {
  line.lead = Math.max(line.lead, lead)
  const delay = line.lead - lead
  if (delay >= line.slowest.delay || now - line.slowest.at > DELAY_MS) line.slowest = { delay, at: now }
}
