import { resolve } from 'node:path'
import { writeExport } from '../../settings/export.ts'
import { complain, print } from '../output.ts'
import { type SettingsPlace, settingsOf } from '../settings-of.ts'

/**
 * `export FILE`: 0 written, 1 not written, 2 invalid configuration. Never contains keys, tokens or webhook
 * secrets.
 */
export async function exportTo(options: { file: string; force: boolean } & SettingsPlace): Promise<number> {
  const loaded = await settingsOf(options)
  if (!loaded.ok) {
    complain(
      `The configuration ${loaded.path} is wrong:\n${loaded.problems.map((text) => `  ${text}\n`).join('')}`,
    )
    return 2
  }
  if (loaded.path === null) {
    complain(`There is no configuration in ${options.dataDir}: name it with --config.\n`)
    return 1
  }
  const file = resolve(options.file)
  try {
    if (writeExport(file, loaded.value, options.force) === 'exists') {
      complain(`${file} exists already: nothing was written. --force replaces it.\n`)
      return 1
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : error
    complain(`${file} cannot be written (${code}).\n`)
    return 1
  }
  await print(`The configuration is in ${file}. Keys, tokens and webhook secrets are not in it.\n`)
  return 0
}
