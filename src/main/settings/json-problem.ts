/**
 * The position of a syntax error in JSON text, as `line 3, column 7: …`. V8 gives a position in some of its
 * messages and not in others (and quotes the text, which may contain a secret), so the position is found by
 * parsing the text once more.
 */
export function jsonProblem(text: string, error: unknown): string {
  const given = error instanceof Error ? /at position (\d+)/.exec(error.message)?.[1] : undefined
  const position = given === undefined ? brokenAt(text) : Number(given)
  const before = text.slice(0, position)
  const line = before.split('\n').length
  const column = position - (before.lastIndexOf('\n') + 1) + 1
  const what = position >= text.trimEnd().length ? 'the text ends too early' : 'this is not valid JSON'
  return `line ${line}, column ${column}: ${what}`
}

/** A JSON string, number, word or mark with the space before it. */
const token =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them in strings
  /\s*("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[{}[\],:])/y

/** What may come next: a value, a key, or the end of either. */
type Place = 'value' | 'value-or-end' | 'key' | 'key-or-end' | 'colon' | 'after'

/** Offset of the first character that cannot continue any JSON text. */
function brokenAt(text: string): number {
  const open: ('{' | '[')[] = []
  let place: Place = 'value'
  let position = 0
  for (;;) {
    token.lastIndex = position
    const found = token.exec(text)?.[1]
    if (found === undefined) return skipSpace(text, position)
    const next = placeBehind(found, place, open)
    if (next === null) return token.lastIndex - found.length
    place = next
    position = token.lastIndex
  }
}

/** The position after the token at `at`; null where the token is not allowed. Tracks the open brackets. */
function placeBehind(found: string, at: Place, open: ('{' | '[')[]): Place | null {
  const wantsValue = at === 'value' || at === 'value-or-end'
  switch (found) {
    case '{':
    case '[':
      if (!wantsValue) return null
      open.push(found)
      return found === '{' ? 'key-or-end' : 'value-or-end'
    case '}':
      return (at === 'key-or-end' || at === 'after') && open.pop() === '{' ? 'after' : null
    case ']':
      return (at === 'value-or-end' || at === 'after') && open.pop() === '[' ? 'after' : null
    case ':':
      return at === 'colon' ? 'value' : null
    case ',':
      if (at !== 'after' || open.length === 0) return null
      return open.at(-1) === '{' ? 'key' : 'value'
    default:
      if (at === 'key' || at === 'key-or-end') return found.startsWith('"') ? 'colon' : null
      return wantsValue ? 'after' : null
  }
}

function skipSpace(text: string, from: number): number {
  const rest = text.slice(from).search(/\S/)
  return rest === -1 ? text.length : from + rest
}
