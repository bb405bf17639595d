import type { Clock } from '../../src/main/engine/ports.ts'
import { TimerHeap } from '../support/timer-heap.ts'

// Read when the file is loaded: an ended life has its own replaced (see quieten).
export const nextTurn = setImmediate

/** Work beside this process whose end it notices by itself. */
export interface Beside {
  readonly isAtRest: boolean
  atRest(): Promise<void>
}

/**
 * Time that passes only on request. Between two moments all real work of the computer (promises, turns of the event
 * loop, files) runs to its end, so that the same timers always fire in the same order.
 */
export class VirtualClock implements Clock {
  /** A moment lasts until this rests too. */
  beside: Beside | null = null
  private time: number
  private readonly timers = new TimerHeap()

  constructor(start: number) {
    this.time = start
  }

  now(): number {
    return this.time
  }

  after(ms: number, work: () => void): () => void {
    return this.timers.set(this.time + Math.max(0, Math.ceil(ms)), work)
  }

  /** When the next timer fires; null when there is none. */
  get next(): number | null {
    return this.timers.next
  }

  /** Fires every timer that is due until `time`, and completes each of their moments. */
  async runUntil(time: number): Promise<void> {
    await settle(this.beside)
    for (let at = this.next; at !== null && at <= time; at = this.next) {
      this.time = Math.max(this.time, at)
      this.timers.take()?.()
      await settle(this.beside)
    }
    this.time = Math.max(this.time, time)
  }
}

/** Work that takes real time (a copy of a file) waits here until everything else has ended. */
const apart: (() => Promise<void>)[] = []
export const doApart = (work: () => Promise<void>): void => void apart.push(work)

/**
 * No moment has ever needed this many turns in this long: something runs in a circle, and does not only wait for a
 * busy disk.
 */
const MOST_TURNS = 200_000
const LONGEST_MS = 60_000

/** Resolves when the process has nothing to do but wait for the virtual clock. */
export async function settle(beside: Beside | null = null): Promise<void> {
  for (;;) {
    await nothingElseRuns(beside)
    const work = apart.shift()
    if (!work) return
    await work()
  }
}

/** Resolves when this process has nothing to do, and nothing beside it either. */
export async function nothingElseRuns(beside: Beside | null = null): Promise<void> {
  const began = performance.now()
  for (let turn = 0; turn < MOST_TURNS || performance.now() - began < LONGEST_MS; turn++) {
    await new Promise<void>((resolve) => nextTurn(resolve))
    if (beside && !beside.isAtRest) await beside.atRest()
    else if (!process.getActiveResourcesInfo().some(isWork)) return
  }
  throw new Error('the world does not come to rest: something runs in a circle without waiting for time')
}

const isWork = (name: string): boolean => name === 'Immediate' || name.startsWith('FSReq')
