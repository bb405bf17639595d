import { environmentName } from '../../shared/config.ts'

export type SecretName = 'CHATRA_SECRET_KEY' | 'PLANFIX_TOKEN'

/** Where keys and tokens come from: the OS keychain on the desktop, the environment on a server. */
export interface SecretSource {
  /** Null when there is none. */
  get(connectionId: string, name: SecretName): Promise<string | null>
  /** How the owner provides it, for messages. Never the secret. */
  whereToPut(connectionId: string, name: SecretName): string
}

/** The variable of the environment that holds a secret on a server. */
export const secretVariable = (connectionId: string, name: SecretName): string =>
  `BRIDGE_${environmentName(connectionId)}_${name}`

/** `BRIDGE_<ID>_CHATRA_SECRET_KEY` and `BRIDGE_<ID>_PLANFIX_TOKEN` (docs/architecture.md, "Secrets"). */
export function environmentSecrets(environment: NodeJS.ProcessEnv): SecretSource {
  return {
    async get(connectionId, name) {
      return environment[secretVariable(connectionId, name)]?.trim() || null
    },
    whereToPut: (connectionId, name) => `environment variable ${secretVariable(connectionId, name)}`,
  }
}
