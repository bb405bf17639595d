import { createCipheriv, createDecipheriv, hash, hkdfSync, randomBytes } from 'node:crypto'

/** AES-256-GCM: nonce, tag and content. A nonce is random, which is safe for more records than a disk holds. */
const [NONCE, TAG] = [12, 16]

export interface SealKey {
  /** By which it is said with which key something was sealed. */
  id: string
  key: Buffer
}

/** The key of one purpose, made of a secret of 32 random bytes. */
export function sealKey(secret: Buffer, purpose: 'kept webhooks' | 'secrets'): SealKey {
  const key = Buffer.from(hkdfSync('sha256', secret, '', `chatra-planfix-bridge ${purpose} 1`, 32))
  return { id: hash('sha256', key, 'hex').slice(0, 12), key }
}

/** The content as one line of text, which opens only with this key and this header. */
export function shut({ key }: SealKey, content: string, header: string): string {
  const nonce = randomBytes(NONCE)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(header))
  const sealed = Buffer.concat([cipher.update(content, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url')
}

/** Throws when a bit of the line, of the header or of the key is wrong. */
export function unshut({ key }: SealKey, line: string, header: string): string {
  const bytes = Buffer.from(line, 'base64url')
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE), { authTagLength: TAG })
  decipher.setAAD(Buffer.from(header)).setAuthTag(bytes.subarray(NONCE, NONCE + TAG))
  return Buffer.concat([decipher.update(bytes.subarray(NONCE + TAG)), decipher.final()]).toString('utf8')
}
