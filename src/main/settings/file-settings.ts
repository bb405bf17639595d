import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, extname, resolve } from 'node:path'
import { type Configuration, checkConfiguration } from '../../shared/config.ts'
import { errorCode } from '../../shared/node-errors.ts'
import { oneAtATime } from '../process/one-at-a-time.ts'
import { jsonProblem } from './json-problem.ts'
import { problemsOf } from './problems.ts'
import type { ConfigurationFile, SettingsAnswer, SettingsStore } from './settings-store.ts'

/** The writer of the file: `conf`, or a host's variant of it. */
export type FileWriter = new (options: {
  cwd: string
  name: string
  configName: string
  fileExtension: string
  configFileMode: number
  deserialize(text: string): Record<string, unknown>
  serialize(value: Record<string, unknown>): string
}) => { store: Record<string, unknown> }

/** The fields of the configuration that are stored outside its file. */
export interface ExternalizedFields {
  /** Returns the content with these fields. */
  withSecrets(file: ConfigurationFile): Promise<ConfigurationFile>
  /** Returns the content without them, to be written. */
  withoutSecrets(file: ConfigurationFile): ConfigurationFile
  /** Stores the changes of `wanted` to these fields; returns a function that undoes them. */
  keep(before: ConfigurationFile, wanted: ConfigurationFile): Promise<() => Promise<void>>
}

/**
 * The configuration in a JSON file, readable only for its owner. `first` is the content read at the start. A
 * change starts from the file's current content, so that manual edits are kept and used.
 */
export function fileSettings(
  file: string,
  first: Configuration,
  {
    writer = plainWriter,
    externalized = NOTHING_EXTERNAL,
  }: { writer?: () => Promise<FileWriter>; externalized?: ExternalizedFields } = {},
): SettingsStore & { refresh(): Promise<void> } {
  const path = resolve(file)
  let present = first
  const enqueue = oneAtATime()

  async function changed(change: (file: ConfigurationFile) => ConfigurationFile): Promise<SettingsAnswer> {
    const found = contentOf(path)
    if (!found.ok) return found
    const before = await externalized.withSecrets(found.value)
    const wanted = change(structuredClone(before))
    const checked = checkConfiguration(wanted)
    if (!checked.ok) return { ok: false, why: 'invalid', problems: problemsOf(checked.issues) }
    const takeBack = await externalized.keep(before, wanted)
    try {
      await write(path, externalized.withoutSecrets(wanted), await writer())
    } catch (error) {
      await takeBack()
      return { ok: false, why: 'disk', code: errorCode(error) || 'unknown' }
    }
    present = checked.value
    return { ok: true, value: present }
  }

  return {
    path,
    get writable() {
      return mayBeWritten(path)
    },
    read: () => present,
    change: (change) => enqueue(() => changed(change)),
    refresh: () =>
      enqueue(async () => {
        const found = contentOf(path)
        const checked = found.ok ? checkConfiguration(await externalized.withSecrets(found.value)) : null
        if (checked?.ok) present = checked.value
      }),
  }
}

export const NOTHING_EXTERNAL: ExternalizedFields = {
  withSecrets: async (file) => file,
  withoutSecrets: (file) => file,
  keep: async () => async () => undefined,
}

/** Loaded on first use: it contains a schema compiler, and most starts change nothing. */
const plainWriter = async (): Promise<FileWriter> => (await import('conf')).default

/** The file's content; empty when there is no file. */
function contentOf(
  path: string,
): { ok: true; value: ConfigurationFile } | Extract<SettingsAnswer, { why: 'edited' | 'disk' }> {
  let text: string
  try {
    text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '')
  } catch (error) {
    return errorCode(error) === 'ENOENT'
      ? { ok: true, value: {} }
      : { ok: false, why: 'disk', code: errorCode(error) || 'unknown' }
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return { ok: false, why: 'edited', detail: jsonProblem(text, error) }
  }
  const checked = checkConfiguration(value)
  if (checked.ok) return { ok: true, value: value as ConfigurationFile }
  const problems = problemsOf(checked.issues).map(({ path: at, message }) => `${at || '(file)'}: ${message}`)
  return { ok: false, why: 'edited', detail: problems.join('; ') }
}

/** A new file replaces the old one, completely or not at all. Throws the disk's errors. */
async function write(path: string, content: ConfigurationFile, Writer: FileWriter): Promise<void> {
  // The package would create the folder, and on some systems never return from that.
  statSync(dirname(path))
  const extension = extname(path)
  const name = basename(path, extension)
  const file = new Writer({
    cwd: dirname(path),
    name,
    configName: name,
    fileExtension: extension.slice(1),
    configFileMode: 0o600,
    // The file's content was already read and validated by our own schema.
    deserialize: () => ({}),
    serialize: (value) => `${JSON.stringify(value, null, 2)}\n`,
  })
  file.store = content
}

/** The file itself, and its folder, where the new file is created. */
const mayBeWritten = (path: string): boolean =>
  isFolder(dirname(path)) && isWritable(dirname(path)) && (!existsSync(path) || isWritable(path))

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}
