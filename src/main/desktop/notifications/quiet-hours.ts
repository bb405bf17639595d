import type { Configuration } from '../../../shared/config.ts'

type QuietHours = NonNullable<Configuration['notifications']['quiet']>

/**
 * When the quiet hours containing `now` end (milliseconds since 1970); null outside quiet hours. By local
 * time, also over midnight; the first minute belongs to them, the last does not. Equal start and end mean no
 * quiet hours.
 */
export function quietUntil(quiet: QuietHours | null, now: number): number | null {
  if (quiet === null) return null
  const [from, to] = [minutesOf(quiet.from), minutesOf(quiet.to)]
  const here = new Date(now)
  const present = here.getHours() * 60 + here.getMinutes()
  const overMidnight = from > to
  const isQuiet = overMidnight ? present >= from || present < to : present >= from && present < to
  if (!isQuiet) return null
  const days = overMidnight && present >= from ? 1 : 0
  const end = new Date(here.getFullYear(), here.getMonth(), here.getDate() + days, 0, to).getTime()
  // When clocks are set back, the hour may occur twice.
  return Math.max(end, now + 60_000)
}

/** The end of quiet hours, or of the time for which the owner muted notifications; null = neither. */
export function silentUntil(quiet: QuietHours | null, mutedUntil: number | null, now: number): number | null {
  const end = Math.max(quietUntil(quiet, now) ?? 0, mutedUntil ?? 0)
  return end > now ? end : null
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return hours * 60 + minutes
}
