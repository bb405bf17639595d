import type { PublicAddress } from '../../shared/api/state.ts'
import type { Configuration } from '../../shared/config.ts'
import type { PublicAddressProbes } from '../diagnostics/check.ts'
import { PROGRAM, type ProgramSecret, type SecretSource } from '../secrets/environment.ts'

/** Data for the checks of the public address. */
export async function publicAddressProbes(options: {
  configuration: Configuration | null
  secrets: SecretSource
  /** Null = no bridge runs. */
  state: PublicAddress | null
  now: number
}): Promise<PublicAddressProbes> {
  const { configuration, secrets, state, now } = options
  const provider = configuration?.tunnel.provider ?? 'none'
  const needed = NEEDED[provider]
  const missing = await Promise.all(
    needed.map(async (name) =>
      (await secrets.get(PROGRAM, name)) === null ? [secrets.whereToPut(PROGRAM, name)] : [],
    ),
  )
  return { provider, missingSecrets: missing.flat(), state, now }
}

/** Some SSH services accept everybody: only the server knows what it needs. */
const NEEDED: Record<PublicAddressProbes['provider'], readonly ProgramSecret[]> = {
  none: [],
  own: [],
  ngrok: ['NGROK_TOKEN'],
  ssh: [],
  relay: ['RELAY_KEY'],
}
