import type { Keychain } from './keytar.ts'

/** Begins the first part of a secret that is stored in several; no key or token contains this character. */
const MARK = '\u0001'
/** `\u0001<parts>:`, as in earlier versions, or `\u0001<parts>/<generation>:`. */
const HEAD = new RegExp(`^${MARK}(\\d+)(?:/(\\d+))?:`)

/** A part of the secret is missing. */
export class IncompleteEntry extends Error {
  constructor() {
    super('a part of the entry is missing')
  }
}

interface First {
  /** Number of parts. */
  count: number
  /** The other parts are `account+1`, … for 0, else `account+<generation>.1`, … */
  generation: number
  text: string
}

/**
 * A keychain whose entries hold `most` bytes: a longer secret is stored in several. The first contains their number and
 * is written last, and a new secret never overwrites other parts of the old one, so that at every moment either
 * of them is stored completely. `get` rejects with IncompleteEntry when somebody else deleted a part.
 */
export function chunked(keychain: Keychain, most: number): Keychain {
  const piece = (account: string, generation: number, index: number) =>
    generation === 0 ? `${account}+${index}` : `${account}+${generation}.${index}`

  async function drop(account: string, { count, generation }: First): Promise<void> {
    for (let index = 1; index < count; index++) await keychain.delete(piece(account, generation, index))
  }

  /** Null: a part is missing. */
  async function joined(account: string, { count, generation, text }: First): Promise<string | null> {
    const parts = [text]
    for (let index = 1; index < count; index++) {
      const next = await keychain.get(piece(account, generation, index))
      if (next === null) return null
      parts.push(next)
    }
    return parts.join('')
  }

  return {
    async get(account) {
      let before: string | null = null
      for (;;) {
        const first = await keychain.get(account)
        if (first === null) return null
        const whole = await joined(account, firstFrom(first))
        if (whole !== null) return whole
        // Another program may just have stored a new one.
        if (first === before) throw new IncompleteEntry()
        before = first
      }
    },
    async set(account, secret) {
      const old = firstFrom((await keychain.get(account)) ?? '')
      const generation = old.generation + 1
      const parts = cut(secret, most - 24)
      const [first = '', ...rest] = parts
      for (const [index, part] of rest.entries())
        await keychain.set(piece(account, generation, index + 1), part)
      await keychain.set(
        account,
        parts.length === 1 ? first : `${MARK}${parts.length}/${generation}:${first}`,
      )
      await drop(account, old)
      // Left by a write that was cut off.
      for (let index = parts.length; await keychain.delete(piece(account, generation, index)); index++);
    },
    async delete(account) {
      const old = firstFrom((await keychain.get(account)) ?? '')
      const found = await keychain.delete(account)
      await drop(account, old)
      return found
    },
  }
}

function firstFrom(text: string): First {
  const head = HEAD.exec(text)
  if (head === null) return { count: 1, generation: 0, text }
  return { count: Number(head[1]), generation: Number(head[2] ?? 0), text: text.slice(head[0].length) }
}

/** Splits into parts of at most this many bytes; no character is split. */
function cut(text: string, most: number): string[] {
  const parts: string[] = []
  let part = ''
  let bytes = 0
  for (const character of text) {
    const size = Buffer.byteLength(character)
    if (bytes + size > most) {
      parts.push(part)
      part = ''
      bytes = 0
    }
    part += character
    bytes += size
  }
  return [...parts, part]
}
