import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { errorCode, errorMessage } from '../../../shared/node-errors.ts'
import { loadConfiguration } from '../../settings/config-file.ts'
import { fileSettings } from '../../settings/file-settings.ts'
import type { SettingsAnswer } from '../../settings/settings-store.ts'
import { complain, print } from '../output.ts'

/**
 * `connection add --file FILE`: 0 when the connection is in the configuration, 1 when the file cannot be read or
 * written, 2 when it, or the configuration, is wrong.
 */
export async function addConnection(options: {
  file: string
  dataDir: string
  config: string | undefined
}): Promise<number> {
  const loaded = loadConfiguration(options.config, options.dataDir)
  if (!loaded.ok)
    return refused(2, `The configuration ${loaded.path} is wrong: ${loaded.problems.join('; ')}`)
  let given: unknown
  try {
    given = JSON.parse(readFileSync(options.file === '-' ? 0 : resolve(options.file), 'utf8'))
  } catch (error) {
    return refused(1, `${options.file} cannot be read: ${errorCode(error) || errorMessage(error)}`)
  }
  if (given === null || typeof given !== 'object' || Array.isArray(given))
    return refused(2, `${options.file} is not one connection: an object is needed`)
  const connection: Record<string, unknown> = {
    webhookSecret: randomBytes(24).toString('base64url'),
    ...given,
  }
  const { id } = connection
  if (loaded.value.connections.some((one) => one.id === id))
    return refused(2, `There is a connection "${id}" already: nothing was changed`)
  const path = loaded.path ?? join(options.dataDir, 'config.json')
  const answer = await fileSettings(path, loaded.value).change((file) => ({
    ...file,
    connections: [...(file.connections ?? []), connection],
  }))
  if (!answer.ok) return refused(answer.why === 'disk' ? 1 : 2, reasonOf(answer))
  const base = loaded.value.publicUrl ?? '{public address}'
  const hooks = `${base}/hooks/${id}/${connection.webhookSecret}`
  await print(`"${id}" is in ${path}.\nChatra:  ${hooks}/chatra\nPlanfix: ${hooks}/planfix\n`)
  return 0
}

function refused(code: number, text: string): number {
  complain(`${text}.\n`)
  return code
}

function reasonOf(answer: Extract<SettingsAnswer, { ok: false }>): string {
  if (answer.why === 'disk') return `The configuration cannot be written (${answer.code})`
  if (answer.why === 'edited') return `The configuration is wrong: ${answer.detail}`
  return answer.problems.map(({ path, message }) => `${path}: ${message}`).join('; ')
}
