import { errorCode } from '../../../shared/node-errors.ts'
import { networkTrouble } from '../../../shared/setup/network.ts'
import type { TunnelProblem } from '../provider.ts'

/** Why the relay is not reached, or refuses this computer. */
export type RelayTrouble =
  | { kind: 'network'; code: string }
  /** The answer is not from a relay: a login page, another program, a proxy's error. */
  | { kind: 'foreign'; detail: string }
  | { kind: RelayFault }
type RelayFault =
  | 'key-missing'
  | 'unpaired'
  | 'identity'
  | 'replaced'
  | 'stopping'
  | 'address'
  | 'code-mistyped'
  | 'code-wrong'
  | 'code-foreign'
  | 'busy'

/** Retrying cannot help. */
const FOR_THE_OWNER: readonly string[] = [
  'key-missing',
  'unpaired',
  'identity',
  // Another computer uses our key: the two would keep disconnecting each other.
  'replaced',
  'address',
  'code-mistyped',
  'code-wrong',
  'code-foreign',
] satisfies RelayFault[]

export function relayProblem(trouble: RelayTrouble, url: string): TunnelProblem {
  const host = URL.canParse(url) ? new URL(url).host : url
  if (trouble.kind === 'network') {
    const key = `wizard.problem.network.${networkTrouble(trouble.code)}`
    return {
      words: { key, params: { host } },
      retries: true,
      detail: `relay: ${trouble.code || 'broken off'}`,
    }
  }
  const detail = trouble.kind === 'foreign' ? `no relay answers: ${trouble.detail}` : trouble.kind
  return {
    words: { key: `tunnel.problem.relay.${trouble.kind}`, params: { host } },
    retries: !FOR_THE_OWNER.includes(trouble.kind),
    detail: `relay: ${detail}`,
  }
}

/**
 * The cause of a failed request: the code of the cause, which fetch wraps; with several addresses, that of
 * the last one.
 */
export function requestErrorCode(error: unknown): string {
  if (!(error instanceof Error)) return ''
  if (error.name === 'TimeoutError' || /timed out/i.test(error.message)) return 'ETIMEDOUT'
  const own = errorCode(error)
  if (own !== '') return /^UND_ERR_\w+_TIMEOUT$/.test(own) ? 'ETIMEDOUT' : own
  const within: unknown[] = error instanceof AggregateError ? error.errors : [error.cause]
  return within.map((one) => requestErrorCode(one)).findLast((code) => code !== '') ?? ''
}
