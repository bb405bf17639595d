import type { Answer } from '../../../shared/api/answer.ts'
import type { Configuration } from '../../../shared/config.ts'
import type { SettingsProblem } from '../../settings/problems.ts'
import type { SettingsAnswer } from '../../settings/settings-store.ts'
import type { ApiContext } from '../context.ts'
import { errorAnswer, notFound } from '../responses.ts'

type Saving = Pick<ApiContext, 'change' | 'changeConnection' | 'apply'>
type Parts = Pick<ApiContext, 'application' | 'settings'>

/** How the calls change the settings. `learn` is called with every webhook secret before it is used. */
export function settingsWriter(
  parts: () => Parts,
  learn: (...secrets: (string | undefined)[]) => void,
): Saving {
  async function apply(): Promise<void> {
    const { application, settings } = parts()
    await settings.refresh?.()
    const configuration = settings.read()
    learn(...configuration.connections.map(({ webhookSecret }) => webhookSecret))
    await application.reconfigure(configuration)
  }

  async function change(wanted: Parameters<Saving['change']>[0]): Promise<Answer<Configuration>> {
    const { settings } = parts()
    const saved = await settings.change(wanted)
    if (!saved.ok) return refusalOf(saved, settings.path)
    await apply()
    return saved
  }

  async function changeConnection(
    id: string,
    wanted: Parameters<Saving['changeConnection']>[1],
  ): Promise<Answer<Configuration>> {
    if (
      !parts()
        .settings.read()
        .connections.some((one) => one.id === id)
    )
      return notFound()
    let found = false
    const changed = await change((file) => {
      const connections = (file.connections ?? []).map((one) => {
        if (one.id !== id) return one
        found = true
        return wanted(one)
      })
      return found ? { ...file, connections } : file
    })
    return changed.ok && !found ? notFound() : changed
  }

  return { change, changeConnection, apply }
}

function refusalOf(answer: Extract<SettingsAnswer, { ok: false }>, path: string): Answer<never> {
  switch (answer.why) {
    case 'invalid':
      return invalid(answer.problems)
    case 'edited':
      return errorAnswer('conflict', 'settings.problem.edited', {
        params: { path, detail: answer.detail },
        detail: answer.detail,
      })
    case 'disk':
      return errorAnswer('unavailable', 'settings.problem.disk', { params: { path, code: answer.code } })
  }
}

/** The first problem: a form shows one at a time, and the next save shows the next. */
function invalid(problems: readonly SettingsProblem[]): Answer<never> {
  const [first] = problems
  if (!first) return errorAnswer('invalid', 'settings.problem.unknown')
  return errorAnswer('invalid', first.words.key, {
    params: first.words.params,
    field: fieldOf(first.path),
    detail: `${first.path}: ${first.message}`,
  })
}

/** For a connection, the path within it: `planfix.baseUrl`. */
const fieldOf = (path: string): string => path.replace(/^connections\[\d+\]\.?/, '')
