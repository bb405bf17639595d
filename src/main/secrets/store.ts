import type { KeychainTrouble } from '../../shared/api/state.ts'
import type { SecretName, SecretSource } from './environment.ts'

/** A source of secrets that the owner can also set in the interface. */
export interface SecretStore extends SecretSource {
  /** How long a secret set here is kept: `memory` = until the program exits. */
  readonly keptIn: 'keychain' | 'database' | 'memory'
  set(connectionId: string, name: SecretName, value: string): Promise<void>
  /** Deletes every secret of the connection that was set here. */
  remove(connectionId: string): Promise<void>
  /** Deletes this one. */
  delete(connectionId: string, name: SecretName): Promise<void>
  /** Why the keychain does not store them; null = it does. Absent in a host without a keychain. */
  readonly trouble?: KeychainTrouble | null
  /** Whether the keychain works by now; then secrets set since are stored in it. */
  tryAgain?(): Promise<KeychainTrouble | null>
  /**
   * Subscribes to changes of `trouble`, and so of the results of `get`; returns a function that unsubscribes.
   */
  watch?(changed: () => void): () => void
}

/**
 * On a server: secrets typed since the start take precedence over the environment. Nothing is written to
 * disk. `learn` is called with each secret before any other use (Redactor.add).
 */
export function memoryOver(source: SecretSource, learn: (secret: string) => void = () => {}): SecretStore {
  const typed = new Map<string, Map<SecretName, string>>()
  return {
    keptIn: 'memory',
    async get(connectionId, name) {
      const found = typed.get(connectionId)?.get(name) ?? (await source.get(connectionId, name))
      // Also those of connections that were unknown when the program started.
      if (found !== null) learn(found)
      return found
    },
    whereToPut: (connectionId, name) => source.whereToPut(connectionId, name),
    async set(connectionId, name, value) {
      learn(value)
      const own = typed.get(connectionId) ?? new Map<SecretName, string>()
      typed.set(connectionId, own.set(name, value))
    },
    async remove(connectionId) {
      typed.delete(connectionId)
    },
    async delete(connectionId, name) {
      typed.get(connectionId)?.delete(name)
    },
  }
}
