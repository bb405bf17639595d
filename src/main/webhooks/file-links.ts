import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto'
import { z } from 'zod'
import { withoutTail } from '../../shared/plain.ts'
import type { Clock } from '../engine/ports.ts'

/** A Planfix file by its number, or the file at a place (from 0) of a stored message. */
export type LinkedFile =
  | { connectionId: string; fileId: number; name: string }
  | { connectionId: string; messageId: number; index: number; name: string }
export interface FileLinks {
  /**
   * `{publicUrl}/files/{token}`; null when there is no public address. The same file has the same address for
   * an hour.
   */
  link(connectionId: string, fileId: number, name: string): string | null
  /** The same for a file of a stored message. */
  messageLink(connectionId: string, messageId: number, index: number, name: string): string | null
  /** null for an invalid or expired token. */
  open(token: string): LinkedFile | null
}

const payload = z.union([
  z.tuple([z.string(), z.number().int(), z.string(), z.number().int()]),
  z.tuple([z.string(), z.number().int(), z.string(), z.number().int(), z.number().int()]),
])
const IV = 12
const TAG = 16
const LONGEST_TOKEN = 4096

/**
 * Addresses under which a chat's visitor opens a Planfix file without an account. A token contains the file
 * and its expiry, sealed with AES-256-GCM: it cannot be guessed or changed, and nothing has to be stored.
 * `key` is 32 bytes from the keychain; a new key invalidates all links. Links are valid for `validForMs`, at
 * most a hundredth less.
 * The expiry is rounded and the nonce is derived from the content (a keyed hash, so it repeats only for
 * exactly the same content): a reply that is sent again within the hour has the same text, and its echo is
 * recognised.
 */
export function createFileLinks({
  key,
  publicUrl,
  clock,
  validForMs = 7 * 24 * 3_600_000,
}: {
  key: Buffer
  publicUrl: () => string | null
  clock: Pick<Clock, 'now'>
  validForMs?: number
}): FileLinks {
  const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', key, '', `file-link:${purpose}`, 32))
  const sealKey = derive('seal')
  const nonceKey = derive('nonce')
  const step = Math.max(1, Math.floor(validForMs / (7 * 24)))

  return {
    link: (connectionId, fileId, name) => addressOf(connectionId, fileId, name),
    messageLink: (connectionId, messageId, index, name) => addressOf(connectionId, messageId, name, index),

    open(token) {
      const opened = payload.safeParse(unseal(token))
      if (!opened.success) return null
      const [connectionId, id, name, expiresAt, index] = opened.data
      if (clock.now() >= expiresAt) return null
      return index === undefined
        ? { connectionId, fileId: id, name }
        : { connectionId, messageId: id, index, name }
    },
  }

  function addressOf(connectionId: string, id: number, name: string, ...place: [] | [number]): string | null {
    const base = publicUrl()
    if (base === null) return null
    const expiresAt = Math.floor((clock.now() + validForMs) / step) * step
    const content = JSON.stringify([connectionId, id, shortName(name), expiresAt, ...place])
    return `${withoutTail(base, '/')}/files/${seal(content)}`
  }

  function seal(content: string): string {
    const iv = createHmac('sha256', nonceKey).update(content).digest().subarray(0, IV)
    const cipher = createCipheriv('aes-256-gcm', sealKey, iv)
    return Buffer.concat([iv, cipher.update(content, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString(
      'base64url',
    )
  }

  function unseal(token: string): unknown {
    if (token.length > LONGEST_TOKEN || !/^[\w-]+$/.test(token)) return null
    const bytes = Buffer.from(token, 'base64url')
    // The last character of base64url may have spare bits: one token has one spelling.
    if (bytes.length <= IV + TAG || bytes.toString('base64url') !== token) return null
    const decipher = createDecipheriv('aes-256-gcm', sealKey, bytes.subarray(0, IV), { authTagLength: TAG })
    decipher.setAuthTag(bytes.subarray(-TAG))
    try {
      const text = Buffer.concat([decipher.update(bytes.subarray(IV, -TAG)), decipher.final()])
      return JSON.parse(text.toString('utf8'))
    } catch {
      return null
    }
  }
}

/** Long names would make long addresses; the extension is needed for opening the file. */
function shortName(name: string): string {
  const clean = name.toWellFormed()
  if (clean.length <= 120) return clean
  const ending = /\.\w{1,10}$/.exec(clean)?.[0] ?? ''
  return clean.slice(0, 120 - ending.length).replace(/[\ud800-\udbff]$/, '') + ending
}
