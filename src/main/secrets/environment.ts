import { environmentName, type PROGRAM_SECRETS } from '../../shared/config.ts'
import { secretFrom } from '../process/secret-variable.ts'

/** Used as the connection for secrets of the program. */
export type ProgramSecret = (typeof PROGRAM_SECRETS)[number]
/** No connection has this id. */
export const PROGRAM = ''

/**
 * `WEBHOOK_SECRET`: only on the desktop; a server has it in its configuration. `PLANFIX_CHAT_TOKEN`: Planfix's token for
 * its Chat API; `PLANFIX_CHAT_SECRET`: the token that Planfix sends to us, absent = derived from the webhook secret.
 */
export type SecretName =
  | 'CHATRA_SECRET_KEY'
  | 'PLANFIX_TOKEN'
  | 'WEBHOOK_SECRET'
  | 'PLANFIX_CHAT_TOKEN'
  | 'PLANFIX_CHAT_SECRET'
  | ProgramSecret

/** The source of keys and tokens: the OS keychain on the desktop, the environment on a server. */
export interface SecretSource {
  /** Null when there is none. */
  get(connectionId: string, name: SecretName): Promise<string | null>
  /** How the owner provides it, for messages. Never the secret. */
  whereToPut(connectionId: string, name: SecretName): string
}

/** The environment variable of a secret on a server. */
export const secretVariable = (connectionId: string, name: SecretName): string =>
  connectionId === PROGRAM ? `BRIDGE_${name}` : `BRIDGE_${environmentName(connectionId)}_${name}`

/**
 * `BRIDGE_<ID>_CHATRA_SECRET_KEY` and `BRIDGE_<ID>_PLANFIX_TOKEN`, and those of the program, such as `BRIDGE_NGROK_TOKEN`;
 * each also as a file (docs/architecture.md, "Secrets").
 */
export function environmentSecrets(environment: NodeJS.ProcessEnv): SecretSource {
  return {
    async get(connectionId, name) {
      return secretFrom(environment, secretVariable(connectionId, name))
    },
    whereToPut: (connectionId, name) =>
      `environment variable ${secretVariable(connectionId, name)}, or a file that ${secretVariable(connectionId, name)}_FILE names`,
  }
}
