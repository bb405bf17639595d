import { environmentName } from '../../shared/config.ts'

export type SecretName = 'CHATRA_SECRET_KEY' | 'PLANFIX_TOKEN'

/** Where keys and tokens come from: the OS keychain on the desktop, the environment on a server. */
export interface SecretSource {
  /** Null when there is none. */
  get(connectionId: string, name: SecretName): Promise<string | null>
  /** How the owner provides it, for messages. Never the secret. */
  whereToPut(connectionId: string, name: SecretName): string
}

/** `BRIDGE_<ID>_CHATRA_SECRET_KEY` and `BRIDGE_<ID>_PLANFIX_TOKEN` (docs/architecture.md, "Secrets"). */
export function environmentSecrets(environment: NodeJS.ProcessEnv): SecretSource {
  const nameOf = (connectionId: string, name: SecretName) => `BRIDGE_${environmentName(connectionId)}_${name}`
  return {
    async get(connectionId, name) {
      return environment[nameOf(connectionId, name)]?.trim() || null
    },
    whereToPut: (connectionId, name) => `environment variable ${nameOf(connectionId, name)}`,
  }
}
