import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * Access to the interface: for browsers that open the printed address. Its token is new at each start; the
 * browser gets a cookie in exchange, so that the token stays in no address bar, history or referrer.
 */
export interface Session {
  /** Only in the printed address. 256 bits. */
  token: string
  acceptsToken(token: unknown): boolean
  /** The Set-Cookie header for a browser with the right token. */
  cookieFor(port: number): string
  hasCookie(header: string | undefined, port: number): boolean
}

export function createSession(): Session {
  const token = randomBytes(32).toString('base64url')
  const cookie = randomBytes(32).toString('base64url')
  return {
    token,
    acceptsToken: (given) => typeof given === 'string' && equal(given, token),
    cookieFor: (port) => `${nameFor(port)}=${cookie}; Path=/; HttpOnly; SameSite=Strict`,
    hasCookie(header, port) {
      const name = `${nameFor(port)}=`
      const given = (header ?? '').split(/;\s*/).filter((part) => part.startsWith(name))
      return given.some((part) => equal(part.slice(name.length), cookie))
    },
  }
}

/** Browsers keep cookies by host, ignoring the port: two bridges on one computer must not share a name. */
const nameFor = (port: number) => `bridge_${port}`

/** Compares in constant time, also for different lengths. */
function equal(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(one), digest(other))
}
