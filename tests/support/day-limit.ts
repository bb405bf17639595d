import type { PlanfixSimulator } from '../../src/simulators/planfix/index.ts'

const MINUTE = 60_000
const QUARTER = 15 * MINUTE

/**
 * Independent of the present time: the account's day ends in six hours, on a quarter of an hour as every midnight
 * does.
 */
export function midnightFarAway({ limits }: Pick<PlanfixSimulator, 'limits'>, now: number): void {
  limits.resetAt = Math.ceil((now + 6 * 60 * MINUTE) / QUARTER) * QUARTER
}

/**
 * An end about a minute from now that is no midnight in any zone, whether it is given in milliseconds or in seconds.
 */
export function endOfPause(now: number): number {
  for (let left = MINUTE; ; left += 1000)
    if (fromQuarter(now + left) > MINUTE && fromQuarter(now + left * 1000) > MINUTE) return now + left
}

const fromQuarter = (time: number): number => Math.min(time % QUARTER, QUARTER - (time % QUARTER))
