import type { Words } from '../../../shared/api/answer.ts'
import { checkConfiguration } from '../../../shared/config.ts'
import { type Language, translateAny } from '../../../shared/i18n/index.ts'
import { jsonProblem } from '../../settings/json-problem.ts'
import { problemsOf } from '../../settings/problems.ts'
import type { ConfigurationFile } from '../../settings/settings-store.ts'
import { newWebhookSecret } from '../setup/connection.ts'

const MOST_PROBLEMS = 20

/** The content of an imported text. With problems there are no connections. Pure. */
export interface Import {
  problems: Words[]
  connections: { id: string; name: string }[]
  /** In the format of the file. */
  raw: Record<string, unknown>[]
}

/** Parses the text of a configuration file; its problems name their places, in the owner's language. */
export function readImport(text: string, language: Language): Import {
  const wrong = (...problems: Words[]): Import => ({ problems, connections: [], raw: [] })
  const plain = text.replace(/^\uFEFF/, '')
  let value: unknown
  try {
    value = JSON.parse(plain)
  } catch (error) {
    return wrong(say('not-json', { detail: jsonProblem(plain, error) }))
  }
  const checked = checkConfiguration(value)
  if (!checked.ok) {
    const problems = problemsOf(checked.issues)
      .slice(0, MOST_PROBLEMS)
      .map(({ path, words }) =>
        say('problem', { place: path || '…', what: translateAny(language, words.key, words.params) }),
      )
    return wrong(...problems)
  }
  const { connections } = checked.value
  if (connections.length === 0) return wrong(say('nothing'))
  return {
    problems: [],
    connections: connections.map(({ id, name }) => ({ id, name })),
    raw: (value as ConfigurationFile).connections ?? [],
  }
}

const say = (key: string, params: Words['params'] = {}): Words => ({ key: `settings.import.${key}`, params })

/**
 * The file with the named connections of an import. An existing connection is replaced at its place and keeps
 * its webhook secret, since its keys are stored elsewhere; a new one gets a secret unless the import contains
 * one. Pure except for that.
 */
export function takeOver(
  file: ConfigurationFile,
  raw: readonly Record<string, unknown>[],
  ids: readonly string[],
): ConfigurationFile {
  const wanted = raw.filter((one) => ids.includes(String(one.id)))
  const before = file.connections ?? []
  const replaced = before.map((old) => {
    const fresh = wanted.find((one) => one.id === old.id)
    return fresh ? { ...fresh, webhookSecret: old.webhookSecret ?? secretOf(fresh) } : old
  })
  const added = wanted
    .filter((one) => !before.some((old) => old.id === one.id))
    .map((one) => ({ ...one, webhookSecret: secretOf(one) }))
  return { ...file, connections: [...replaced, ...added] }
}

const secretOf = (connection: Record<string, unknown>): unknown =>
  connection.webhookSecret ?? newWebhookSecret()
