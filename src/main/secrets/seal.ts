import { createCipheriv, createDecipheriv, randomBytes, type ScryptOptions, scrypt } from 'node:crypto'

const COST: ScryptOptions = { N: 16_384, r: 8, p: 1 }
/** A guessable key must not seal anything. */
const SHORTEST_KEY = 16

export const mayBeKey = (text: string): boolean => text.length >= SHORTEST_KEY

/**
 * The secret as text that can be read only with `key` (AES-256-GCM, the key by scrypt): `salt.iv.tag.data`.
 */
export async function seal(secret: string, key: string): Promise<string> {
  const [salt, iv] = [randomBytes(16), randomBytes(12)]
  const cipher = createCipheriv('aes-256-gcm', await stretched(key, salt), iv)
  const data = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
  return [salt, iv, cipher.getAuthTag(), data].map((part) => part.toString('base64url')).join('.')
}

/** Null: it was sealed with another key, or is invalid. */
export async function unseal(sealed: string, key: string): Promise<string | null> {
  const [salt, iv, tag, data] = sealed.split('.').map((part) => Buffer.from(part, 'base64url'))
  if (!salt || iv?.length !== 12 || tag?.length !== 16 || !data) return null
  const decipher = createDecipheriv('aes-256-gcm', await stretched(key, salt), iv).setAuthTag(tag)
  try {
    return Buffer.concat([decipher.update(data), decipher.final()]).toString('utf8')
  } catch {
    return null
  }
}

const stretched = (key: string, salt: Buffer): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    scrypt(key, salt, 32, COST, (error, made) => (error ? reject(error) : resolve(made)))
  })
