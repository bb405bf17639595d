import { join } from 'node:path'
import type { Configuration } from '../../../shared/config.ts'
import { environmentSecrets, type SecretSource } from '../../secrets/environment.ts'
import { type KeychainTrouble, openSecrets } from '../../secrets/keychain.ts'
import { readSecretsFile, SECRETS_FILE } from '../../secrets/secrets-file.ts'
import { type SettingsPlace, sourcesAt } from '../settings-of.ts'

export interface SecretsHere extends SecretSource {
  /** Undefined for the data folder of a server. */
  keychain: KeychainTrouble | null | undefined
}

/**
 * The secrets of a data folder: from the environment, and, for a desktop's folder, from the keychain. Read
 * only. Secrets that were only typed are known to the running bridge alone.
 */
export async function secretsOf(place: SettingsPlace, learn: (secret: string) => void): Promise<SecretsHere> {
  const { dataDir, masterKeys = [] } = place
  const sources = masterKeys.length === 0 ? null : await sourcesAt(place, { onlyReads: true })
  if (sources !== null && !('wrong' in sources)) {
    await sources.close()
    const { secrets } = sources
    return {
      async get(id, name) {
        const found = await secrets.get(id, name)
        if (found !== null) learn(found)
        return found
      },
      whereToPut: secrets.whereToPut,
      keychain: undefined,
    }
  }
  const environment = environmentSecrets(process.env)
  const notes = readSecretsFile(join(dataDir, SECRETS_FILE))
  if (notes === null) return { ...environment, keychain: undefined }
  const silent = { info: () => undefined, warn: () => undefined }
  const { service } = notes
  const keychain = await openSecrets({
    service,
    learn,
    dataDir,
    log: silent,
    platform: process.platform,
    readsOnly: true,
  })
  return {
    get: async (id, name) => (await environment.get(id, name)) ?? keychain.get(id, name),
    whereToPut: keychain.whereToPut,
    keychain: keychain.trouble,
  }
}

/** The configuration with the webhook secrets that are stored outside its file. */
export async function withWebhookSecrets(
  configuration: Configuration,
  secrets: SecretsHere,
): Promise<Configuration> {
  if (secrets.keychain === undefined) return configuration
  const connections = await Promise.all(
    configuration.connections.map(async (one) => {
      const secret = one.webhookSecret ?? (await secrets.get(one.id, 'WEBHOOK_SECRET'))
      return secret === null ? one : { ...one, webhookSecret: secret }
    }),
  )
  return { ...configuration, connections }
}
