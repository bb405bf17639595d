import type { Clock } from './ports.ts'

/** A send may still be carried out for so long after it began: the time-out of a call. */
export const LATEST_COMMIT_MS = 10_000
/** A reply without an answer is not settled before. */
const SETTLE_MS = 30_000
/** What was sent to us a moment before may come in a moment later. */
const OVERTAKEN_MS = 5_000
/** How far Chatra's clock may be from ours while nothing says how far it is. */
const UNKNOWN_SKEW_MS = 2 * 60_000
/** The promptest of all webhooks took no longer. */
const PROMPT_MS = 10_000
/** Times may be told in whole seconds. */
const ROUNDED_MS = 1_000
/** For so long the delay of webhooks is remembered. */
const DELAY_MS = 10 * 60_000
/** The clock is looked at so often, and must not be found further back or ahead than this. */
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
  /** Chatra did answer (5xx), so our line to it worked. */
  answered: boolean
}
/** What is known of whether it arrived; `lookAt` = when more may be known by time alone. */
export type Arrival = 'unknown' | 'not-arrived' | { lookAt: number }

/** Chatra's clock minus ours lies between these, in milliseconds. */
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
  /** The latest time in it, by Chatra's clock; null teaches nothing. */
  writtenAt: number | null
  /** It was sent as soon as this was written, as far as Chatra says: no transcript. */
  isPrompt: boolean
}

/** A webhook that was written after a send: by which row of the inbox, and when it came. */
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
  /** The latest writing of a webhook that came in, by our clock, at the earliest it can have been. */
  writtenAt: number
  skew: Skew | null
  /** Of the promptest webhook: when it was written, by Chatra's clock, minus when it came in, by ours. */
  lead: number
  slowest: { delay: number; at: number }
}

/**
 * Since when the webhooks of each connection certainly arrive, and what follows from it for replies that had no answer
 * (docs/architecture.md, "An uncertain reply"). It begins when the public address is proven while the program is awake
 * and stores what comes, and is a fact once a webhook written after that moment has come in. Everything that may have
 * swallowed a webhook begins it anew. Nothing of it outlives the process: a start is a break.
 */
export class Continuity {
  private readonly clock: Clock
  private upSince: number | null = null
  private provenAfter = Number.NEGATIVE_INFINITY
  private readonly lines = new Map<string, Line>()
  private readonly sends = new Map<number, Open>()
  private exchanges: number[] = []
  private silences: { from: number; to: number }[] = []
  private stopTicking: (() => void) | null = null

  constructor(clock: Clock) {
    this.clock = clock
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

  /** When the public address was last seen to lead to our receiver; null = it does not, or nobody knows. */
  reached(provenAt: number | null): void {
    const isProven = provenAt !== null && provenAt >= this.provenAfter
    if (isProven === (this.upSince !== null)) return
    this.upSince = isProven ? this.clock.now() : null
    this.sends.clear()
  }

  /** The computer slept, or its network changed: nothing certainly arrives until the address has been proven anew. */
  doubted(): void {
    this.provenAfter = this.clock.now()
    this.reached(null)
  }

  /** Something may have swallowed webhooks until now: of one connection, or of all. */
  broken(connectionId?: string): void {
    const now = this.clock.now()
    if (connectionId !== undefined) this.line(connectionId).brokenAt = now
    else if (this.upSince !== null) this.upSince = now
    for (const [id, send] of this.sends)
      if (connectionId === undefined || send.connectionId === connectionId) this.sends.delete(id)
  }

  /** A service answered, whatever it said, or our own request came in: our line works. */
  exchanged(): void {
    const now = this.clock.now()
    const last = this.exchanges.at(-1)
    if (last !== undefined && now >= last && now - last < 500) return
    this.exchanges = [...this.exchanges.filter((at) => now - at < REMEMBERED_MS), now]
  }

  /** A request to something other than Chatra was not answered: our own line may have been away since it began. */
  unanswered(ms: number): void {
    const to = this.clock.now()
    this.silences = [...this.silences.filter((one) => to - one.to < REMEMBERED_MS), { from: to - ms, to }]
  }

  /** Since when the webhooks of this connection certainly arrive; null = that is not known. */
  since(connectionId: string): number | null {
    const begun = this.begunAt(connectionId)
    return begun !== null && (this.lines.get(connectionId)?.writtenAt ?? 0) >= begun ? begun : null
  }

  /** Chatra has told when it took a message that was sent between these times of ours. */
  toldTime(connectionId: string, sentAt: number, answeredAt: number, chatraTime: number | null): void {
    if (chatraTime === null || answeredAt < sentAt) return
    this.line(connectionId).skew = {
      lowest: chatraTime - answeredAt - ROUNDED_MS,
      highest: chatraTime - sentAt + ROUNDED_MS,
    }
  }

  /** As the answers to our sends tell; else as the promptest webhook does, which was written before it came in. */
  skew(connectionId: string): Skew {
    const line = this.lines.get(connectionId)
    if (line?.skew) return line.skew
    if (line && line.lead > Number.NEGATIVE_INFINITY)
      return { lowest: line.lead, highest: line.lead + PROMPT_MS }
    return { lowest: -UNKNOWN_SKEW_MS, highest: UNKNOWN_SKEW_MS }
  }

  /** A reply was sent and had no clear answer. Remembered only if webhooks could come in the whole time. */
  sent(send: UnansweredSend): void {
    const begun = this.begunAt(send.connectionId)
    if (begun === null || begun > send.sentAt || this.sends.size >= MOST_SENDS) return
    this.sends.set(send.messageId, { ...send, ofClient: null, ofConnection: null })
  }

  /** It is settled. */
  forget(messageId: number): void {
    this.sends.delete(messageId)
  }

  /** A webhook was decided on. Answers the replies of which more may be known now. */
  heard(webhook: HeardWebhook): number[] {
    const { connectionId, clientId, seq, receivedAt } = webhook
    if (webhook.writtenAt === null) return []
    const line = this.line(connectionId)
    const writtenAt = webhook.writtenAt - this.skew(connectionId).highest
    // Nothing is written after it came in: such a time says nothing.
    if (writtenAt > receivedAt) return []
    line.writtenAt = Math.max(line.writtenAt, writtenAt)
    if (webhook.isPrompt) noteDelay(line, webhook.writtenAt - receivedAt, receivedAt)
    const told: number[] = []
    for (const send of this.sends.values()) {
      if (send.connectionId !== connectionId || writtenAt < send.sentAt + LATEST_COMMIT_MS) continue
      const later = { seq, receivedAt }
      send.ofConnection ??= later
      if (send.clientId === clientId) send.ofClient ??= later
      told.push(send.messageId)
    }
    return told
  }

  /** Whether a reply without an answer certainly did not arrive (if `provenBy` is what all has been decided on up to). */
  arrival(messageId: number, now: number): Arrival {
    const send = this.sends.get(messageId)
    if (!send) return 'unknown'
    const settledAt = send.sentAt + SETTLE_MS
    if (now < settledAt) return { lookAt: settledAt }
    if (!this.lineWorked(send)) {
      this.sends.delete(messageId)
      return 'unknown'
    }
    const proof = this.proofOf(send)
    if (proof === null) return 'unknown'
    return now >= proof.at ? 'not-arrived' : { lookAt: proof.at }
  }

  /** The row of the inbox that proves it: what came before it must have been decided on. */
  provenBy(messageId: number): number | null {
    const send = this.sends.get(messageId)
    return (send?.ofClient ?? send?.ofConnection)?.seq ?? null
  }

  /**
   * From when on a later webhook proves it. Chatra posts the events of one client in order; those of another may overtake
   * its echo by as much as webhooks have lately been late.
   */
  private proofOf(send: Open): { at: number } | null {
    if (send.ofClient) return { at: send.ofClient.receivedAt + OVERTAKEN_MS }
    if (!send.ofConnection) return null
    const { slowest } = this.line(send.connectionId)
    const delay = send.ofConnection.receivedAt - slowest.at < DELAY_MS ? slowest.delay : 0
    return { at: send.ofConnection.receivedAt + OVERTAKEN_MS + 2 * delay }
  }

  /**
   * A send that met no answer may have met a broken line of ours, which swallowed the webhook too: something else must
   * have been answered while it was under way, and nothing must have stayed unanswered.
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
    // A time of before says nothing beside one of after.
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

/** What is learned from the clocks, and worth nothing after one of them was set. */
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
