import { Life } from '../life.ts'

type Store = typeof import('../../../src/main/store-postgres/index.ts')
const { setTimeout: later, clearTimeout: clear } = globalThis

/** A pause of a life: it lasts by the world's time. */
class Pause {
  readonly cancel: () => void
  constructor(life: Life, work: () => void, ms: number) {
    this.cancel = life.clock.after(ms, work)
  }
  unref(): this {
    return this
  }
}

const pausing = (work: () => void, ms: number): Pause | NodeJS.Timeout => {
  const life = Life.current
  return life ? new Pause(life, work, ms) : later(work, ms)
}

let loaded: Promise<Store> | null = null
/** The store, whose pauses are the world's: it takes hold of the timers when it is loaded. */
export function storeOfTheWorld(): Promise<Store> {
  loaded ??= load()
  return loaded
}

async function load(): Promise<Store> {
  globalThis.setTimeout = Object.assign(pausing, later) as typeof setTimeout
  globalThis.clearTimeout = ((timer: Pause | NodeJS.Timeout | undefined) =>
    timer instanceof Pause ? timer.cancel() : clear(timer)) as typeof clearTimeout
  try {
    return await import('../../../src/main/store-postgres/index.ts')
  } finally {
    globalThis.setTimeout = later
  }
}
