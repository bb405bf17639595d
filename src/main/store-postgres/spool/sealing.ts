import { createCipheriv, createDecipheriv, hash, hkdfSync, randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** AES-256-GCM: nonce, tag and content. A nonce is random, which is safe for more records than a disk holds. */
const [NONCE, TAG] = [12, 16]

export interface SealKey {
  /** By which a file says with which key it was sealed. */
  id: string
  key: Buffer
}

const keyFrom = (secret: Buffer): SealKey => {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'chatra-planfix-bridge kept webhooks 1', 32))
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

/**
 * The keys by which webhooks are sealed: the first one seals, each opens. Made of the server's master key where there is one;
 * else of a key of its own in the data folder, mode 0600, which is made at first use.
 */
export function sealKeys(dir: string, masterKeys: readonly Buffer[]): SealKey[] {
  const path = join(dir, 'webhooks.key')
  if (masterKeys.length === 0 && !existsSync(path))
    writeFileSync(path, `${randomBytes(32).toString('base64url')}\n`, {
      mode: 0o600,
      flag: 'wx',
      flush: true,
    })
  const own = existsSync(path) ? [Buffer.from(readFileSync(path, 'utf8').trim(), 'base64url')] : []
  return [...masterKeys, ...own].map(keyFrom)
}
