/** Position of a web address in a text, in UTF-16 units; `to` is exclusive. */
export interface Place {
  from: number
  to: number
}

/** The longest address in practical use in browsers and servers. */
const LONGEST = 8_000
/** DNS allows no longer name, and converting much longer names takes time. */
const LONGEST_HOST = 253
/** How far back, in UTF-16 units, an opening quote or bracket is searched. */
const LONGEST_LOOK = 500

/**
 * Finds the http(s) addresses of a text. Each address is whole as a browser parses it, without the marks of
 * the sentence around it: closing quotes and brackets, full stops, dashes, marks of bold text, in any script.
 * `known` are addresses that certainly occur in the text: they match whole, whatever their last character is.
 * Takes time linear in the length.
 * Rejected libraries: **linkify-it** 6 is linear and knows most ends of sentences, but finds nothing after
 * `_`, `=`, backticks or a letter, cuts at `{`, `[`, `–` and `’` within an address and includes a trailing
 * `**`; **linkifyjs** includes every mark outside ASCII. The parser of browsers (WHATWG URL) makes the final
 * decision.
 */
export function addressesIn(text: string, known: readonly string[] = []): Place[] {
  const places: Place[] = []
  let done = 0
  for (let mark = text.indexOf('://'); mark >= 0; mark = text.indexOf('://', Math.max(mark + 3, done))) {
    const from = startOf(text, mark, done)
    if (from === null) continue
    const whole = longestAt(text, from, known)
    const end = Math.max(whole, endOf(text, from, mark + 3))
    const to = Math.max(whole, end - from > LONGEST ? from : trimmed(text, from, end))
    if (isAddress(text.slice(from, to))) places.push({ from, to })
    done = end
  }
  return places
}

/** Start of `http` or `https` before `://`. */
function startOf(text: string, mark: number, done: number): number | null {
  for (const scheme of ['https', 'http']) {
    const from = mark - scheme.length
    if (from >= done && text.slice(from, mark).toLowerCase() === scheme) return from
  }
  return null
}

function longestAt(text: string, from: number, known: readonly string[]): number {
  let longest = 0
  for (const one of known) if (one.length > longest && text.startsWith(one, from)) longest = one.length
  return from + longest
}

/** White space, invisible marks, quotes and stops of any script: they end an address. */
const NEVER =
  /[\s\p{Cc}<>"`«»“”„‟‹›—―…،؛؟۔।॥።\u00ad\u200b\u200e\u200f\u061c\u202a-\u202e\u2060\u2066-\u2069\u3000-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\ufeff]/u
/** Other marks outside ASCII belong to an address only between letters: `D’Artagnan`, `Michelson–Morley`. */
const BETWEEN_LETTERS = /[^\p{ASCII}\p{L}\p{M}\p{N}\p{S}\u200c\u200d]/u
const LETTER = /[\p{L}\p{M}\p{N}]/u
const EMOJI = /(?!\p{ASCII})[\p{Extended_Pictographic}\p{Regional_Indicator}]/u
const CLOSERS: Record<string, string> = {
  '(': ')',
  '[': ']',
  '{': '}',
  "'": "'",
  '’': '’',
  '‘': '’',
  '|': '|',
}

function endOf(text: string, from: number, path: number): number {
  const closer = CLOSERS[text[from - 1] ?? '']
  let isInHost = true
  let open = 0
  for (let at = path; at < text.length; ) {
    const char = String.fromCodePoint(text.codePointAt(at)!)
    const next = at + char.length
    if (NEVER.test(char) || (!isInHost && EMOJI.test(char))) return at
    if (
      BETWEEN_LETTERS.test(char) &&
      !(LETTER.test(text[at - 1]!) && LETTER.test(text.slice(next, next + 2)))
    )
      return at
    if (closer !== undefined) {
      if (char === closer && open === 0) return at
      if (closer !== text[from - 1]) open += char === text[from - 1] ? 1 : char === closer ? -1 : 0
    }
    // Adjacent addresses.
    if ((char === ',' || char === ';') && /^https?:\/\//i.test(text.slice(next, next + 8))) return at
    if ('/?#'.includes(char)) isInHost = false
    at = next
  }
  return text.length
}

/**
 * A full stop or bracket after an address belongs to the sentence, unless the bracket was opened inside the
 * address.
 */
function trimmed(text: string, from: number, to: number): number {
  const surplus = surplusOf(text.slice(from, to))
  let quotes = text.slice(from, to).split("'").length - 1
  let end = to
  while (end > from) {
    const last = text[end - 1]!
    if (last in surplus) {
      if (surplus[last]!-- <= 0) break
      end--
    } else if (last === "'") {
      // A bracket that was opened inside the address belongs to it.
      if (quotes-- % 2 === 0) break
      end--
    } else if ('.,;:!?|'.includes(last)) end--
    else if ('*_~'.includes(last)) {
      const start = startOfRun(text, end, last)
      if (!isOpened(text, from, text.slice(start, end))) break
      end = start
    } else break
  }
  return end
}

/** Number of closing brackets minus number of opening ones. */
function surplusOf(address: string): Record<string, number> {
  const surplus: Record<string, number> = { ')': 0, ']': 0, '}': 0 }
  for (const char of address) {
    if (char in surplus) surplus[char]!++
    else if ('([{'.includes(char)) surplus[CLOSERS[char]!]!--
  }
  return surplus
}

function startOfRun(text: string, end: number, char: string): number {
  let start = end
  while (text[start - 1] === char) start--
  return start
}

/**
 * True if a mark of bold, italic or struck text was opened before the address; two such marks have no other
 * meaning.
 */
function isOpened(text: string, from: number, marks: string): boolean {
  if (marks === '**' || marks === '~~') return true
  const before = text.slice(Math.max(0, from - LONGEST_LOOK), from)
  const line = before.slice(before.lastIndexOf('\n') + 1)
  for (let at = line.indexOf(marks); at >= 0; at = line.indexOf(marks, at + 1)) {
    const behind = line[at + marks.length]
    if ((at === 0 || !LETTER.test(line[at - 1]!)) && (behind === undefined || !/\s/.test(behind))) return true
  }
  return false
}

function isAddress(text: string): boolean {
  const [, , host = ''] = text.split(/[/?#]/, 3)
  return host.length <= LONGEST_HOST && URL.canParse(text)
}
