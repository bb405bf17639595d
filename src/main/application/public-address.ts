import { randomBytes } from 'node:crypto'
import type { PublicAddress } from '../../shared/api/state.ts'
import { address as schema } from '../../shared/config.ts'
import { networkTrouble } from '../../shared/network.ts'
import type { Clock } from '../engine/ports.ts'

/** A proof takes no longer; then its nonce is forgotten. */
const LONGEST_MS = 15_000
/** An address that was proven a moment ago is not asked again because it was also saved. */
const FRESH_MS = 10_000

type Outcome = Pick<PublicAddress, 'state' | 'provenAt' | 'problem'>

/**
 * Whether the public address leads to our own receiver: a request with an unguessable nonce goes out through it and has
 * to come in there. Done at the start, after a change of the address, and when asked; never by itself.
 */
export class AddressProof {
  private readonly clock: Clock
  private readonly longestMs: number
  /** What is awaited at the receiver, and whom to tell. */
  private readonly awaited = new Map<string, () => void>()
  private last: { address: string; at: number; outcome: Outcome } | null = null
  private underWay: { address: string; done: Promise<PublicAddress> } | null = null

  /** `longestMs`: for tests. */
  constructor(clock: Clock, longestMs = LONGEST_MS) {
    this.clock = clock
    this.longestMs = longestMs
  }

  /** A request came in at our receiver and bore this. */
  arrived(nonce: string): void {
    this.awaited.get(nonce)?.()
  }

  /** What is known of the address; null = there is none. */
  stateOf(address: string | null): PublicAddress {
    if (address === null) {
      return { provider: 'none', address: null, state: 'none', provenAt: null, problem: null }
    }
    const before: Outcome =
      this.last?.address === address
        ? this.last.outcome
        : { state: 'unproven', provenAt: null, problem: null }
    const outcome: Outcome = this.underWay?.address === address ? { ...before, state: 'proving' } : before
    return { provider: 'own', address, ...outcome }
  }

  /** Proves it now, or joins the proof that is under way. Never rejects. */
  prove(typed: string): Promise<PublicAddress> {
    const read = schema.safeParse(typed.trim())
    if (!read.success) {
      const problem = keyOf('not-https')
      return Promise.resolve({ provider: 'own', address: typed, state: 'failing', provenAt: null, problem })
    }
    const address = read.data
    if (this.underWay?.address === address) return this.underWay.done
    const done = this.attempt(address).then((outcome) => {
      this.last = { address, at: this.clock.now(), outcome }
      if (this.underWay?.done === done) this.underWay = null
      return this.stateOf(address)
    })
    this.underWay = { address, done }
    return done
  }

  /** The address is in use from now on: it is proven unless that was done just now. */
  follow(address: string | null): void {
    if (address === null) return
    if (this.last?.address === address && this.clock.now() - this.last.at < FRESH_MS) return
    void this.prove(address)
  }

  private async attempt(address: string): Promise<Outcome> {
    const nonce = randomBytes(24).toString('base64url')
    const limit = AbortSignal.timeout(this.longestMs)
    let cameIn = false
    const arrival = new Promise<void>((resolve) => this.awaited.set(nonce, resolve)).then(() => {
      cameIn = true
    })
    const answer = fetch(`${address}/healthz?proof=${nonce}`, { redirect: 'manual', signal: limit }).then(
      async (response) => {
        await response.body?.cancel()
        return problemOfAnswer(response.status)
      },
      problemOfFailure,
    )
    // It has arrived as soon as it is seen, whatever becomes of the answer.
    const problem = await Promise.race([arrival.then(() => null), answer])
    this.awaited.delete(nonce)
    return cameIn || problem === null
      ? { state: 'proven', provenAt: this.clock.now(), problem: null }
      : { state: 'failing', provenAt: null, problem }
  }
}

const keyOf = (what: string) => `settings.address.problem.${what}`

/** Something answered, and it was not our receiver. */
const problemOfAnswer = (status: number): string =>
  keyOf(status === 502 || status === 503 || status === 504 ? 'behind' : 'foreign')

function problemOfFailure(error: unknown): string {
  if (error instanceof DOMException && error.name === 'TimeoutError') return keyOf('time-out')
  const code = codeOf(error)
  return keyOf(/^UND_ERR_\w+_TIMEOUT$/.test(code) ? 'time-out' : networkTrouble(code))
}

/** The code of the cause, which fetch wraps; of several addresses tried, that of the last. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  if ('code' in error && typeof error.code === 'string') return error.code
  const within: unknown[] = error instanceof AggregateError ? error.errors : [error.cause]
  return within.map((one) => codeOf(one)).findLast((code) => code !== '') ?? ''
}
