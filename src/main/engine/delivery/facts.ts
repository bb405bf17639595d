import { shortened } from '../../../shared/plain.ts'

/** A comment or description holds 64 KB of HTML (contracts/planfix.md §2); some room is left for what Planfix adds. */
const MOST_BYTES = 58_000
const LONGEST_FACT = 600
const LONGEST_ADDRESS = 300

/**
 * The facts that fit below what was said, in their order; those left out are counted by `leftOut`. `said` goes in whole,
 * whatever is left. Bytes are counted as the HTML will have them at most.
 */
export function factsThatFit(
  said: string,
  facts: readonly string[],
  leftOut: (count: number) => string,
): string[] {
  const cut = facts.map((fact) => shortened(fact, LONGEST_FACT))
  let room = MOST_BYTES - bytesOf(said) - bytesOf(leftOut(cut.length))
  const fitting: string[] = []
  for (const fact of cut) {
    room -= bytesOf(fact)
    if (room < 0) break
    fitting.push(fact)
  }
  const missing = cut.length - fitting.length
  return missing === 0 ? fitting : [...fitting, leftOut(missing)]
}

/** The last lines that fit behind `before`, in their order; those left out stand in front of them, counted by `leftOut`. */
export function newestThatFit(
  before: string,
  lines: readonly string[],
  leftOut: (count: number) => string,
): string[] {
  const fitting = factsThatFit(before, lines.toReversed(), leftOut)
  return fitting.toReversed()
}

/** An address short enough to be read: what stands behind `?` goes first. */
export function shortAddress(link: string): string {
  if (link.length <= LONGEST_ADDRESS) return link
  const path = link.split(/[?#]/, 1)[0] ?? link
  return path.length < LONGEST_ADDRESS ? `${path}?…` : shortened(link, LONGEST_ADDRESS)
}

/** Marks become entities, ends of lines tags, runs of spaces entities, and addresses stand in a link twice. */
function bytesOf(text: string): number {
  const marks = text.match(/[&<>"'\n ]/g)?.length ?? 0
  const bytes = Buffer.byteLength(text) + 5 * marks + '<br>'.length
  return text.includes('://') ? 2 * bytes + 30 : bytes
}
