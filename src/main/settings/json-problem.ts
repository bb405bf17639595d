/**
 * Where JSON text is broken, as `line 3, column 7: …`. V8 tells a position in some of its messages and not in
 * others (and quotes the text, which may hold a secret), so the place is found by reading the text once more.
 */
export function jsonProblem(text: string, error: unknown): string {
  const told = error instanceof Error ? /at position (\d+)/.exec(error.message)?.[1] : undefined
  const position = told === undefined ? brokenAt(text) : Number(told)
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

/** Offset of the first character that no JSON text can go on with. */
function brokenAt(text: string): number {
  // What may come next: a value, a key, or what ends either.
  type Place = 'value' | 'value-or-end' | 'key' | 'key-or-end' | 'colon' | 'after'
  const open: ('{' | '[')[] = []
  let place: Place = 'value'
  let position = 0
  for (;;) {
    token.lastIndex = position
    const found = token.exec(text)?.[1]
    const start = found === undefined ? skipSpace(text, position) : token.lastIndex - found.length
    if (found === undefined) return start
    const next = step(found, place, open)
    if (next === null) return start
    place = next
    position = token.lastIndex
  }

  function step(found: string, at: Place, stack: ('{' | '[')[]): Place | null {
    const wantsValue = at === 'value' || at === 'value-or-end'
    if (found === '{' || found === '[') {
      if (!wantsValue) return null
      stack.push(found)
      return found === '{' ? 'key-or-end' : 'value-or-end'
    }
    if (found === '}' || found === ']') {
      const fits =
        found === '}' ? at === 'key-or-end' || at === 'after' : at === 'value-or-end' || at === 'after'
      return fits && stack.pop() === (found === '}' ? '{' : '[') ? 'after' : null
    }
    if (found === ':') return at === 'colon' ? 'value' : null
    if (found === ',') {
      if (at !== 'after' || stack.length === 0) return null
      return stack.at(-1) === '{' ? 'key' : 'value'
    }
    if (at === 'key' || at === 'key-or-end') return found.startsWith('"') ? 'colon' : null
    return wantsValue ? 'after' : null
  }
}

function skipSpace(text: string, from: number): number {
  const rest = text.slice(from).search(/\S/)
  return rest === -1 ? text.length : from + rest
}
