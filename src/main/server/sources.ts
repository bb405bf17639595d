import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { databaseSecrets } from '../secrets/database-secrets.ts'
import { environmentSecrets } from '../secrets/environment.ts'
import { memoryOver, type SecretStore } from '../secrets/store.ts'
import { loadConfiguration } from '../settings/config-file.ts'
import { databaseSettings } from '../settings/database-settings.ts'
import { fileSettings } from '../settings/file-settings.ts'
import type { Redactor } from '../settings/redact.ts'
import { externalWebhookSecrets, type WebhookSecrets } from '../settings/secret-fields.ts'
import { secretsIn } from '../settings/secrets-in.ts'
import type { ConfigurationFile, SettingsStore } from '../settings/settings-store.ts'
import type { ConfigurationTables } from '../store-postgres/index.ts'

/** Where a server has its settings and secrets from. */
export interface Sources {
  settings: SettingsStore
  secrets: SecretStore
  /** There are settings. */
  isConfigured: boolean
  /** A settings file of the data folder that no longer counts. */
  unused: string | null
  /** Reads them again: whether others have changed something, and what is wrong in them, a line each. */
  look(): Promise<{ isChanged: boolean; problems: string[] }>
  /** Differs after a change of others; null: nobody else changes them. */
  versions: (() => Promise<string>) | null
  close(): Promise<void>
}
type OpenedSources = Sources | Wrong

/** Where they may be. */
export interface SourcePlace {
  /** A settings file that is named. */
  config: string | undefined
  dataDir: string
  /** Address, with its password. */
  database: string | null
  /** The newest first. */
  masterKeys: readonly Buffer[]
}

/**
 * Settings are in the database where there is one, unless a file is named. `onlyReads`: nothing is made there, and the data
 * folder's count until it has some. `wrong`: where something is wrong. Rejects with StoreError `unavailable`, and `sealed` when
 * the master key that sealed the secrets is missing.
 */
export async function openSources(
  { config, dataDir, database, masterKeys }: SourcePlace,
  redact: Redactor,
  { onlyReads = false } = {},
): Promise<OpenedSources> {
  if (database === null || config !== undefined) return fileSources(config, dataDir, redact)
  const { ConfigurationTables } = await import('../store-postgres/index.ts')
  const tables = await ConfigurationTables.open(database, masterKeys, { onlyReads })
  if (tables === null) return fileSources(config, dataDir, redact)
  try {
    return await databaseSources(tables, masterKeys.length > 0, dataDir, redact)
  } catch (error) {
    await tables.close()
    throw error
  }
}

/** Settings in a file, keys and tokens in the environment. */
function fileSources(option: string | undefined, dataDir: string, redact: Redactor): OpenedSources {
  const loaded = loadConfiguration(option, dataDir)
  if (!loaded.ok) return { wrong: loaded.path, problems: loaded.problems }
  redact.add(...secretsIn(loaded.value, process.env))
  return {
    settings: fileSettings(loaded.path ?? settingsFile(dataDir), loaded.value),
    secrets: memoryOver(environmentSecrets(process.env), (secret) => redact.add(secret)),
    isConfigured: loaded.path !== null,
    unused: null,
    async look() {
      const now = loadConfiguration(option, dataDir)
      if (now.ok) redact.add(...secretsIn(now.value, process.env))
      return { isChanged: now.ok, problems: now.ok ? [] : now.problems }
    },
    versions: null,
    close: async () => undefined,
  }
}

/** Settings in the database, and with a master key (`isSealed`) secrets too. At first those of the data folder are taken over. */
async function databaseSources(
  tables: ConfigurationTables,
  isSealed: boolean,
  dataDir: string,
  redact: Redactor,
): Promise<OpenedSources> {
  const first = (await tables.read()) === null ? contentOf(dataDir) : {}
  if (isWrong(first)) return first
  const environment = environmentSecrets(process.env)
  const learn = (secret: string) => redact.add(secret)
  const sealed = await databaseSecrets(tables, environment, learn)
  const secrets = isSealed ? sealed : memoryOver(environment, learn)
  const path = `the database ${tables.name}`
  const opened = await databaseSettings(tables, {
    ...{ path, first },
    ...(isSealed && { externalized: externalWebhookSecrets(webhookSecrets(sealed)) }),
  })
  if (!opened.ok) return { wrong: path, problems: opened.problems }
  const { settings } = opened
  // What an earlier start without a master key has left beside them.
  if (isSealed && JSON.stringify((await tables.read())?.content).includes('"webhookSecret"'))
    await settings.change((file) => file)
  redact.add(...secretsIn(settings.read(), process.env))
  return {
    settings,
    secrets,
    isConfigured: settings.read().connections.length > 0,
    unused: existsSync(settingsFile(dataDir)) ? settingsFile(dataDir) : null,
    async look() {
      const before = JSON.stringify(settings.read())
      const areSecretsNew = await sealed.refreshSecrets()
      await settings.refresh()
      redact.add(...secretsIn(settings.read(), process.env))
      return { isChanged: areSecretsNew || JSON.stringify(settings.read()) !== before, problems: [] }
    },
    versions: () => tables.versions(),
    close: () => tables.close(),
  }
}

const settingsFile = (dataDir: string): string => join(dataDir, 'config.json')

const webhookSecrets = (secrets: SecretStore): WebhookSecrets => ({
  keptIn: 'database',
  get: (id) => secrets.get(id, 'WEBHOOK_SECRET'),
  set: (id, secret) => secrets.set(id, 'WEBHOOK_SECRET', secret),
  delete: (id) => secrets.delete(id, 'WEBHOOK_SECRET'),
})

interface Wrong {
  wrong: string
  problems: string[]
}
const isWrong = (found: ConfigurationFile | Wrong): found is Wrong => 'wrong' in found

/** The settings file of the data folder as it is, without defaults. */
function contentOf(dataDir: string): ConfigurationFile | Wrong {
  const loaded = loadConfiguration(undefined, dataDir)
  if (!loaded.ok) return { wrong: loaded.path, problems: loaded.problems }
  if (loaded.path === null) return {}
  return JSON.parse(readFileSync(loaded.path, 'utf8').replace(/^\uFEFF/, '')) as ConfigurationFile
}

/** How often a server looks for what others have changed. */
const EVERY_MS = 2000

/** Calls `changed` after each change of others. Returns a function that ends it. */
export function watchSources(
  { look, versions }: Sources,
  { changed, failed }: { changed(): Promise<void>; failed(error: unknown): void },
): () => void {
  if (versions === null) return () => undefined
  let known: string | null = null
  const once = async () => {
    const now = await versions()
    if (now === known) return
    // Also our own changes are looked at: they are known already.
    const { isChanged } = await look()
    if (isChanged) await changed()
    known = now
  }
  let isLooking = false
  const timer = setInterval(() => {
    if (isLooking) return
    isLooking = true
    void once()
      .catch(failed)
      .finally(() => {
        isLooking = false
      })
  }, EVERY_MS)
  return () => clearInterval(timer)
}
