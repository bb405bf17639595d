import type { Connection } from '../../../shared/config.ts'
import { checkSecretKey, checkToken } from '../../../shared/fields.ts'
import { createChatraClient } from '../../chatra/client.ts'
import type { RateLimiter } from '../../engine/ports.ts'
import { createPlanfixClient } from '../../planfix/client.ts'
import { systemClock } from '../../process/clock.ts'
import type { Keys } from '../../runtime/connections.ts'
import { errorAnswer, type Refusal } from '../responses.ts'
import { refuseChatToken } from '../setup/channel.ts'
import { accessError, isKnownToken } from '../setup/problems.ts'

/**
 * Tests new keys against the services before they replace the old ones; null = they are accepted, or none was
 * given. A refusal names the field. `rate limiter` is that of the connection's account, when it is already in
 * use.
 */
export async function refuseKeys(
  connection: Connection,
  keys: Keys,
  rateLimiter: RateLimiter | undefined,
): Promise<Refusal | null> {
  const wrongKey = keys.chatra === null ? null : checkSecretKey(keys.chatra, connection.chatra.publicKey)
  if (wrongKey) return errorAnswer('invalid', wrongKey, { field: 'chatraSecretKey' })
  const wrongToken = keys.planfix === null ? null : checkToken(keys.planfix)
  if (wrongToken) return errorAnswer('invalid', wrongToken, { field: 'planfixToken' })
  const wrongChatToken = keys.chat === null ? null : checkToken(keys.chat)
  if (wrongChatToken) return errorAnswer('invalid', wrongChatToken, { field: 'planfixChatToken' })
  return (
    (keys.chatra === null ? null : await tryChatra(connection, keys.chatra)) ??
    (keys.planfix === null ? null : await tryPlanfix(connection, keys.planfix, rateLimiter)) ??
    (keys.chat === null ? null : await refuseChatToken(connection, keys.chat))
  )
}

async function tryChatra(connection: Connection, secretKey: string): Promise<Refusal | null> {
  const probed = await createChatraClient({ connection, secretKey }).probeKeys()
  if (probed.ok) return null
  return at('chatraSecretKey', accessError(probed.error, connection.chatra.baseUrl))
}

async function tryPlanfix(
  connection: Connection,
  token: string,
  rateLimiter: RateLimiter | undefined,
): Promise<Refusal | null> {
  const planfix = createPlanfixClient({
    connection,
    token,
    clock: systemClock,
    ...(rateLimiter && { rateLimiter }),
  })
  try {
    await planfix.rateLimiter.slot(1, 'keys')
    const answer = await planfix.ping()
    if (answer.ok || isKnownToken(answer.error)) return null
    return at('planfixToken', accessError(answer.error, connection.planfix.baseUrl))
  } finally {
    planfix.close()
  }
}

/** The form has one field per side; a wrong address is not one of them. */
const at = (field: string, { ok, error }: Refusal): Refusal => ({
  ok,
  error: { ...error, field: error.field === null || error.field.endsWith('baseUrl') ? null : field },
})
