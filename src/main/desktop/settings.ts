import { constants, copyFileSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Words } from '../../shared/api/answer.ts'
import { parseConfiguration } from '../../shared/config.ts'
import type { SecretStore } from '../secrets/store.ts'
import { loadConfiguration } from '../settings/config-file.ts'
import { type FileWriter, fileSettings } from '../settings/file-settings.ts'
import type { Redactor } from '../settings/redact.ts'
import { externalWebhookSecrets } from '../settings/secret-fields.ts'
import type { SettingsStore } from '../settings/settings-store.ts'

/** The problems of the settings file at the start. */
export interface SettingsTrouble {
  path: string
  /** Each with its place: a path in the file, or line and column. */
  problems: string[]
  /** Path of the copy; null = it could not be copied. */
  copy: string | null
}

/**
 * The settings of the desktop: `config.json` in its data folder, written by electron-store, validated by our
 * own schema; webhook secrets are in the keychain instead. An invalid file is left as it is: the program
 * starts without connections, `problem` gives the reason, changes are refused, and a copy is kept. Rejects
 * only for a folder that cannot be created.
 */
export async function openDesktopSettings(options: {
  dataDir: string
  secrets: SecretStore
  redact: Redactor
  onProblem(trouble: SettingsTrouble): void
  /** For tests: electron-store needs Electron. */
  writer?: () => Promise<FileWriter>
}): Promise<SettingsStore> {
  const { dataDir, secrets, redact } = options
  mkdirSync(dataDir, { recursive: true })
  const loaded = loadConfiguration(undefined, dataDir)
  const path = join(dataDir, 'config.json')
  const store = fileSettings(path, loaded.ok ? loaded.value : empty(), {
    writer: options.writer ?? electronStore,
    externalized: externalWebhookSecrets({
      get keptIn() {
        return secrets.keptIn
      },
      get: (id) => secrets.get(id, 'WEBHOOK_SECRET'),
      set: (id, secret) => secrets.set(id, 'WEBHOOK_SECRET', secret),
      delete: (id) => secrets.delete(id, 'WEBHOOK_SECRET'),
    }),
  })
  if (!loaded.ok) {
    const problems = loaded.problems.map((one) => redact(one))
    const copy = copied(path)
    options.onProblem({ path, problems, copy })
    return untilMended(store, {
      key: copy === null ? 'desktop.settings-broken' : 'desktop.settings-broken-copied',
      params: { path, detail: problems.join('; '), copy: copy ?? '' },
    })
  }
  const { refresh: again } = store
  const refresh = async () => {
    await again()
    await clean(store, path, secrets)
  }
  await refresh()
  return Object.assign(store, { refresh })
}

/** With the problems, until a change shows that the owner has fixed the file. */
function untilMended(store: SettingsStore, broken: Words): SettingsStore {
  let problem: Words | null = broken
  return {
    ...store,
    get writable() {
      return store.writable
    },
    get problem() {
      return problem
    },
    async change(wanted) {
      const answer = await store.change(wanted)
      if (answer.ok) problem = null
      return answer
    },
  }
}

/** A file from a server contains webhook secrets: they are removed once the keychain has stored them. */
async function clean(
  store: Pick<SettingsStore, 'change'>,
  path: string,
  secrets: SecretStore,
): Promise<void> {
  if (secrets.keptIn !== 'keychain' || !/"webhookSecret"/.test(textOf(path))) return
  await store.change((file) => file)
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** Beside it, named after the time of the file: the same invalid file is copied once. */
function copied(path: string): string | null {
  try {
    const time = statSync(path).mtime.toISOString().slice(0, 19).replaceAll(':', '-')
    const copy = path.replace(/\.json$/, `.broken-${time}.json`)
    try {
      copyFileSync(path, copy, constants.COPYFILE_EXCL)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    }
    return copy
  } catch {
    return null
  }
}

function empty() {
  const read = parseConfiguration({})
  if (!read.ok) throw new Error('the empty configuration is wrong')
  return read.value
}

async function electronStore(): Promise<FileWriter> {
  const [{ default: Store }, { ipcMain }] = await Promise.all([import('electron-store'), import('electron')])
  return class extends Store {
    constructor(options: ConstructorParameters<FileWriter>[0]) {
      super(options)
      // It offers the folder's path to every page over a channel of its own, which we do not use.
      ipcMain.removeAllListeners('electron-store-get-data')
    }
  }
}
