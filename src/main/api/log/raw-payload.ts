import { createRedactor } from '../../settings/redact.ts'
import type { ApiContext } from '../context.ts'

/** The original payload for the owner: pretty-printed, every secret as `***`. */
export async function shownPayload(body: string, context: ApiContext): Promise<string> {
  const redact = createRedactor(...(await secretsOf(context)))
  return redact(pretty(body))
}

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), (key, value) => (isSecret(key, value) ? '***' : value), 2)
  } catch {
    return body
  }
}

const SECRET_KEY =
  /secret|token|passw|pwd|api[-_ ]?key|public[-_ ]?key|private[-_ ]?key|access[-_ ]?key|authorization|cookie|credential/i
const isSecret = (key: string, value: unknown): boolean =>
  value !== null && value !== '' && SECRET_KEY.test(key)

/** Values that are secret at any position. */
async function secretsOf({ application, secrets }: ApiContext): Promise<(string | null | undefined)[]> {
  const found = application.configuration.connections.map(async ({ id, webhookSecret, chatra }) => [
    webhookSecret,
    chatra.publicKey,
    await secrets.get(id, 'CHATRA_SECRET_KEY'),
    await secrets.get(id, 'PLANFIX_TOKEN'),
    await secrets.get(id, 'PLANFIX_CHAT_TOKEN'),
    await secrets.get(id, 'PLANFIX_CHAT_SECRET'),
  ])
  return (await Promise.all(found)).flat()
}
