import type { PlanfixSimulator } from '../../src/simulators/planfix/index.ts'

const MINUTE = 60_000
const QUARTER = 15 * MINUTE

/** Whatever the time is now: the day of the account ends in six hours, on a whole quarter as every midnight does. */
export function midnightFarAway({ limits }: Pick<PlanfixSimulator, 'limits'>, now: number): void {
  limits.resetAt = Math.ceil((now + 6 * 60 * MINUTE) / QUARTER) * QUARTER
}

/** An end about a minute from now that, whether it is told in milliseconds or in seconds, is no midnight anywhere. */
export function endOfPause(now: number): number {
  for (let left = MINUTE; ; left += 1000)
    if (fromQuarter(now + left) > MINUTE && fromQuarter(now + left * 1000) > MINUTE) return now + left
}

const fromQuarter = (time: number): number => Math.min(time % QUARTER, QUARTER - (time % QUARTER))
