/** Midnights of this computer's time zone, ascending: the last `count` days up to the one `now` is in. */
export function dayStartsUntil(now: number, count: number): number[] {
  const day = new Date(now)
  return Array.from({ length: count }, (_, index) =>
    // A day is not always 24 hours long: the calendar knows.
    new Date(day.getFullYear(), day.getMonth(), day.getDate() - (count - 1 - index)).getTime(),
  )
}
