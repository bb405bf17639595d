import { checkPublicKey, checkSecretKey, type Problem } from '../fields.ts'

/** The two keys of a Chatra account, as found in a pasted text. */
interface ChatraKeys {
  publicKey: string
  secretKey: string
  /** The text says which is which; otherwise only Chatra can. */
  isCertain: boolean
}
export type ReadKeys = ({ ok: true } & ChatraKeys) | { ok: false; problem: Problem }

const problem = (key: Problem): ReadKeys => ({ ok: false, problem: key })

/**
 * Finds both keys in a text pasted in any form: one below the other, beside each other, with labels in any language, in
 * quotes, or as `public:secret`. A label decides which is which; otherwise the form: a public key has 17 letters and digits,
 * like every id of Chatra (contracts/chatra.md §1). Otherwise the first one counts as public. Pure.
 */
export function readChatraKeys(text: string): ReadKeys {
  if (text.trim() === '') return problem('wizard.problem.keys-empty')
  const found = candidates(text)
  const keys = [...new Map(found.map((one) => [one.key, one])).values()]
  if (keys.length === 0) return problem('wizard.problem.keys-unreadable')
  if (keys.length === 1)
    return problem(found.length > 1 ? 'wizard.problem.keys-twice' : 'wizard.problem.keys-one')
  if (keys.length > 2) return problem('wizard.problem.keys-many')
  const [first, second] = keys as [Candidate, Candidate]
  const isSwapped = scoreOf(first) < scoreOf(second)
  const publicKey = (isSwapped ? second : first).key
  const secretKey = (isSwapped ? first : second).key
  const wrong = checkPublicKey(publicKey) ?? checkSecretKey(secretKey, publicKey)
  return wrong
    ? problem(wrong)
    : { ok: true, publicKey, secretKey, isCertain: scoreOf(first) !== scoreOf(second) }
}

interface Candidate {
  key: string
  label: 'public' | 'secret' | null
}

/** Greater for the public key. A label outweighs the form. */
const scoreOf = ({ key, label }: Candidate): number =>
  (label === 'public' ? 2 : label === 'secret' ? -2 : 0) + (ID.test(key) ? 1 : 0)
const ID = /^[A-Za-z0-9]{17}$/

const LABELS: readonly (readonly [Candidate['label'], RegExp])[] = [
  ['secret', /secret|priv|секрет|закрыт/iu],
  ['public', /public|публич|открыт|chatra ?id/iu],
]

/** What can be a key, with the words before it as its label. Two words alone are the keys. */
function candidates(text: string): Candidate[] {
  const words = text.trim().split(/[\s,;]+/)
  if (words.length === 2 && words.every((word) => /^[\w-]{8,}$/.test(word)))
    return words.map((key) => ({ key, label: null }))
  const found: Candidate[] = []
  let from = 0
  for (const match of text.matchAll(/[^\s,;:"'`<>|()[\]{}“”„«»]+/g)) {
    const word = match[0].replace(/^\w+=/, '').replace(/[.]+$/, '')
    if (!isKey(word)) continue
    const at = match.index + match[0].indexOf(word)
    found.push({ key: word, label: labelIn(text.slice(from, at)) })
    from = at + word.length
  }
  return found
}

/** Words of a label are shorter, or words of a language, or an address. */
const isKey = (word: string): boolean =>
  /^[\x21-\x7e]{12,}$/.test(word) &&
  /\d|[a-z][A-Z]|[A-Z]{2}[a-z]/.test(word) &&
  !/\/\/|\.chatra\./.test(word) &&
  !/^(?:public|secret|private|chatra|api)[_-]?(?:api)?[_-]?key$/i.test(word)

/** The last label counts: it is the nearest. */
function labelIn(words: string): Candidate['label'] {
  const places = LABELS.map(([label, pattern]) => ({ label, at: words.search(pattern) }))
  const [nearest] = places.filter(({ at }) => at >= 0).sort((a, b) => b.at - a.at)
  return nearest?.label ?? null
}
