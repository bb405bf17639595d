/** Decisions of the bar charts, without a screen. */

/** The ticks of an axis from 0 to at least `most`: four or five whole numbers, 1, 2 or 5 times a power of ten apart. */
export function ticksFor(most: number): number[] {
  const rough = Math.max(most, 1) / 4
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = Math.max(1, [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= rough)!)
  const count = Math.ceil(Math.max(most, 1) / step)
  return Array.from({ length: count + 1 }, (_, at) => at * step)
}

/** Every how many bars a label fits, when each takes `labelWidth` of `width`; both in the same unit. */
export function labelEvery(bars: number, width: number, labelWidth: number): number {
  return Math.max(1, Math.ceil((bars * labelWidth) / Math.max(width, 1)))
}
