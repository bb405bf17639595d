import type { Result } from '../../shared/errors.ts'
import { withoutPlanfix } from './access-checks.ts'
import { type Check, type ConnectionContext, type Finding, failed, good, skipped, warning } from './check.ts'
import { ADVICE, TITLES, todoFor } from './texts.ts'

/** Whether what the configuration names exists in Planfix: checks 22 to 27. */
export const accountChecks: readonly Check<ConnectionContext>[] = [
  {
    id: 22,
    title: TITLES.taskTemplate,
    run: asked(({ planfix, connection }) =>
      template(connection.planfix.taskTemplateId, 'planfix.taskTemplateId', () => planfix.taskTemplates()),
    ),
  },
  {
    id: 23,
    title: TITLES.contactTemplate,
    run: asked(({ planfix, connection }) =>
      template(connection.planfix.contactTemplateId, 'planfix.contactTemplateId', () =>
        planfix.contactTemplates(),
      ),
    ),
  },
  { id: 24, title: TITLES.completedStatus, run: asked(completedStatus) },
  {
    id: 25,
    title: TITLES.employeeList,
    run({ connection: { employees } }) {
      if (employees.length === 0) {
        return warning('no employees are listed: every employee of Planfix may answer', ADVICE.employeeList)
      }
      const allowed = employees.filter((one) => one.allowed).length
      return allowed === 0
        ? failed('none of the listed employees is allowed to answer', ADVICE.employeeList)
        : good(`${allowed} of ${employees.length} may answer`)
    },
  },
  { id: 26, title: TITLES.employees, run: asked(employees) },
  { id: 27, title: TITLES.participants, run: asked(participants) },
]

/** A check that needs Planfix, skipped when it does not let us in. */
function asked(run: (context: ConnectionContext) => Promise<Finding>): Check<ConnectionContext>['run'] {
  return async (context) => (await withoutPlanfix(context)) ?? run(context)
}

const untold = (answer: Extract<Result<unknown>, { ok: false }>): Finding =>
  warning(`it could not be told: ${answer.error.detail}`, todoFor(answer.error))

const named = ({ id, name }: { id: number; name: string }) => `${id} (${name})`
const listed = (all: { id: number; name: string }[]) =>
  all.length === 0 ? 'there are none' : `there are: ${all.slice(0, 20).map(named).join(', ')}`

async function template(
  id: number | null,
  key: string,
  ask: () => Promise<Result<{ id: number; name: string }[]>>,
): Promise<Finding> {
  const answer = await ask()
  if (!answer.ok) return untold(answer)
  if (id === null) return warning(`none is chosen; ${listed(answer.value)}`, ADVICE.noTemplate(key))
  const found = answer.value.find((one) => one.id === id)
  return found
    ? good(named(found))
    : failed(`${id} does not exist; ${listed(answer.value)}`, ADVICE.template(key))
}

async function completedStatus({ planfix, connection }: ConnectionContext): Promise<Finding> {
  const { completeWhenClientLeaves, completedStatusId } = connection.options
  if (!completeWhenClientLeaves) return skipped('tasks are not completed (options.completeWhenClientLeaves)')
  const chosen = await planfix.completedStatusId()
  if (!chosen.ok) return untold(chosen)
  const templates = await planfix.taskTemplates()
  const process = templates.ok
    ? templates.value.find(({ id }) => id === connection.planfix.taskTemplateId)?.processId
    : null
  const statuses = process ? await planfix.statuses(process) : null
  const known = statuses?.ok ? statuses.value : []
  if (chosen.value === null) {
    const detail = `none could be found by itself${known.length > 0 ? `; ${listed(known)}` : ''}`
    return warning(detail, ADVICE.completed)
  }
  const status = known.find(({ id }) => id === chosen.value)
  if (status) return good(`${named(status)}${completedStatusId === null ? ', found by itself' : ''}`)
  if (known.length > 0)
    return failed(`${chosen.value} is not among those of the template; ${listed(known)}`, ADVICE.completed)
  return good(`${chosen.value} (the statuses of the template cannot be read)`)
}

async function employees({ planfix, connection }: ConnectionContext): Promise<Finding> {
  const list = connection.employees
  if (list.length === 0) return skipped('none are listed')
  const users = await planfix.users()
  if (!users.ok) return untold(users)
  const nameOf = (id: number, name: string | null) => `user:${id}${name ? ` (${name})` : ''}`

  const gone = list.filter((one) => one.allowed && !users.value.some(({ id }) => id === one.planfixUserId))
  if (gone.length > 0) {
    const who = gone.map((one) => nameOf(one.planfixUserId, one.name)).join(', ')
    return failed(`not among the active employees of Planfix: ${who}`, ADVICE.employees)
  }
  const shared = [
    ...twice(list, (one) => one.email?.toLowerCase() ?? null),
    ...twice(list, (one) => one.chatraAgentId),
    ...twice(list, (one) => `user:${one.planfixUserId}`),
  ]
  if (shared.length > 0) return failed(`given to two employees: ${shared.join(', ')}`, ADVICE.sameEmail)
  const unmatched = list.filter((one) => one.allowed && one.email === null && one.chatraAgentId === null)
  if (unmatched.length > 0 && (connection.options.sendAsEmployee || connection.options.mirrorChatraReplies)) {
    const who = unmatched.map((one) => nameOf(one.planfixUserId, one.name)).join(', ')
    return warning(`without e-mail and agent, so not matched with an agent of Chatra: ${who}`, ADVICE.noEmail)
  }
  return good(`all ${list.length} exist and are matched`)
}

function twice<T>(list: readonly T[], keyOf: (one: T) => string | null): string[] {
  const keys = list.map(keyOf).filter((key) => key !== null)
  return [...new Set(keys.filter((key, index) => keys.indexOf(key) !== index))]
}

async function participants({ planfix, connection }: ConnectionContext): Promise<Finding> {
  const wanted = connection.planfix.participants
  if (wanted.length === 0) return good('none are wanted')
  const missing: string[] = []
  const lists = { user: () => planfix.users(), group: () => planfix.groups() }
  for (const one of wanted) {
    const [kind = '', number = ''] = one.split(':')
    const id = Number(number)
    if (kind === 'user' || kind === 'group') {
      const answer: Result<{ id: number }[]> = await lists[kind]()
      if (!answer.ok) return untold(answer)
      if (!answer.value.some((other) => other.id === id)) missing.push(one)
    } else {
      const answer = await planfix.contactExists(id)
      if (!answer.ok) return untold(answer)
      if (!answer.value) missing.push(one)
    }
  }
  return missing.length === 0
    ? good(wanted.join(', '))
    : failed(`not in Planfix: ${missing.join(', ')}`, ADVICE.participants)
}
