/**
 * How often each of these texts is on the other side, in the order of `written`: `shown` are the texts there. A text stands
 * on lines of its own, since several messages of a client can be in one comment. Of equal texts each counts for itself;
 * surplus copies count for the last.
 */
export function copiesOf(written: readonly string[], shown: readonly string[]): number[] {
  const left = new Map<string, number>()
  const texts = written.map(normal)
  const others = shown.map(normal)
  for (const text of new Set(texts))
    left.set(
      text,
      others.reduce((sum, one) => sum + timesIn(one, text), 0),
    )
  return texts.map((text, index) => {
    const found = left.get(text) ?? 0
    const isLast = !texts.includes(text, index + 1)
    const own = isLast ? found : Math.min(1, found)
    left.set(text, found - own)
    return own
  })
}

/** Line ends and spaces differ between the services. */
const normal = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.replace(/\s+/g, ' ').trim())
    .filter((line) => line !== '')
    .join('\n')

function timesIn(whole: string, part: string): number {
  if (part === '') return 0
  const [lines, wanted] = [whole.split('\n'), part.split('\n')]
  let times = 0
  for (let at = 0; at + wanted.length <= lines.length; at++) {
    if (!wanted.every((line, index) => lines[at + index] === line)) continue
    times++
    at += wanted.length - 1
  }
  return times
}
