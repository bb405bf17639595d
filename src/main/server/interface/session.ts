import { randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Role } from '../../../shared/api/access/roles.ts'
import { isSameSecret } from '../../process/same-secret.ts'
import { type AccessKeys, type Identity, OWNER } from '../access/keys.ts'

/** A reverse proxy that has logged its users in names them in a header. */
export interface TrustedHeader {
  /** In lower case. */
  name: string
  /** Users by role; everybody else whom the proxy names may read. */
  roles: ReadonlyMap<string, Role>
}

/**
 * Access to the interface: for browsers that open the printed address or one with a named key, for programs with such a
 * key, and for users whom a trusted proxy names. The printed token is new at each start; the browser gets a cookie in
 * exchange, so that the token stays in no address bar, history or referrer.
 */
export interface Session {
  /** Only in the printed address. 256 bits. */
  token: string
  /** The Set-Cookie header for a browser with a right token or key; null for a wrong one. */
  login(token: unknown, port: number, isSecure: boolean): string | null
  /** Who asks, by cookie, key or proxy; null = nobody we know. `isAmbient`: by something that a browser adds by itself. */
  identify(request: Asking, port: number): { who: Identity; isAmbient: boolean } | null
}

interface Asking {
  headers: IncomingHttpHeaders
  /** The address of the socket, not of any header. */
  peer: string | undefined
}

const DAYS = 30

export function createSession(keys: AccessKeys, header: TrustedHeader | null = null): Session {
  const token = randomBytes(32).toString('base64url')
  const ofProxy = ({ headers, peer }: Asking): Identity | null => {
    const name = header && LOOPBACK.test(peer ?? '') ? headers[header.name] : undefined
    if (typeof name !== 'string' || name.trim() === '') return null
    return { name: name.trim().slice(0, 200), role: header!.roles.get(name.trim()) ?? 'reader' }
  }
  return {
    token,
    login(given, port, isSecure) {
      if (typeof given !== 'string') return null
      const who = isSameSecret(given, token) ? OWNER : keys.ofKey(given)
      if (who === null) return null
      const secure = isSecure ? '; Secure' : ''
      return `${nameFor(port)}=${keys.cookieOf(who)}; Path=/; Max-Age=${DAYS * 86_400}; HttpOnly; SameSite=Strict${secure}`
    },
    identify(request, port) {
      const { authorization = '', cookie = '' } = request.headers
      const key = /^Bearer +([\w-]+)$/i.exec(authorization)?.[1]
      if (key !== undefined) {
        const who = keys.ofKey(key)
        return who && { who, isAmbient: false }
      }
      const name = `${nameFor(port)}=`
      const values = cookie.split(/;\s*/).filter((part) => part.startsWith(name))
      const who = values.map((part) => keys.ofCookie(part.slice(name.length))).find((one) => one !== null)
      const ambient = who ?? ofProxy(request)
      return ambient && { who: ambient, isAmbient: true }
    },
  }
}

const LOOPBACK = /^(::ffff:)?127\.|^::1$/

/** Browsers keep cookies by host, ignoring the port: two bridges on one computer must not share a name. */
const nameFor = (port: number) => `bridge_${port}`
