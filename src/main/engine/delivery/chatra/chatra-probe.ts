import { type BridgeError, stopsSide } from '../../../../shared/errors.ts'
import type { ConnectionContext } from '../../context.ts'
import type { Permit } from '../circuit-breaker.ts'
import { isTrouble } from '../retry.ts'

/**
 * Whether a Chatra that was stopped works again, asked by calls that reach nobody: a client is read, and where sends had
 * no clear answer, what takes them is asked too. Success closes the breaker for all. `clientId`: any that is known.
 * Answers why it does not work; null when it does.
 */
export async function probeChatra(
  { chatra, chatraBreaker: gate, chatraLimiter: limiter }: ConnectionContext,
  clientId: string,
  permit: Permit,
): Promise<BridgeError | null> {
  const asked = await chatra.probe(clientId, limiter.isStopped)
  if (!asked.ok && (stopsSide(asked.error) || isTrouble(asked.error))) {
    gate.failed(asked.error, permit)
    return asked.error
  }
  gate.succeeded(permit)
  limiter.recovered()
  return null
}
