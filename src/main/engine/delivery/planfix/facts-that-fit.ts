import { shortened } from '../../../../shared/plain.ts'

/** A comment or description holds 64 KB of HTML (contracts/planfix.md §2); some room is left for what Planfix adds. */
const MOST_BYTES = 58_000
/** Title and address of a page, and what stands between them. */
const LONGEST_FACT = 700
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

/**
 * An address short enough to be read, and `…` where something was left out. `link` is what of it leads somewhere: without
 * what stands behind `?`, or, as a path cut in its middle is another page, the site alone.
 */
export function shortAddress(address: string): { link: string; text: string } {
  if (address.length <= LONGEST_ADDRESS) return { link: address, text: address }
  const path = address.split(/[?#]/, 1)[0] ?? address
  if (path.length < LONGEST_ADDRESS) return { link: path, text: `${path}?…` }
  const site = URL.parse(address)?.origin
  const link = site && site.length < LONGEST_ADDRESS ? `${site}/` : ''
  return { link, text: `${link}…` }
}

/** Marks become entities, ends of lines tags, runs of spaces entities, and addresses stand in a link twice. */
function bytesOf(text: string): number {
  const marks = text.match(/[&<>"'\n ]/g)?.length ?? 0
  const bytes = Buffer.byteLength(text) + 5 * marks + '<br>'.length
  const links = text.split('://').length - 1
  return links > 0 ? 2 * bytes + '<a href=""></a>'.length * links : bytes
}
