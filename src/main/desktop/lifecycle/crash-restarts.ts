/** The flag with which a crashed program tells the next one that it was restarted. */
const FLAG = '--restarted='
const MOST = 3
const WHILE_MS = 10 * 60_000

/** When the program was restarted after crashes, from its own arguments. */
export function restartsIn(args: readonly string[]): number[] {
  const given = args.find((one) => one.startsWith(FLAG))?.slice(FLAG.length) ?? ''
  return given
    .split(',')
    .map(Number)
    .filter((at) => Number.isFinite(at) && at > 0)
}

/**
 * The arguments of the next start; null when there were too many restarts: a permanent fault would repeat for
 * ever.
 */
export function nextArguments(args: readonly string[], now: number): string[] | null {
  const recent = restartsIn(args).filter((at) => now - at < WHILE_MS)
  if (recent.length >= MOST) return null
  const others = args.filter((one) => !one.startsWith(FLAG))
  return [...others, `${FLAG}${[...recent, now].join(',')}`]
}
