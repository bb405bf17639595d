import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * Who may use the interface: whoever opens the printed address. The token in it is new at each start; a browser
 * that shows it gets a cookie instead, so that it stays in no address bar, history or referrer.
 */
export interface Session {
  /** In the printed address alone. 256 bits. */
  token: string
  acceptsToken(token: unknown): boolean
  /** The Set-Cookie header for a browser that showed the token. */
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

/** Browsers keep cookies by host, whatever the port: two bridges on one computer must not share a name. */
const nameFor = (port: number) => `bridge_${port}`

/** In a time that tells nothing of where or whether the lengths differ. */
function equal(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(one), digest(other))
}
