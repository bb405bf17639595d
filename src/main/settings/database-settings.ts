import { type Configuration, checkConfiguration } from '../../shared/config.ts'
import { isStoreUnavailable } from '../../shared/store-error.ts'
import { oneAtATime } from '../process/one-at-a-time.ts'
import { type ExternalizedFields, NOTHING_EXTERNAL } from './file-settings.ts'
import { problemsOf } from './problems.ts'
import type { ConfigurationFile, SettingsAnswer, SettingsStore } from './settings-store.ts'

/** Where the content is kept, with the number of its version. Calls reject with StoreError `unavailable`. */
export interface VersionedContent {
  /** Null: there is none yet. */
  read(): Promise<{ content: object; version: number } | null>
  /** Replaces version `version` (0: there is none yet). False: somebody else did meanwhile. */
  write(content: object, version: number): Promise<boolean>
}

/** So many others may change it between a read and the write. */
const MOST_TRIES = 10

/** Why the content cannot be used, a line each. */
export type DatabaseSettings =
  | { ok: true; settings: SettingsStore & { refresh(): Promise<void> } }
  | { ok: false; problems: string[] }

/**
 * The configuration in a database, for several servers. A change begins with the present content, also when another server
 * has changed it meanwhile, so none overwrites another's. `path`: where it is, for the owner. `first`: the content to begin
 * with when there is none. Rejects with StoreError `unavailable`.
 */
export async function databaseSettings(
  table: VersionedContent,
  {
    path,
    first,
    externalized = NOTHING_EXTERNAL,
  }: { path: string; first: ConfigurationFile; externalized?: ExternalizedFields },
): Promise<DatabaseSettings> {
  const found = (await table.read()) ?? (await begun(table, first, externalized))
  const whole = await externalized.withSecrets(found.content as ConfigurationFile)
  const checked = checkConfiguration(whole)
  if (!checked.ok) return { ok: false, problems: linesOf(checked.issues) }
  let present: Configuration = checked.value
  const enqueue = oneAtATime()

  async function changed(change: (file: ConfigurationFile) => ConfigurationFile): Promise<SettingsAnswer> {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const { content, version } = (await table.read()) ?? { content: {}, version: 0 }
      const before = await externalized.withSecrets(content as ConfigurationFile)
      const now = checkConfiguration(before)
      if (!now.ok) return { ok: false, why: 'edited', detail: linesOf(now.issues).join('; ') }
      const wanted = change(structuredClone(before))
      const read = checkConfiguration(wanted)
      if (!read.ok) return { ok: false, why: 'invalid', problems: problemsOf(read.issues) }
      const takeBack = await externalized.keep(before, wanted)
      // A write without an answer may have been carried out: what belongs to it stays.
      if (await table.write(externalized.withoutSecrets(wanted), version)) {
        present = read.value
        return { ok: true, value: present }
      }
      await takeBack()
    }
    return { ok: false, why: 'disk', code: 'too many changes at once' }
  }

  return {
    ok: true,
    settings: {
      path,
      writable: true,
      read: () => present,
      change: (change) =>
        enqueue(() => changed(change)).catch((error: unknown) => {
          if (!isStoreUnavailable(error)) throw error
          return { ok: false, why: 'disk', code: error.message }
        }),
      refresh: () =>
        enqueue(async () => {
          const now = await table.read()
          const read =
            now && checkConfiguration(await externalized.withSecrets(now.content as ConfigurationFile))
          if (read?.ok) present = read.value
        }),
    },
  }
}

async function begun(
  table: VersionedContent,
  first: ConfigurationFile,
  externalized: ExternalizedFields,
): Promise<{ content: object }> {
  // Stores what is kept elsewhere: it is never written beside it.
  await externalized.withSecrets(first)
  const content = externalized.withoutSecrets(first)
  await table.write(content, 0)
  return (await table.read()) ?? { content }
}

type Issues = Parameters<typeof problemsOf>[0]
const linesOf = (issues: Issues): string[] =>
  problemsOf(issues).map(({ path, message }) => `${path || '(settings)'}: ${message}`)
