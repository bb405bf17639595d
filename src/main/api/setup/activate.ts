import type { Answer } from '../../../shared/api/answer.ts'
import type { Draft } from '../../../shared/api/setup.ts'
import { checkSettings } from '../../../shared/fields.ts'
import { employeesProblem } from '../employees/problem.ts'
import { done, empty, errorAnswer, notFound, type Refusal } from '../responses.ts'
import {
  connectionInFile,
  employeesInFile,
  newWebhookSecret,
  settingsOf,
  withSettings,
} from './connection.ts'
import type { SetupContext } from './context.ts'
import type { StoredDraft } from './drafts.ts'
import { endTest } from './test-message.ts'

/**
 * Adds the connection of a draft to the settings, enabled; from then on it delivers messages. When repeated:
 * applies the changes.
 */
export async function activate(setup: SetupContext, id: string): Promise<Answer<Draft>> {
  const draft = await setup.drafts.get(id)
  if (draft === null) return notFound()
  const wrong = await whatIsMissing(setup, draft)
  if (wrong) return wrong
  const sinceSeq = await setup.api.application.store.latestSeq()
  const written = await write(setup, draft)
  if (!written.ok) return written
  const kept = await setup.drafts.change(id, (one) => ({
    ...one,
    activated: true,
    sinceSeq: one.activated ? one.sinceSeq : sinceSeq,
  }))
  return done(await setup.view(kept ?? draft))
}

/** Finishes the set-up; changes since the activation are applied first. */
export async function finish(setup: SetupContext, id: string): Promise<Answer<Record<string, never>>> {
  const draft = await setup.drafts.get(id)
  if (draft === null) return notFound()
  if (setup.connection(id)?.enabled !== true) return errorAnswer('conflict', 'wizard.problem.not-active')
  if (isChanged(setup, draft)) {
    const wrong = await whatIsMissing(setup, draft)
    if (wrong) return wrong
    const written = await write(setup, draft)
    if (!written.ok) return written
  }
  await endTest(setup, id)
  await setup.drafts.remove(id)
  await setup.dropSecrets(id)
  return empty()
}

async function whatIsMissing(setup: SetupContext, draft: StoredDraft): Promise<Refusal | null> {
  const [wrong] = checkSettings(draft.settings)
  if (wrong) return errorAnswer('invalid', wrong.problem, { field: wrong.field })
  const { has, checked } = await setup.view(draft)
  if (checked.chatra === 'no') {
    const lost = draft.checked.chatra !== 'no' && !has.chatraSecretKey
    return errorAnswer('invalid', lost ? 'wizard.problem.secret-lost' : 'wizard.problem.chatra-first', {
      field: 'chatra.secretKey',
    })
  }
  if (checked.planfix === 'no') {
    const lost = draft.checked.planfix !== 'no' && !has.planfixToken
    return errorAnswer('invalid', lost ? 'wizard.problem.secret-lost' : 'wizard.problem.planfix-first', {
      field: 'planfix.token',
    })
  }
  return employeesProblem(draft.mode, draft.employees, 'employees')
}

async function write(setup: SetupContext, draft: StoredDraft): Promise<Answer<unknown>> {
  const { id } = draft
  const exists = setup.connection(id) !== null
  const wanted = {
    ...connectionInFile(id, draft.settings),
    employees: employeesInFile(draft.mode, draft.employees),
    enabled: true,
  }
  const takeBack = await setup.applySecrets(id)
  const changed = exists
    ? await setup.api.changeConnection(id, (one) => ({
        ...withSettings(one, wanted),
        webhookSecret: one.webhookSecret ?? newWebhookSecret(),
      }))
    : await setup.api.change((file) => ({
        ...file,
        connections: [...(file.connections ?? []), { id, ...wanted, webhookSecret: newWebhookSecret() }],
      }))
  if (!changed.ok) await takeBack?.()
  // The same settings with other secrets are a change as well.
  else if (takeBack !== null) await setup.api.apply()
  return changed
}

function isChanged(setup: SetupContext, { id, settings, mode, employees }: StoredDraft): boolean {
  const live = setup.connection(id)
  if (live === null || setup.hasFreshSecrets(id)) return true
  const now = [connectionInFile(id, settingsOf(live)), employeesInFile('selected', live.employees)]
  const wanted = [connectionInFile(id, settings), employeesInFile(mode, employees)]
  return JSON.stringify(now) !== JSON.stringify(wanted)
}
