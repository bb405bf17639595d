import { accountOf, partsOf } from './accounts.ts'
import type { SecretSource } from './environment.ts'
import type { SecretStore } from './store.ts'

/** Where secrets are kept sealed, each as `<connection>/<NAME>`. Calls reject with StoreError `unavailable`. */
export interface SealedSecrets {
  secrets(): Promise<Map<string, string>>
  save(connection: string, name: string, secret: string): Promise<void>
  drop(connection: string, names: readonly string[]): Promise<void>
}

/** Secrets of all servers on a database; those of the environment count where there is none. */
export interface DatabaseSecrets extends SecretStore {
  /** Reads them again; whether others have changed some. */
  refreshSecrets(): Promise<boolean>
}

/** `learn` is called with each secret before any other use (Redactor.add). Rejects as `sealed.secrets` does. */
export async function databaseSecrets(
  sealed: SealedSecrets,
  source: SecretSource,
  learn: (secret: string) => void,
): Promise<DatabaseSecrets> {
  let known = new Map<string, string>()
  const refreshSecrets = async () => {
    const before = known
    known = await sealed.secrets()
    for (const secret of known.values()) learn(secret)
    return (
      before.size !== known.size || [...known].some(([account, secret]) => before.get(account) !== secret)
    )
  }
  await refreshSecrets()
  return {
    keptIn: 'database',
    refreshSecrets,
    async get(connectionId, name) {
      const found = known.get(accountOf(connectionId, name)) ?? (await source.get(connectionId, name))
      if (found !== null) learn(found)
      return found
    },
    whereToPut: (connectionId, name) => source.whereToPut(connectionId, name),
    async set(connectionId, name, value) {
      learn(value)
      await sealed.save(connectionId, name, value)
      known.set(accountOf(connectionId, name), value)
    },
    async remove(connectionId) {
      const accounts = [...known.keys()].filter((account) => partsOf(account)[0] === connectionId)
      await sealed.drop(
        connectionId,
        accounts.map((account) => partsOf(account)[1]),
      )
      for (const account of accounts) known.delete(account)
    },
    async delete(connectionId, name) {
      await sealed.drop(connectionId, [name])
      known.delete(accountOf(connectionId, name))
    },
  }
}
