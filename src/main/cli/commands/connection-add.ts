import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { errorCode, errorMessage } from '../../../shared/node-errors.ts'
import type { SettingsAnswer, SettingsStore } from '../../settings/settings-store.ts'
import { complain, print } from '../output.ts'
import { type SettingsPlace, sourcesAt } from '../settings-of.ts'

/**
 * `connection add --file FILE`: 0 when the connection is in the configuration, 1 when the file cannot be read or
 * written, 2 when it, or the configuration, is wrong.
 */
export async function addConnection(options: { file: string } & SettingsPlace): Promise<number> {
  const sources = await sourcesAt(options, { onlyReads: false })
  if ('wrong' in sources)
    return refused(2, `The configuration ${sources.wrong} is wrong: ${sources.problems.join('; ')}`)
  try {
    return await added(options.file, sources.settings)
  } finally {
    await sources.close()
  }
}

async function added(file: string, settings: SettingsStore): Promise<number> {
  let given: unknown
  try {
    given = JSON.parse(readFileSync(file === '-' ? 0 : resolve(file), 'utf8'))
  } catch (error) {
    return refused(1, `${file} cannot be read: ${errorCode(error) || errorMessage(error)}`)
  }
  if (given === null || typeof given !== 'object' || Array.isArray(given))
    return refused(2, `${file} is not one connection: an object is needed`)
  const connection: Record<string, unknown> = {
    webhookSecret: randomBytes(24).toString('base64url'),
    ...given,
  }
  const { id } = connection
  const { connections, publicUrl } = settings.read()
  if (connections.some((one) => one.id === id))
    return refused(2, `There is a connection "${id}" already: nothing was changed`)
  const answer = await settings.change((content) => ({
    ...content,
    connections: [...(content.connections ?? []), connection],
  }))
  if (!answer.ok) return refused(answer.why === 'disk' ? 1 : 2, reasonOf(answer))
  const base = publicUrl ?? '{public address}'
  const hooks = `${base}/hooks/${id}/${connection.webhookSecret}`
  await print(`"${id}" is in ${settings.path}.\nChatra:  ${hooks}/chatra\nPlanfix: ${hooks}/planfix\n`)
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
