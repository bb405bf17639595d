import type { PublicAddress } from '../../shared/api/state.ts'
import type { Words } from '../../shared/api.ts'
import { errorMessage } from '../../shared/node-errors.ts'
import type { Clock } from '../engine/ports.ts'
import type { TunnelChange, TunnelProvider, TunnelStart } from './provider.ts'
import {
  initialState,
  type Proof,
  publicState,
  type Remembered,
  type TunnelEffect,
  type TunnelEvent,
  type TunnelInput,
  type TunnelState,
  usableAddress,
  wakeAt,
} from './tunnel-state.ts'
import { transition } from './tunnel-transition.ts'

export type { Proof, Remembered, TunnelEvent } from './tunnel-state.ts'

export interface TunnelOptions {
  clock: Clock
  /** Holder of the state, for others to read; only the tunnel writes it. */
  held?: { tunnel: TunnelState }
  random?: () => number
  /** Never rejects. `limitMs` = how long it may take at most. */
  prove(address: string, limitMs: number): Promise<Proof>
  /** Called when the state may have changed. */
  changed(): void
  notify(event: TunnelEvent): void
  /** The address was proven and differs from the previous one: to be stored on disk. */
  remember(address: string): void
  log(level: 'info' | 'warn', text: string): void
}

/** Time limit for opening a tunnel; then it is tried again. */
const LONGEST_START_MS = 30_000

/**
 * Keeps one tunnel open: starts its provider, restarts it when it is lost (after 1 s, doubling with jitter up
 * to 60 s; at once on wake), and proves the address by a request that must come in at our own receiver: after
 * each opening, on wake, and every five minutes. After two failed proofs in a row it reopens the tunnel. Only
 * a proven address counts as reachable. Without a provider nothing runs. tunnel-transition.ts makes the
 * decisions; this class runs the effects.
 */
export class Tunnel {
  private readonly options: TunnelOptions
  private readonly random: () => number
  private provider: TunnelProvider | null = null
  private target = { host: '127.0.0.1', port: 0 }
  private readonly held: { tunnel: TunnelState }
  /** Serialises starts and stops of the provider. */
  private serial: Promise<void> = Promise.resolve()
  private timer: { at: number; cancel: () => void } | null = null
  private readonly waiting = new Set<() => void>()

  constructor(options: TunnelOptions) {
    this.options = options
    this.random = options.random ?? Math.random
    this.held = options.held ?? { tunnel: initialState }
  }

  /**
   * Uses this provider from now on; null = none. The previous tunnel is closed. `before` counts the first
   * time.
   */
  use(
    provider: TunnelProvider | null,
    target: { host: string; port: number },
    before: Remembered | null,
  ): void {
    this.dispatch({ type: 'stop' })
    this.provider = provider
    this.target = target
    this.dispatch({ type: 'use', provider, before })
  }

  /** Closes the tunnel; takes at most a few seconds. */
  async stop(): Promise<void> {
    this.dispatch({ type: 'stop' })
    this.provider = null
    await this.serial
  }

  /** See usableAddress. */
  get usable(): string | null {
    return usableAddress(this.current)
  }

  get state(): Omit<PublicAddress, 'standby'> {
    return publicState(this.current)
  }

  /** A webhook came in. */
  webhookArrived(): void {
    this.dispatch({ type: 'webhook' })
  }

  /**
   * The computer woke up or the network changed: an open tunnel may be dead, and waiting work is tried at
   * once. While the computer slept, since `asleepSince`, the address was unreachable.
   */
  wake(asleepSince: number | null = null): void {
    if (this.provider === null) return
    if (asleepSince !== null) this.dispatch({ type: 'slept', since: asleepSince })
    this.provider.wake?.()
    this.dispatch({ type: 'woke' })
  }

  /** One of our calls got no answer, so the tunnel may be broken too: it is proven now, not on schedule. */
  suspectLoss(): void {
    this.dispatch({ type: 'doubt' })
  }

  /** Tries now, even when it waits for the owner. Resolves when there is a result. */
  async proveNow(): Promise<void> {
    if (this.provider === null) return
    const settled = new Promise<void>((resolve) => this.waiting.add(resolve))
    this.dispatch({ type: 'prove-now' })
    await settled
  }

  private get current(): TunnelState {
    return this.held.tunnel
  }

  private dispatch(input: TunnelInput): void {
    const now = this.options.clock.now()
    const { state, effects } = transition(this.current, input, { now, random: this.random })
    this.held.tunnel = state
    this.setTimer(now)
    for (const effect of effects) this.carryOut(effect)
  }

  /** There is one timer, for the next time in the state. */
  private setTimer(now: number): void {
    const at = wakeAt(this.current)
    if (at === (this.timer?.at ?? null)) return
    this.timer?.cancel()
    this.timer = null
    if (at === null) return
    const cancel = this.options.clock.after(at - now, () => {
      this.timer = null
      this.dispatch({ type: 'due' })
    })
    this.timer = { at, cancel }
  }

  private carryOut(effect: TunnelEffect): void {
    switch (effect.type) {
      case 'open':
        this.open()
        break
      case 'close':
        this.close()
        break
      case 'prove':
        this.prove(effect.id, effect.address, effect.limitMs)
        break
      case 'remember':
        this.options.remember(effect.address)
        break
      case 'notify':
        this.options.notify(effect.event)
        break
      case 'log':
        this.options.log(effect.level, effect.text)
        break
      case 'changed':
        this.options.changed()
        break
      case 'settled':
        for (const resolve of this.waiting) resolve()
        this.waiting.clear()
    }
  }

  private prove(id: number, address: string, limitMs: number): void {
    void this.options.prove(address, limitMs).then((proof) => this.dispatch({ type: 'proof', id, proof }))
  }

  private open(): void {
    const { provider, target } = this
    if (provider === null) return
    const { generation } = this.current
    const isPresent = () => generation === this.current.generation
    // A hanging start is cancelled too.
    const closed = this.stopped(provider)
    this.serial = this.serial.then(async () => {
      await closed
      if (!isPresent()) return
      const report = (change: TunnelChange) => this.dispatch({ type: 'change', generation, change })
      const start = await this.started(provider, target, report)
      this.dispatch({ type: 'started', generation, start })
    })
  }

  private close(): void {
    if (this.provider === null) return
    const closed = this.stopped(this.provider)
    this.serial = this.serial.then(() => closed)
  }

  private async started(
    provider: TunnelProvider,
    target: { host: string; port: number },
    report: (change: TunnelChange) => void,
  ): Promise<TunnelStart> {
    const { promise: late, resolve } = Promise.withResolvers<TunnelStart>()
    const cancel = this.options.clock.after(LONGEST_START_MS, () => resolve(TOO_LATE))
    try {
      const started = await Promise.race([provider.start(target, report), late])
      if (started === TOO_LATE) await this.stopped(provider)
      return started
    } catch (error) {
      await this.stopped(provider)
      const detail = errorMessage(error)
      return { ok: false, problem: { words: say('bug'), retries: true, detail: `bug: ${detail}` } }
    } finally {
      cancel()
    }
  }

  private async stopped(provider: TunnelProvider): Promise<void> {
    try {
      await provider.stop()
    } catch (error) {
      this.options.log('warn', `tunnel: closing failed: ${errorMessage(error)}`)
    }
  }
}

const say = (key: string, params: Words['params'] = {}): Words => ({ key: `tunnel.problem.${key}`, params })
const TOO_LATE: TunnelStart = {
  ok: false,
  problem: { words: say('time-out'), retries: true, detail: 'opening took longer than 30 s' },
}
