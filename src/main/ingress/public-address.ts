import { randomBytes } from 'node:crypto'
import { get as httpGet } from 'node:http'
import { get as httpsGet } from 'node:https'
import type { Words } from '../../shared/api.ts'
import { address as schema } from '../../shared/config.ts'
import { errorCode } from '../../shared/node-errors.ts'
import { networkTrouble } from '../../shared/setup/network.ts'
import { OutgoingAgent } from '../http/outgoing.ts'
import { answeredProblem } from '../tunnel/ngrok/errors.ts'
import type { Proof } from '../tunnel/tunnel.ts'

/** Time limit of a proof; then its nonce is discarded. */
const LONGEST_MS = 15_000
/** A proxy may answer before it has forwarded the request. */
const GRACE_MS = 1_500

/**
 * Whether a public address leads to our own receiver: a request with an unguessable nonce goes out through it
 * and must come in there. The answer proves nothing: proxies and login pages answer too.
 */
export class AddressProof {
  /** The nonces expected at the receiver, and their callbacks. */
  private readonly awaited = new Map<string, () => void>()
  private readonly underWay = new Map<string, Promise<Proof>>()

  /** A request with this nonce came in at our receiver. Returns whether it was expected. */
  arrived(nonce: string): boolean {
    const arrived = this.awaited.get(nonce)
    arrived?.()
    return arrived !== undefined
  }

  /** Proves the address now, or joins a proof of it that is under way. Never rejects. */
  prove(typed: string, limitMs: number = LONGEST_MS): Promise<Proof> {
    const read = schema.safeParse(typed.trim())
    if (!read.success) return Promise.resolve(failed('not-https'))
    const address = read.data
    const known = this.underWay.get(address)
    if (known) return known
    const done = this.attempt(address, limitMs).finally(() => this.underWay.delete(address))
    this.underWay.set(address, done)
    return done
  }

  private async attempt(address: string, limitMs: number): Promise<Proof> {
    const nonce = randomBytes(24).toString('base64url')
    const arrival = new Promise<Proof>((resolve) => {
      this.awaited.set(nonce, () => resolve({ ok: true }))
    })
    const ended = new AbortController()
    const limit = AbortSignal.any([ended.signal, AbortSignal.timeout(limitMs)])
    const answer = ask(`${address}/healthz?proof=${nonce}`, limit).then(
      async (response) => {
        await Promise.race([arrival, pause(GRACE_MS)])
        return problemOfAnswer(response)
      },
      (error: unknown) => problemOfFailure(error),
    )
    // It counts as arrived as soon as it is seen, whatever the answer is.
    const proof = await Promise.race([arrival, answer])
    this.awaited.delete(nonce)
    ended.abort()
    return proof
  }
}

const keyOf = (what: string) => `settings.address.problem.${what}`
const failed = (what: string): Proof => ({ ok: false, problem: { key: keyOf(what), params: {} } })

interface Answered {
  status: number
  /** ngrok's own error code, when ngrok answers in place of the receiver. */
  ngrokCode: string | null
}

/** On a separate connection: a connection kept open may be as dead as the network it was made in. */
function ask(url: string, limit: AbortSignal): Promise<Answered> {
  const { promise, resolve, reject } = Promise.withResolvers<Answered>()
  const isSecure = url.startsWith('https:')
  const get = isSecure ? httpsGet : httpGet
  const agent = isSecure ? new OutgoingAgent() : false
  const request = get(url, { agent, signal: limit }, ({ statusCode = 0, headers, socket }) => {
    const code = headers['ngrok-error-code']
    resolve({ status: statusCode, ngrokCode: typeof code === 'string' ? code : null })
    // The answer's body is not read.
    socket.destroy()
  })
  request.on('error', reject)
  return promise
}

/** The answer did not come from our receiver. */
function problemOfAnswer({ status, ngrokCode }: Answered): Proof {
  const problem: Words | null = answeredProblem(ngrokCode)
  if (problem) return { ok: false, problem }
  return failed(status === 502 || status === 503 || status === 504 ? 'behind' : 'foreign')
}

function problemOfFailure(error: unknown): Proof {
  const code = connectErrorCode(error)
  return failed(code === 'ABORT_ERR' ? 'time-out' : networkTrouble(code))
}

/** With several addresses tried, that of the last one. */
function connectErrorCode(error: unknown): string {
  const within: unknown[] = error instanceof AggregateError ? error.errors : []
  return within.map(connectErrorCode).findLast((code) => code !== '') ?? errorCode(error)
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms).unref())
