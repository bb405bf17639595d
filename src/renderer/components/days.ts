/** Midnights in this computer's time zone, ascending: the last `count` days including that of `now`. */
export function dayStartsUntil(now: number, count: number): number[] {
  const day = new Date(now)
  return Array.from({ length: count }, (_, index) =>
    // A day is not always 24 hours long: the calendar decides.
    new Date(day.getFullYear(), day.getMonth(), day.getDate() - (count - 1 - index)).getTime(),
  )
}
