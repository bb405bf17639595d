import type { SecretName, SecretSource } from './environment.ts'

/** A source of secrets that the owner can also fill from the interface. */
export interface SecretStore extends SecretSource {
  /** How long a secret given here is kept: `memory` = until the program ends. */
  readonly keeps: 'keychain' | 'memory'
  set(connectionId: string, name: SecretName, value: string): Promise<void>
  /** Forgets every secret of the connection that was given here. */
  remove(connectionId: string): Promise<void>
}

/** On a server: what was typed since the start goes before what the environment holds. Nothing is written to disk. */
export function memoryOver(source: SecretSource): SecretStore {
  const typed = new Map<string, string>()
  const key = (connectionId: string, name: SecretName) => `${connectionId}/${name}`
  return {
    keeps: 'memory',
    async get(connectionId, name) {
      return typed.get(key(connectionId, name)) ?? source.get(connectionId, name)
    },
    whereToPut: (connectionId, name) => source.whereToPut(connectionId, name),
    async set(connectionId, name, value) {
      typed.set(key(connectionId, name), value)
    },
    async remove(connectionId) {
      for (const name of [...typed.keys()]) if (name.startsWith(`${connectionId}/`)) typed.delete(name)
    },
  }
}
