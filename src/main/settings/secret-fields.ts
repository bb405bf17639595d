import type { ExternalizedFields } from './file-settings.ts'
import type { ConfigurationFile } from './settings-store.ts'

/** The store of webhook secrets, by connection. */
export interface WebhookSecrets {
  /** Whether a stored secret outlives the program without the file. */
  readonly keptIn: 'keychain' | 'database' | 'memory'
  get(connectionId: string): Promise<string | null>
  set(connectionId: string, secret: string): Promise<void>
  delete(connectionId: string): Promise<void>
}

/**
 * Keeps `webhookSecret` out of the file. A secret in the file, which comes from a server, is imported, and is
 * removed from the file with the next write once it is stored elsewhere permanently.
 */
export function externalWebhookSecrets(secrets: WebhookSecrets): ExternalizedFields {
  /** The secrets in the file, by connection. */
  const standing = new Map<string, string>()

  return {
    async withSecrets(file) {
      const connections = await Promise.all(
        connectionsOf(file).map(async (one) => {
          const id = String(one.id)
          const inFile = secretOf(one)
          if (inFile !== null && standing.get(id) !== inFile) {
            standing.set(id, inFile)
            await secrets.set(id, inFile)
          }
          const secret = await secrets.get(id)
          return secret === null ? one : { ...one, webhookSecret: secret }
        }),
      )
      return file.connections === undefined ? file : { ...file, connections }
    },

    withoutSecrets(file) {
      if (file.connections === undefined) return file
      const connections = file.connections.map(({ webhookSecret, ...one }) => {
        const stays = secrets.keptIn === 'memory' && standing.get(String(one.id)) === webhookSecret
        if (!stays) standing.delete(String(one.id))
        return stays && webhookSecret !== undefined ? { ...one, webhookSecret } : one
      })
      return { ...file, connections }
    },

    async keep(before, wanted) {
      const old = new Map(connectionsOf(before).map((one) => [String(one.id), secretOf(one)]))
      const changed = connectionsOf(wanted).filter((one) => {
        const secret = secretOf(one)
        return secret !== null && secret !== (old.get(String(one.id)) ?? null)
      })
      for (const one of changed) await secrets.set(String(one.id), secretOf(one) ?? '')
      return async () => {
        for (const { id } of changed) {
          const secret = old.get(String(id)) ?? null
          if (secret === null) await secrets.delete(String(id))
          else await secrets.set(String(id), secret)
        }
      }
    },
  }
}

const connectionsOf = (file: ConfigurationFile) => file.connections ?? []
const secretOf = ({ webhookSecret }: Record<string, unknown>): string | null =>
  typeof webhookSecret === 'string' ? webhookSecret : null
