import { randomBytes } from 'node:crypto'
import { get as httpGet } from 'node:http'
import { get as httpsGet } from 'node:https'
import type { Words } from '../../shared/api.ts'
import { address as schema } from '../../shared/config.ts'
import { networkTrouble } from '../../shared/network.ts'
import { errorCode } from '../../shared/node-errors.ts'
import { answeredProblem } from '../tunnel/ngrok/errors.ts'
import type { Proof } from '../tunnel/tunnel.ts'

/** A proof takes no longer; then its nonce is forgotten. */
const LONGEST_MS = 15_000
/** What stands between may answer before it has passed the request on. */
const GRACE_MS = 1_500

/**
 * Whether a public address leads to our own receiver: a request with an unguessable nonce goes out through it and has to
 * come in there. An answer proves nothing, whatever it says: proxies and login pages answer too.
 */
export class AddressProof {
  /** What is awaited at the receiver, and whom to tell. */
  private readonly awaited = new Map<string, () => void>()
  private readonly underWay = new Map<string, Promise<Proof>>()

  /** A request came in at our receiver and bore this. Answers whether it was awaited. */
  arrived(nonce: string): boolean {
    const tell = this.awaited.get(nonce)
    tell?.()
    return tell !== undefined
  }

  /** Proves it now, or joins the proof of it that is under way. Never rejects. */
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
    // It has arrived as soon as it is seen, whatever becomes of the answer.
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
  /** Of ngrok, where it answers in the place of whom it leads to. */
  ngrokCode: string | null
}

/** On a connection of its own: one that was kept open may be as dead as the network it was made in. */
function ask(url: string, limit: AbortSignal): Promise<Answered> {
  const { promise, resolve, reject } = Promise.withResolvers<Answered>()
  const get = url.startsWith('https:') ? httpsGet : httpGet
  const request = get(url, { agent: false, signal: limit }, ({ statusCode = 0, headers, socket }) => {
    const code = headers['ngrok-error-code']
    resolve({ status: statusCode, ngrokCode: typeof code === 'string' ? code : null })
    // Nothing of what it says is read.
    socket.destroy()
  })
  request.on('error', reject)
  return promise
}

/** Something answered, and it was not our receiver. */
function problemOfAnswer({ status, ngrokCode }: Answered): Proof {
  const problem: Words | null = answeredProblem(ngrokCode)
  if (problem) return { ok: false, problem }
  return failed(status === 502 || status === 503 || status === 504 ? 'behind' : 'foreign')
}

function problemOfFailure(error: unknown): Proof {
  const code = connectErrorCode(error)
  return failed(code === 'ABORT_ERR' ? 'time-out' : networkTrouble(code))
}

/** Of several addresses tried, that of the last. */
function connectErrorCode(error: unknown): string {
  const within: unknown[] = error instanceof AggregateError ? error.errors : []
  return within.map(connectErrorCode).findLast((code) => code !== '') ?? errorCode(error)
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms).unref())
