import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type SealKey, sealKey } from '../sealing.ts'

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
  return [...masterKeys, ...own].map((secret) => sealKey(secret, 'kept webhooks'))
}
