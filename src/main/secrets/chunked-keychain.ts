import type { Keychain } from './keytar.ts'

/** Begins the first part of a secret that is stored in several; no key or token contains this character. */
const MARK = '\u0001'

/**
 * A keychain whose entries hold `most` bytes: a longer secret is stored in several, `account`, `account+1`, …
 * The first contains their number and is written last, so that a secret is stored completely or not at all.
 */
export function chunked(keychain: Keychain, most: number): Keychain {
  const piece = (account: string, index: number) => (index === 0 ? account : `${account}+${index}`)
  const countOf = (first: string | null): number =>
    first?.startsWith(MARK) ? Number(first.slice(1, first.indexOf(':'))) || 1 : 1

  async function drop(account: string, from: number, count: number): Promise<boolean> {
    let found = false
    for (let index = from; index < count; index++)
      found = (await keychain.delete(piece(account, index))) || found
    return found
  }

  return {
    async get(account) {
      const first = await keychain.get(account)
      if (first === null || !first.startsWith(MARK)) return first
      const parts = [first.slice(first.indexOf(':') + 1)]
      for (let index = 1; index < countOf(first); index++) {
        const next = await keychain.get(piece(account, index))
        if (next === null) return null
        parts.push(next)
      }
      return parts.join('')
    },
    async set(account, secret) {
      const before = countOf(await keychain.get(account))
      const parts = cut(secret, most - 16)
      const [first = '', ...rest] = parts
      for (const [index, part] of rest.entries()) await keychain.set(piece(account, index + 1), part)
      await keychain.set(account, parts.length === 1 ? first : `${MARK}${parts.length}:${first}`)
      await drop(account, parts.length, before)
    },
    async delete(account) {
      const count = countOf(await keychain.get(account))
      return drop(account, 0, count)
    },
  }
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
