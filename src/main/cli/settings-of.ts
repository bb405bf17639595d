import { openSources } from '../server/sources.ts'
import type { LoadedConfiguration } from '../settings/config-file.ts'
import { createRedactor } from '../settings/redact.ts'
import type { DataPlace } from './running.ts'

/** Where the settings are: in a file that is named, in the database, or in the data folder. */
export interface SettingsPlace {
  dataDir: string
  config: string | undefined
  database?: string | null | undefined
  masterKeys?: DataPlace['masterKeys']
}

/** Settings and secrets as a bridge at this place has them; close them. Throws StoreError as `openSources` does. */
export const sourcesAt = (
  { dataDir, config, database = null, masterKeys = [] }: SettingsPlace,
  how: { onlyReads: boolean },
): ReturnType<typeof openSources> =>
  openSources({ config, dataDir, database, masterKeys }, createRedactor(), how)

/** The settings that a bridge at this place uses. */
export async function settingsOf(place: SettingsPlace): Promise<LoadedConfiguration> {
  const sources = await sourcesAt(place, { onlyReads: true })
  if ('wrong' in sources) return { ok: false, path: sources.wrong, problems: sources.problems }
  const { settings, isConfigured } = sources
  await sources.close()
  return { ok: true, path: isConfigured ? settings.path : null, value: settings.read() }
}
