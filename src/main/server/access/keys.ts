import { createHash, createHmac, randomBytes } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { ROLES, type Role } from '../../../shared/api/access/roles.ts'
import { errorCode } from '../../../shared/node-errors.ts'
import { writePrivateJson } from '../../process/private-file.ts'
import { isSameSecret } from '../../process/same-secret.ts'

/** Who calls: for rights, and for the log. */
export interface Identity {
  name: string
  role: Role
}

const key = z.object({
  name: z.string(),
  role: z.enum(ROLES),
  /** SHA-256 of the key, as hex: the key itself is shown once and kept nowhere. */
  hash: z.string(),
  createdAt: z.number(),
})
const file = z.object({
  /** Signs cookies, so that a login survives a restart. */
  cookieSecret: z.string(),
  keys: z.array(key),
})
type Content = z.output<typeof file>
export type StoredKey = z.output<typeof key>

/** The name in the cookie of a browser that opened the printed address. */
const PRINTED = 'owner'
const COOKIE_DAYS = 30
const DAY_MS = 86_400_000

/** The file of the named keys in a data folder. */
export const keysFile = (dataDir: string): string => join(dataDir, 'access.json')

/**
 * The named keys of a server's interface, and the secret that signs cookies: a file that the running server and the command
 * line share. Read again when it has changed, so a revoked key ends at once. Throws the disk's errors, and for a file that is
 * damaged: nobody may be let in by mistake.
 */
export class AccessKeys {
  readonly #path: string
  readonly #now: () => number
  #content: Content | null = null
  #stamp = ''

  constructor(path: string, now: () => number = Date.now) {
    this.#path = path
    this.#now = now
  }

  list(): readonly StoredKey[] {
    return this.#read().keys
  }

  /** Returns the new key; null when the name is in use. */
  add(name: string, role: Role): string | null {
    const content = this.#read()
    if (name === PRINTED || content.keys.some((one) => one.name === name)) return null
    const secret = randomBytes(32).toString('base64url')
    const made = { name, role, hash: hashOf(secret), createdAt: this.#now() }
    this.#write({ ...content, keys: [...content.keys, made] })
    return secret
  }

  /** Also ends the logins made with it. False = there is no such key. */
  revoke(name: string): boolean {
    const content = this.#read()
    const keys = content.keys.filter((one) => one.name !== name)
    if (keys.length === content.keys.length) return false
    this.#write({ ...content, keys })
    return true
  }

  /** Ends every login, also those by the printed address. */
  endLogins(): void {
    this.#write({ ...this.#read(), cookieSecret: randomBytes(32).toString('base64url') })
  }

  ofKey(given: string): Identity | null {
    const hash = hashOf(given)
    const found = this.#read().keys.find((one) => isSameSecret(one.hash, hash))
    return found === undefined ? null : { name: found.name, role: found.role }
  }

  /** The value of a cookie for someone who has logged in. */
  cookieOf({ name }: Identity): string {
    const body = `${Buffer.from(name).toString('base64url')}.${this.#now() + COOKIE_DAYS * DAY_MS}`
    return `${body}.${this.#signature(body)}`
  }

  /** Null for a cookie that is not ours, has expired, or whose key was revoked or made anew. */
  ofCookie(value: string): Identity | null {
    const [encoded = '', expires = '', signature = ''] = value.split('.')
    if (!isSameSecret(signature, this.#signature(`${encoded}.${expires}`))) return null
    if (!(Number(expires) > this.#now())) return null
    const name = Buffer.from(encoded, 'base64url').toString()
    if (name === PRINTED) return OWNER
    const found = this.#read().keys.find((one) => one.name === name)
    const madeAt = Number(expires) - COOKIE_DAYS * DAY_MS
    return found === undefined || found.createdAt > madeAt ? null : { name, role: found.role }
  }

  #signature(body: string): string {
    return createHmac('sha256', this.#read().cookieSecret).update(body).digest('base64url')
  }

  #read(): Content {
    try {
      const { mtimeMs, size, ino } = statSync(this.#path)
      const stamp = `${mtimeMs} ${size} ${ino}`
      if (this.#content === null || stamp !== this.#stamp)
        this.#content = file.parse(JSON.parse(readFileSync(this.#path, 'utf8')))
      this.#stamp = stamp
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error
      this.#write({ cookieSecret: randomBytes(32).toString('base64url'), keys: [] })
    }
    return this.#content!
  }

  #write(content: Content): void {
    writePrivateJson(this.#path, content)
    const { mtimeMs, size, ino } = statSync(this.#path)
    this.#stamp = `${mtimeMs} ${size} ${ino}`
    this.#content = content
  }
}

/** The holder of the printed address. */
export const OWNER: Identity = { name: PRINTED, role: 'owner' }

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex')
