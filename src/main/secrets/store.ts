import type { KeychainTrouble } from '../../shared/api/state.ts'
import type { SecretName, SecretSource } from './environment.ts'

/** A source of secrets that the owner can also fill from the interface. */
export interface SecretStore extends SecretSource {
  /** How long a secret given here is kept: `memory` = until the program ends. */
  readonly keptIn: 'keychain' | 'memory'
  set(connectionId: string, name: SecretName, value: string): Promise<void>
  /** Keeps it in memory alone, whatever the store does with others: that of a demo. */
  setTemporary(connectionId: string, name: SecretName, value: string): void
  /** Forgets every secret of the connection that was given here. */
  remove(connectionId: string): Promise<void>
  /** Forgets this one. */
  delete(connectionId: string, name: SecretName): Promise<void>
  /** Why the keychain does not keep them; null = it does. Not there where the host uses none. */
  readonly trouble?: KeychainTrouble | null
  /** Whether the keychain works by now; what was given since is put into it then. */
  tryAgain?(): Promise<KeychainTrouble | null>
  /** Told whenever `trouble` has changed, and with it what `get` answers; answers how to end it. */
  watch?(changed: () => void): () => void
}

/**
 * On a server: what was typed since the start goes before what the environment holds. Nothing is written to disk. `learn`
 * is told each secret before anything else can happen to it (Redactor.add).
 */
export function memoryOver(source: SecretSource, learn: (secret: string) => void = () => {}): SecretStore {
  const typed = new Map<string, Map<SecretName, string>>()
  const keep = (connectionId: string, name: SecretName, value: string) => {
    learn(value)
    const own = typed.get(connectionId) ?? new Map<SecretName, string>()
    typed.set(connectionId, own.set(name, value))
  }
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
      keep(connectionId, name, value)
    },
    setTemporary: keep,
    async remove(connectionId) {
      typed.delete(connectionId)
    },
    async delete(connectionId, name) {
      typed.get(connectionId)?.delete(name)
    },
  }
}
