import { isReady } from './app.ts'
import { ownSchemes, policyInside, toOutside } from './own-address.ts'
import { checkKeys, StandInError, strict } from './strict.ts'

type Handler = (request: Request) => Response | Promise<Response>
interface Scheme {
  scheme: string
  privileges?: Record<string, boolean>
}

const handlers = new Map<string, Handler>()
let registered = false
const PRIVILEGES = [
  'standard',
  'secure',
  'supportFetchAPI',
  'corsEnabled',
  'stream',
  'codeCache',
  'bypassCSP',
]

export const protocol = strict('protocol', {
  registerSchemesAsPrivileged(schemes: Scheme[]): void {
    if (isReady())
      throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready')
    if (registered) throw new Error('protocol.registerSchemesAsPrivileged may be called once')
    registered = true
    for (const { scheme, privileges = {} } of schemes) {
      checkKeys('privileges of a scheme', privileges, [
        ...PRIVILEGES,
        'allowServiceWorkers',
        'allowExtensions',
      ])
      // Only what behaves like https can be shown as https.
      if (!privileges.standard || !privileges.secure || !privileges.supportFetchAPI || privileges.bypassCSP)
        throw new StandInError(`a scheme with these privileges: ${JSON.stringify(privileges)}`)
      ownSchemes.add(scheme)
    }
  },
  handle(scheme: string, handler: Handler): void {
    if (!isReady()) throw new Error('protocol.handle before app is ready')
    if (!ownSchemes.has(scheme)) throw new StandInError(`protocol.handle('${scheme}')`)
    if (handlers.has(scheme)) throw new Error(`Failed to register protocol: ${scheme}`)
    handlers.set(scheme, handler)
  },
  unhandle(scheme: string): void {
    if (!handlers.delete(scheme)) throw new Error(`Failed to unhandle protocol: ${scheme}`)
  },
  isProtocolHandled: (scheme: string): boolean =>
    handlers.has(scheme) || ['http', 'https', 'file'].includes(scheme),
})

/** The answer of `net.fetch` for the custom scheme. */
export const fetchOwn = async (request: Request): Promise<Response | null> =>
  (await handlers.get(request.url.slice(0, request.url.indexOf(':')))?.(request)) ?? null

/** A request as Chromium's Fetch domain reports it. */
export interface Paused {
  requestId: string
  frameId: string
  resourceType: string
  redirectedRequestId?: string
  request: { url: string; method: string; headers: Record<string, string>; postData?: string }
}

/** The command for Chromium and its parameters. */
export type Reply = [method: string, params: Record<string, unknown>]

/** The answer of the application's own protocol; null when the address does not belong to it. */
export async function answerOwn({ requestId, request }: Paused): Promise<Reply | null> {
  const url = toOutside(request.url)
  if (url === request.url) return null
  const handler = handlers.get(url.slice(0, url.indexOf(':')))
  if (handler === undefined) return ['Fetch.failRequest', { requestId, errorReason: 'AddressUnreachable' }]
  try {
    const headers = Object.entries(request.headers).map(([name, value]): [string, string] => [
      name,
      toOutside(value),
    ])
    const answer = await handler(
      new Request(url, {
        method: request.method,
        headers,
        ...(request.postData !== undefined && { body: request.postData }),
      }),
    )
    const body = Buffer.from(await answer.arrayBuffer()).toString('base64')
    const responseHeaders = [...answer.headers].map(([name, value]) => ({
      name,
      value: name.startsWith('content-security-policy') ? policyInside(value) : value,
    }))
    return ['Fetch.fulfillRequest', { requestId, responseCode: answer.status, responseHeaders, body }]
  } catch (error) {
    process.stderr.write(`stand-in: the protocol's handler failed: ${error}\n`)
    return ['Fetch.failRequest', { requestId, errorReason: 'Failed' }]
  }
}
