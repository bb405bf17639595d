import { type BridgeError, stopsSide } from '../../../../shared/errors.ts'
import type { ConnectionContext } from '../../context.ts'
import type { Permit } from '../circuit-breaker.ts'
import { isTrouble } from '../retry.ts'

/**
 * Tests whether a stopped Chatra works again, with calls that reach no client: a client is read, and after
 * sends without a clear answer the endpoint for sends is called too. Success closes the breaker for all.
 * `clientId`: any known one. Returns why it does not work; null when it does.
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
