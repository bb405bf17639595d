import type { overviewCalls as contract } from '../../../shared/api/overview.ts'
import type { Handlers } from '../../../shared/api.ts'
import type { ApiContext } from '../context.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const HOURS = 24
const GAP_DAYS = 30

export const overviewCalls = ({ application }: ApiContext): Pick<Handlers, keyof typeof contract> => ({
  async 'overview.get'({ dayStarts }) {
    const now = application.now()
    const midnight = dayStarts.at(-1)!
    const days = await application.store.bars(dayStarts, now + 1)
    const today = days.at(-1)!
    return {
      ok: true,
      value: {
        today: {
          ...(await application.store.dayFigures(midnight)),
          toPlanfix: today.toPlanfix,
          toChatra: today.toChatra,
        },
        hours: await application.store.bars(hourStarts(midnight, now), now + 1),
        days,
        since: Math.max(now - GAP_DAYS * DAY, (await application.store.beganAt()) ?? now),
        gaps: await application.store.gapsSince(now - GAP_DAYS * DAY),
      },
    }
  },
})

/** The last hours, the current one last, by the owner's clock: some zones differ by half an hour. */
function hourStarts(midnight: number, now: number): number[] {
  const present = midnight + Math.floor((now - midnight) / HOUR) * HOUR
  return Array.from({ length: HOURS }, (_, index) => present - (HOURS - 1 - index) * HOUR)
}
