import { shortened } from '../../../../shared/plain.ts'

/**
 * A comment or description holds 64 KB of HTML (contracts/planfix.md §2); some room is left for Planfix's
 * additions.
 */
const MOST_BYTES = 58_000
/** Limits for title and address of a page, and the separator between them. */
const LONGEST_FACT = 700
const LONGEST_ADDRESS = 300

/**
 * The facts that fit below the messages, in their order; `leftOut` counts the omitted ones. `said` is always
 * kept whole. Bytes are counted as the maximum size of the HTML.
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

/**
 * The last lines that fit after `before`, in their order; the omitted ones are counted before them by
 * `leftOut`.
 */
export function newestThatFit(
  before: string,
  lines: readonly string[],
  leftOut: (count: number) => string,
): string[] {
  const fitting = factsThatFit(before, lines.toReversed(), leftOut)
  return fitting.toReversed()
}

/**
 * A shortened, readable address, with `…` where a part is missing. `link` is its usable part: without the
 * part after `?`, or only the site, since a path cut in the middle is another page.
 */
export function shortAddress(address: string): { link: string; text: string } {
  if (address.length <= LONGEST_ADDRESS) return { link: address, text: address }
  const path = address.split(/[?#]/, 1)[0] ?? address
  if (path.length < LONGEST_ADDRESS) return { link: path, text: `${path}?…` }
  const site = URL.parse(address)?.origin
  const link = site && site.length < LONGEST_ADDRESS ? `${site}/` : ''
  return { link, text: `${link}…` }
}

/**
 * Marks become entities, line ends become tags, runs of spaces become entities, and an address occurs twice
 * in a link.
 */
function bytesOf(text: string): number {
  const marks = text.match(/[&<>"'\n ]/g)?.length ?? 0
  const bytes = Buffer.byteLength(text) + 5 * marks + '<br>'.length
  const links = text.split('://').length - 1
  return links > 0 ? 2 * bytes + '<a href=""></a>'.length * links : bytes
}
