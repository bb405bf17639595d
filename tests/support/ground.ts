import type { Clock } from '../../src/main/engine/ports.ts'
import type { OutsideWorld } from '../../src/main/runtime/outside-world.ts'
import { type ChatraSimulator, startChatraSimulator } from '../../src/simulators/chatra/index.ts'
import { type PlanfixSimulator, startPlanfixSimulator } from '../../src/simulators/planfix/index.ts'
import type { WorldOptions } from './world.ts'

/** The ground of a world: both services, and the clock and the connections between them and the bridge. */
export interface Ground {
  chatra: ChatraSimulator
  planfix: PlanfixSimulator
  clock: Clock
  /** Ratio of `clock`'s speed to that of the simulators' clock. */
  speed: number
  /** Access of the bridge to the outside world; absent: sockets. */
  outside?: OutsideWorld
  /** Begins to wait; the returned function tells whether the wait has become too long. */
  patience(): () => boolean
  /** Between two checks of the awaited condition. */
  moment(): Promise<void>
  end(): Promise<unknown>
}

/** A clock that runs `speed` times faster than the computer's, for all parts of the world alike. */
export function fastClock(speed: number): Clock {
  const start = Date.now()
  const now = () => Math.floor(start + (performance.timeOrigin + performance.now() - start) * speed)
  return {
    now,
    after(ms, work) {
      const timer = setTimeout(work, ms / speed)
      return () => clearTimeout(timer)
    },
  }
}

/** Real sockets, and a clock that runs faster than the computer's. */
export async function socketGround(options: WorldOptions): Promise<Ground> {
  const speed = options.speed ?? 20
  const clock = fastClock(speed)
  const simulated = { timeScale: 1 / speed, now: clock.now }
  const chatra = await startChatraSimulator({ seed: 1, ...simulated, ...options.chatra })
  const planfix = await startPlanfixSimulator({
    requestsPerSecondLimit: Number.POSITIVE_INFINITY,
    ...simulated,
    ...options.planfix,
  })
  return {
    chatra,
    planfix,
    clock,
    speed,
    patience() {
      const end = Date.now() + 15_000
      return () => Date.now() > end
    },
    moment: () => new Promise((resolve) => setTimeout(resolve, 10)),
    end: () => Promise.all([chatra.stop(), planfix.stop()]),
  }
}
