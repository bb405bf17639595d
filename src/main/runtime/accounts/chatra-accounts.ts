import type { Connection } from '../../../shared/config.ts'
import { SendLimiter } from '../../engine/delivery/chatra/send-limiter.ts'
import { CircuitBreaker } from '../../engine/delivery/circuit-breaker.ts'
import type { Clock } from '../../engine/ports.ts'

/** After this many sends in a row without a clear answer sending stops: each of them stays uncertain. */
const INDETERMINATE_SENDS = 2

/** The state of one Chatra account: whether it works, and how fast it may be called. */
export interface ChatraAccount {
  breaker: CircuitBreaker
  limiter: SendLimiter
}

/**
 * The Chatra accounts by their keys. They live as long as the program: a change of the configuration reveals
 * nothing about the service. Other keys mean another account, with unknown state.
 */
export class ChatraAccounts {
  private readonly accounts = new Map<string, ChatraAccount>()
  private readonly clock: Clock
  private readonly random: () => number

  constructor(clock: Clock, random: () => number) {
    this.clock = clock
    this.random = random
  }

  of({ chatra }: Pick<Connection, 'chatra'>, secretKey: string | null): ChatraAccount {
    const key = JSON.stringify([chatra.baseUrl, chatra.publicKey, secretKey])
    const known = this.accounts.get(key)
    if (known) return known
    const breaker = new CircuitBreaker(this.clock, this.random, INDETERMINATE_SENDS)
    const limiter = new SendLimiter(this.clock)
    breaker.subscribe((what) => {
      if (what === 'healed') limiter.recovered()
      else if (breaker.error !== null) limiter.sendBack()
    })
    const account = { breaker, limiter }
    this.accounts.set(key, account)
    return account
  }
}
