import { request } from 'node:http'
import { request as secureRequest } from 'node:https'
import { isIPv6, type Socket } from 'node:net'

/** A proxy that does not answer fails the call, as a service would. */
const TUNNEL_MS = 8_000

/**
 * The proxy that the environment names for an https address, as other programs read it: HTTPS_PROXY, else
 * ALL_PROXY, not for the hosts in NO_PROXY (`.example.com`, `*.example.com`, `example.com:8443`, `*`). Also
 * in small letters, which win.
 */
export function environmentProxy(url: string, environment: NodeJS.ProcessEnv): string | null {
  const named = (name: string) => environment[name.toLowerCase()] || environment[name] || ''
  const proxy = named('HTTPS_PROXY') || named('ALL_PROXY')
  if (proxy === '') return null
  const { hostname, port } = new URL(url)
  const isExcepted = named('NO_PROXY')
    .split(/[\s,]+/)
    .filter(Boolean)
    .some((entry) => matches(entry.toLowerCase(), hostname, port || '443'))
  return isExcepted ? null : usable(proxy.includes('://') ? proxy : `http://${proxy}`)
}

function matches(entry: string, hostname: string, port: string): boolean {
  const [, name = '', only] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? []
  if (only !== undefined && only !== port) return false
  if (name === '*') return true
  const suffix = name.replace(/^\*?\./, '')
  return hostname === suffix || hostname.endsWith(`.${suffix}`)
}

/** An http or https proxy; those of other kinds (SOCKS) are not used. */
const usable = (proxy: string): string | null => {
  if (!URL.canParse(proxy)) return null
  const { protocol, hostname } = new URL(proxy)
  return (protocol === 'http:' || protocol === 'https:') && hostname !== '' ? proxy : null
}

/**
 * The first proxy that can be used, of Chromium's answer `PROXY proxy:3128; SOCKS5 other:1080; DIRECT`; null
 * = the direct way, which is also taken when none of them can be used.
 */
export function systemProxy(answer: string): string | null {
  for (const entry of answer.split(';')) {
    const [kind = '', place = ''] = entry.trim().split(/\s+/)
    if (kind.toUpperCase() === 'DIRECT') return null
    const scheme = { PROXY: 'http', HTTP: 'http', HTTPS: 'https' }[kind.toUpperCase()]
    const proxy = scheme === undefined || place === '' ? null : usable(`${scheme}://${place}`)
    if (proxy !== null) return proxy
  }
  return null
}

/** A proxy refused, or did not answer: nothing has been sent to the service. */
class ProxyError extends Error {
  readonly code = 'ERR_PROXY_TUNNEL'
}

/** A connection to `host:port` through a proxy (CONNECT). */
export function connectThrough(proxy: string, host: string, port: number): Promise<Socket> {
  const { protocol, hostname, port: proxyPort, username, password } = new URL(proxy)
  const isSecure = protocol === 'https:'
  const target = `${isIPv6(host) ? `[${host}]` : host}:${port}`
  const who = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  const asking = (isSecure ? secureRequest : request)({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: proxyPort || (isSecure ? 443 : 80),
    method: 'CONNECT',
    path: target,
    headers: {
      host: target,
      ...(username !== '' && { 'proxy-authorization': `Basic ${Buffer.from(who).toString('base64')}` }),
    },
    agent: false,
    timeout: TUNNEL_MS,
  })
  return new Promise((resolve, reject) => {
    const refuse = (why: string) => {
      asking.destroy()
      reject(new ProxyError(`the proxy ${hostname} ${why}`))
    }
    asking.once('connect', ({ statusCode }, socket, head) => {
      if (statusCode !== 200) {
        socket.destroy()
        refuse(`refused with ${statusCode}`)
        return
      }
      socket.setTimeout(0)
      if (head.length > 0) socket.unshift(head)
      resolve(socket as Socket)
    })
    asking.once('response', ({ statusCode }) => refuse(`refused with ${statusCode}`))
    asking.once('timeout', () => refuse('does not answer'))
    asking.once('error', (error) => reject(new ProxyError(`the proxy ${hostname}: ${error.message}`)))
    asking.end()
  })
}
