/**
 * The questions of the store are written in SQLite's words (store/queries/); this is what PostgreSQL calls otherwise.
 * Texts are few and constant, so each is translated once.
 */
export function inPostgres(text: string): string {
  const known = translated.get(text)
  if (known !== undefined) return known
  let values = 0
  const made = WORDS.reduce((all, [from, to]) => all.replace(from, to), text)
    .replace(PATH, (_whole, path: string) => `#>> '{${path.replaceAll('.', ',')}}'`)
    .replace(/\?/g, () => `$${++values}`)
  translated.set(text, made)
  return made
}
const translated = new Map<string, string>()

const PATH = /->> '\$\.([\w.]+)'/g
const WORDS: readonly [RegExp, string][] = [
  // PostgreSQL has statistics, and chooses by them.
  [/\s+(?:NOT INDEXED|INDEXED BY \w+)/g, ''],
  // Names in capital and small letters are folded unless they are quoted.
  [/\bAS ([a-z]+[A-Z]\w*)/g, 'AS "$1"'],
  [/\bAS INTEGER\)/g, 'AS bigint)'],
  [/\bjson_each\(/g, 'bridge_numbers('],
  [/\bCROSS JOIN (\w+) ON\b/g, 'JOIN $1 ON'],
  [/\bmax\(0, /g, 'greatest(0, '],
]
