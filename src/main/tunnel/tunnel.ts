import type { PublicAddress } from '../../shared/api/state.ts'
import type { Words } from '../../shared/api.ts'
import type { Clock } from '../engine/ports.ts'
import type { TunnelChange, TunnelProblem, TunnelProvider, TunnelStart } from './provider.ts'

/** Whether a request sent through the address arrived at our own receiver. */
export type Proof = { ok: true } | { ok: false; problem: Words }

/** What the owner is told. */
export interface TunnelEvent {
  level: 'info' | 'warning' | 'error'
  words: Words
}

export interface TunnelOptions {
  clock: Clock
  random?: () => number
  /** Never rejects. `limitMs` = how long it may take at most. */
  prove(address: string, limitMs: number): Promise<Proof>
  /** The state may be another now. */
  changed(): void
  notify(event: TunnelEvent): void
  /** The address was proven and is not the one of before: to be kept on disk. */
  remember(address: string): void
  log(level: 'info' | 'warn', text: string): void
}

/** What was known of the way in before the program started. */
export interface Remembered {
  /** Proven last. */
  address: string
  /** By the same provider with the same settings: it is likely to be the address again. */
  same: boolean
}

const SECOND = 1000
const MINUTE = 60 * SECOND
/** Opening a way in takes no longer; then it is tried anew. */
const LONGEST_START_MS = 30 * SECOND
const LONGEST_PROOF_MS = 15 * SECOND
/** After waking up a way in that does not answer at once is taken for dead. */
const WAKE_PROOF_MS = 5 * SECOND
/** What is silent for ten minutes is proven twice by then, so silence needs no timer of its own. */
const PROVE_EVERY_MS = 5 * MINUTE
const PROVE_AGAIN_MS = 5 * SECOND
const FAILURES_TO_REOPEN = 2
const FIRST_WAIT_MS = SECOND
const LONGEST_WAIT_MS = MINUTE
/** What did not hold so long is no success: waits go on growing. */
const STEADY_MS = 30 * SECOND
/** An opening that is younger is not begun anew because the network changed. */
const YOUNG_MS = 2 * SECOND
const REPORTED_GAP_MS = MINUTE
/** One proof answers everything that became doubtful about the same time. */
const SUSPECT_AGAIN_MS = 3 * SECOND

/**
 * Keeps one way in open: starts its provider, starts it again when it is lost (after 1 s, doubling with jitter up to 60 s;
 * at once on wake), and proves the address by a request that has to come in at our own receiver: after each opening, on
 * wake, and every five minutes. Two failed proofs in a row open it anew. Only a proven address counts as reached. Without
 * a provider nothing runs.
 */
export class Tunnel {
  private readonly options: TunnelOptions
  private readonly random: () => number
  private provider: TunnelProvider | null = null
  private target = { host: '127.0.0.1', port: 0 }
  private phase: 'closed' | 'opening' | 'open' = 'closed'
  private openingAt = 0
  private address: string | null = null
  /** The last address that was proven, of whichever provider: the one that is pasted at the services. */
  private lastProvenAddress: string | null = null
  /** What links are made with (see `usable`). */
  private linkAddress: string | null = null
  private problem: TunnelProblem | null = null
  private provenAt: number | null = null
  private since: number | null = null
  private lostAt: number | null = null
  private lastGood = 0
  private retryAt: number | null = null
  private gap: PublicAddress['gap'] = null
  private failures = 0
  private attempts = 0
  /** The computer slept or the network changed: the first failure is believed. */
  private failsAtOnce = false
  /** Whatever began before the last change of this number tells nothing any more. */
  private generation = 0
  private proving: { address: string; done: Promise<void> } | null = null
  private serial: Promise<void> = Promise.resolve()
  private cancelTimer = () => {}
  private readonly waiting = new Set<() => void>()

  constructor(options: TunnelOptions) {
    this.options = options
    this.random = options.random ?? Math.random
  }

  /** Uses this provider from now on; null = none. What was open is closed. `before` counts the first time. */
  use(
    provider: TunnelProvider | null,
    target: { host: string; port: number },
    before: Remembered | null,
  ): void {
    this.leave()
    this.provider = provider
    this.target = target
    this.lastProvenAddress ??= before?.address ?? null
    this.linkAddress = before?.same ? before.address : null
    const now = this.options.clock.now()
    // Somebody may be sending to an address that was proven once; of one that is being set up nobody knows.
    const isKnown = this.since !== null || before?.same === true
    this.lostAt = provider === null ? null : (this.lostAt ?? (isKnown ? now : null))
    this.address = null
    this.problem = null
    this.provenAt = null
    this.since = null
    this.lastGood = now
    this.attempts = 0
    this.failsAtOnce = false
    if (provider) this.open()
    this.options.changed()
  }

  /** Closes what is open; at most a few seconds. */
  async stop(): Promise<void> {
    this.leave()
    this.provider = null
    await this.serial
  }

  /**
   * The address for links and for pasting: one of the owner's own as it is, any other once it was proven. It stays while
   * the way in is closed for a while.
   */
  get usable(): string | null {
    if (this.provider === null) return null
    return this.provider.kind === 'own' ? (this.address ?? this.linkAddress) : this.linkAddress
  }

  get state(): Omit<PublicAddress, 'standby'> {
    const { provider, problem } = this
    return {
      provider: provider?.kind ?? 'none',
      address: provider === null ? null : (this.address ?? this.linkAddress),
      state: this.word(),
      provenAt: this.provenAt,
      problem: problem?.words.key ?? null,
      problemParams: problem?.words.params ?? {},
      needsOwner: problem?.retries === false,
      since: this.since,
      lostAt: this.lostAt,
      retryAt: this.retryAt,
      gap: this.gap,
    }
  }

  private word(): PublicAddress['state'] {
    if (this.provider === null) return 'none'
    if (this.since !== null) return 'proven'
    if (this.problem !== null) return 'failing'
    return this.phase === 'opening' || this.proving ? 'proving' : 'unproven'
  }

  /** A webhook came in. */
  webhookArrived(): void {
    this.lastGood = this.options.clock.now()
  }

  /**
   * The computer woke up or the network changed: what looks open may be dead, and what waits is tried at once. While it
   * slept, since `asleepSince`, nobody could reach it.
   */
  wake(asleepSince: number | null = null): void {
    if (this.provider === null) return
    if (asleepSince !== null && this.since !== null) {
      this.since = null
      this.lostAt = asleepSince
    }
    this.provider.wake?.()
    if (this.problem?.retries === false) return
    this.failsAtOnce = true
    this.attempts = 0
    if (this.phase === 'open') void this.prove(WAKE_PROOF_MS)
    else if (this.phase === 'closed' || this.options.clock.now() - this.openingAt > YOUNG_MS) this.open()
    this.options.changed()
  }

  /** A call of ours met silence, so the way in may be away too: it is proven now rather than in its turn. */
  suspectLoss(): void {
    const { clock } = this.options
    if (this.phase === 'open' && clock.now() - (this.provenAt ?? 0) > SUSPECT_AGAIN_MS)
      void this.prove(WAKE_PROOF_MS)
  }

  /** Tries now, also what waits for the owner. Resolves when something came of it. */
  async proveNow(): Promise<void> {
    if (this.provider === null) return
    const settled = new Promise<void>((resolve) => this.waiting.add(resolve))
    if (this.phase === 'closed') {
      this.attempts = 0
      this.open()
    } else if (this.phase === 'open') void this.prove(LONGEST_PROOF_MS)
    await settled
  }

  // ---- opening and closing

  private open(): void {
    const { provider, target } = this
    if (provider === null) return
    const mine = this.next()
    this.phase = 'opening'
    this.openingAt = this.options.clock.now()
    // Also what hangs in its start is ended.
    const closed = this.close(provider)
    this.serial = this.serial.then(async () => {
      await closed
      if (mine !== this.generation) return
      const tell = (change: TunnelChange) => void (mine === this.generation && this.onChange(change))
      const started = await this.started(provider, target, tell)
      if (mine !== this.generation) return
      if (started.ok) this.onOpen(started.address)
      else this.onLost(started.problem)
    })
  }

  private async started(
    provider: TunnelProvider,
    target: { host: string; port: number },
    tell: (change: TunnelChange) => void,
  ): Promise<TunnelStart> {
    const { promise: late, resolve } = Promise.withResolvers<TunnelStart>()
    const cancel = this.options.clock.after(LONGEST_START_MS, () => resolve(TOO_LATE))
    try {
      const started = await Promise.race([provider.start(target, tell), late])
      if (started === TOO_LATE) await this.close(provider)
      return started
    } catch (error) {
      await this.close(provider)
      const detail = error instanceof Error ? error.message : String(error)
      return { ok: false, problem: { words: say('bug'), retries: true, detail: `bug: ${detail}` } }
    } finally {
      cancel()
    }
  }

  private async close(provider: TunnelProvider): Promise<void> {
    try {
      await provider.stop()
    } catch (error) {
      this.options.log('warn', `tunnel: closing failed: ${error instanceof Error ? error.message : error}`)
    }
  }

  /** Nothing is awaited any more; what is open is being closed. */
  private leave(): void {
    this.next()
    const { provider } = this
    this.phase = 'closed'
    if (provider) {
      const closed = this.close(provider)
      this.serial = this.serial.then(() => closed)
    }
    this.settle()
  }

  private next(): number {
    this.cancelTimer()
    this.cancelTimer = () => {}
    this.retryAt = null
    this.failures = 0
    this.proving = null
    return ++this.generation
  }

  private onOpen(address: string): void {
    this.phase = 'open'
    this.address = address
    this.options.log('info', `tunnel: open at ${hostOf(address)}`)
    void this.prove(LONGEST_PROOF_MS)
    this.options.changed()
  }

  private onChange(change: TunnelChange): void {
    if (change.type === 'notice') {
      this.options.notify({ level: 'warning', words: change.words })
    } else if (change.type === 'lost') {
      this.onLost(change.problem)
    } else if (change.type === 'doubtful') {
      this.notReached(this.options.clock.now())
      this.problem = change.problem
      if (this.phase === 'open') void this.prove(WAKE_PROOF_MS)
      this.options.changed()
    } else if (change.address !== this.address) {
      this.address = change.address
      this.failures = 0
      this.notReached(this.options.clock.now())
      if (this.phase === 'open') void this.prove(LONGEST_PROOF_MS)
      this.options.changed()
    }
  }

  private onLost(problem: TunnelProblem): void {
    const { clock } = this.options
    const now = clock.now()
    if (this.since !== null && now - this.since >= STEADY_MS) this.attempts = 0
    const atOnce = this.failsAtOnce && this.phase === 'open'
    this.notReached(now)
    this.next()
    this.phase = 'closed'
    this.problem = problem
    this.failsAtOnce = false
    this.options.log('warn', `tunnel: not open: ${problem.detail}`)
    if (problem.retries) {
      const wait = atOnce ? 0 : this.wait()
      this.retryAt = now + wait
      this.cancelTimer = clock.after(wait, () => this.open())
    }
    this.settle()
    this.options.changed()
  }

  private wait(): number {
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.attempts++)
    return Math.round(longest * (0.5 + this.random() / 2))
  }

  // ---- proving

  private prove(limitMs: number): Promise<void> {
    const { address } = this
    if (address === null) return Promise.resolve()
    if (this.proving?.address === address) return this.proving.done
    const mine = this.generation
    this.cancelTimer()
    const proof = this.options.prove(address, limitMs).then((result) => {
      if (mine !== this.generation || this.proving?.done !== proof) return
      this.proving = null
      if (result.ok) this.onProven(address)
      else this.onUnproven(result.problem)
      this.settle()
      this.options.changed()
    })
    this.proving = { address, done: proof }
    return proof
  }

  private onProven(address: string): void {
    const { clock } = this.options
    const now = clock.now()
    this.failures = 0
    this.failsAtOnce = false
    this.problem = null
    this.provenAt = now
    this.lastGood = now
    if (this.since === null) {
      this.since = now
      this.endGap(now)
    }
    this.announce(address)
    this.proveAfter(this.provider?.proofEveryMs ?? PROVE_EVERY_MS)
  }

  private onUnproven(words: Words): void {
    const problem = { words, retries: true, detail: `the proof failed: ${words.key}` }
    this.failures++
    if (this.failures >= FAILURES_TO_REOPEN || this.failsAtOnce) {
      this.onLost(problem)
      return
    }
    this.notReached(this.options.clock.now())
    this.problem = problem
    this.proveAfter(PROVE_AGAIN_MS)
  }

  private proveAfter(ms: number): void {
    this.cancelTimer()
    this.cancelTimer = this.options.clock.after(ms, () => void this.prove(LONGEST_PROOF_MS))
  }

  /** It was reached until now, or, where it may have been dead for long, until something was last seen of it. */
  private notReached(now: number): void {
    if (this.since === null) return
    this.since = null
    this.lostAt = this.failsAtOnce ? this.lastGood : now
  }

  private endGap(now: number): void {
    const from = this.lostAt
    this.lostAt = null
    if (from === null || now - from <= REPORTED_GAP_MS) return
    const kept = this.provider?.storesWhileClosed === true
    this.gap = { from, to: now, kept }
    const key = kept ? 'event.address-gap-kept' : 'event.address-gap'
    this.options.notify({ level: kept ? 'info' : 'warning', words: { key, params: { from, to: now } } })
  }

  /** Another address than the one that is pasted at the services: the owner has to paste it again. */
  private announce(address: string): void {
    const { lastProvenAddress: pasted } = this
    this.linkAddress = address
    if (address === pasted) return
    this.lastProvenAddress = address
    this.options.remember(address)
    if (pasted === null) return
    const params = { old: hostOf(pasted), new: hostOf(address) }
    this.options.notify({ level: 'error', words: { key: 'event.address-changed', params } })
  }

  private settle(): void {
    for (const resolve of this.waiting) resolve()
    this.waiting.clear()
  }
}

const say = (key: string, params: Words['params'] = {}): Words => ({ key: `tunnel.problem.${key}`, params })
const TOO_LATE: TunnelStart = {
  ok: false,
  problem: { words: say('time-out'), retries: true, detail: 'opening took longer than 30 s' },
}

/** With the port, where there is one. */
const hostOf = (address: string): string => (URL.canParse(address) ? new URL(address).host : address)
