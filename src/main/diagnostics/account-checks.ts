import type { Result } from '../../shared/errors.ts'
import { unreported, withoutPlanfix } from './access-checks.ts'
import {
  type Check,
  type ConnectionProbes,
  type Finding,
  failed,
  good,
  say,
  skipped,
  warning,
} from './check.ts'

/** Whether the configured objects exist in Planfix: checks 22 to 27. */
export const accountChecks: readonly Check<ConnectionProbes>[] = [
  {
    id: 22,
    title: say('diagnostics.title.task-template'),
    run: asked(({ planfix, connection }) =>
      template(connection.planfix.taskTemplateId, 'planfix.taskTemplateId', () => planfix.taskTemplates()),
    ),
  },
  {
    id: 23,
    title: say('diagnostics.title.contact-template'),
    run: asked(({ planfix, connection }) =>
      template(connection.planfix.contactTemplateId, 'planfix.contactTemplateId', () =>
        planfix.contactTemplates(),
      ),
    ),
  },
  { id: 24, title: say('diagnostics.title.completed-status'), run: asked(completedStatus) },
  { id: 25, title: say('diagnostics.title.employee-list'), run: employeeList },
  { id: 26, title: say('diagnostics.title.employees'), run: asked(employees) },
  { id: 27, title: say('diagnostics.title.participants'), run: asked(participants) },
]

/** Check 38; it was added later. */
export const emailChecks: readonly Check<ConnectionProbes>[] = [
  { id: 38, title: say('diagnostics.title.client-email'), run: asked(clientEmail) },
]

/** A check that needs Planfix, skipped without access. */
function asked(run: (context: ConnectionProbes) => Promise<Finding>): Check<ConnectionProbes>['run'] {
  return async (context) => (await withoutPlanfix(context)) ?? run(context)
}

const named = ({ id, name }: { id: number; name: string }) => `${id} (${name})`
/** The first twenty: a list to choose from, not an inventory. */
const listed = (all: { id: number; name: string }[]) => all.slice(0, 20).map(named).join(', ')

async function template(
  id: number | null,
  name: string,
  ask: () => Promise<Result<{ id: number; name: string }[]>>,
): Promise<Finding> {
  const answer = await ask()
  if (!answer.ok) return unreported(answer.error)
  const list = listed(answer.value)
  if (id === null) {
    return warning(
      list === ''
        ? say('diagnostics.detail.none-chosen-none-there')
        : say('diagnostics.detail.none-chosen', { list }),
      say('diagnostics.todo.no-template', { name }),
    )
  }
  const found = answer.value.find((one) => one.id === id)
  if (found) return good(say('diagnostics.detail.plain', { text: named(found) }))
  return failed(
    list === ''
      ? say('diagnostics.detail.gone-none-there', { id: `${id}` })
      : say('diagnostics.detail.gone', { id: `${id}`, list }),
    say('diagnostics.todo.template', { name }),
  )
}

async function completedStatus({ planfix, connection }: ConnectionProbes): Promise<Finding> {
  const { completeWhenClientLeaves, completedStatusId } = connection.options
  if (!completeWhenClientLeaves) return skipped(say('diagnostics.detail.status-off'))
  const chosen = await planfix.completedStatusId()
  if (!chosen.ok) return unreported(chosen.error)
  const templates = await planfix.taskTemplates()
  const process = templates.ok
    ? templates.value.find(({ id }) => id === connection.planfix.taskTemplateId)?.processId
    : null
  const statuses = process ? await planfix.statuses(process) : null
  const known = statuses?.ok ? statuses.value : []
  const list = listed(known)
  if (chosen.value === null) {
    return warning(
      list === ''
        ? say('diagnostics.detail.status-none-there')
        : say('diagnostics.detail.status-none', { list }),
      say('diagnostics.todo.completed'),
    )
  }
  const id = chosen.value
  const status = known.find((one) => one.id === id)
  if (status) {
    const key = completedStatusId === null ? 'diagnostics.detail.status-found' : 'diagnostics.detail.status'
    return good(say(key, { status: named(status) }))
  }
  return list === ''
    ? good(say('diagnostics.detail.status-unread', { id: `${id}` }))
    : failed(say('diagnostics.detail.status-gone', { id: `${id}`, list }), say('diagnostics.todo.completed'))
}

function employeeList({ connection: { employees } }: ConnectionProbes): Finding {
  const todo = say('diagnostics.todo.employee-list')
  if (employees.length === 0) return warning(say('diagnostics.detail.everybody-answers'), todo)
  const count = employees.filter((one) => one.allowed).length
  return count === 0
    ? failed(say('diagnostics.detail.nobody-answers'), todo)
    : good(say('diagnostics.detail.some-answer', { count, total: employees.length }))
}

async function employees({ planfix, connection }: ConnectionProbes): Promise<Finding> {
  const list = connection.employees
  if (list.length === 0) return skipped(say('diagnostics.detail.none-listed'))
  const users = await planfix.users()
  if (!users.ok) return unreported(users.error)
  const namesOf = (some: typeof list) =>
    some.map((one) => `user:${one.planfixUserId}${one.name ? ` (${one.name})` : ''}`).join(', ')

  const gone = list.filter((one) => one.allowed && !users.value.some(({ id }) => id === one.planfixUserId))
  if (gone.length > 0) {
    return failed(
      say('diagnostics.detail.employees-gone', { who: namesOf(gone) }),
      say('diagnostics.todo.employees'),
    )
  }
  const shared = [
    ...twice(list, (one) => one.email?.toLowerCase() ?? null),
    ...twice(list, (one) => one.chatraAgentId),
    ...twice(list, (one) => `user:${one.planfixUserId}`),
  ]
  if (shared.length > 0) {
    return failed(
      say('diagnostics.detail.employees-twice', { what: shared.join(', ') }),
      say('diagnostics.todo.same-email'),
    )
  }
  const unmatched = list.filter((one) => one.allowed && one.email === null && one.chatraAgentId === null)
  if (unmatched.length > 0 && (connection.options.sendAsEmployee || connection.options.mirrorChatraReplies)) {
    return warning(
      say('diagnostics.detail.employees-unmatched', { who: namesOf(unmatched) }),
      say('diagnostics.todo.no-email'),
    )
  }
  return good(say('diagnostics.detail.employees', { count: list.length }))
}

/**
 * Where clients' addresses are stored, and which clients Planfix mails beside the chat (contracts/planfix.md
 * §7).
 */
async function clientEmail({ planfix, connection, mailedTwice }: ConnectionProbes): Promise<Finding> {
  const { clientEmail: kept, sendOnlyWhenClientIsRecipient } = connection.options
  if (kept === 'field') {
    const fields = await planfix.contactTextFields()
    if (!fields.ok) return unreported(fields.error)
    const id = connection.planfix.clientEmailField
    if (!fields.value.some((one) => one.id === id)) {
      const list = listed(fields.value)
      const detail =
        list === ''
          ? say('diagnostics.detail.gone-none-there', { id: `${id}` })
          : say('diagnostics.detail.gone', { id: `${id}`, list })
      return failed(detail, say('diagnostics.todo.client-email-field'))
    }
  }
  const count = mailedTwice ?? 0
  if (count === 0) return good(say(`diagnostics.detail.client-email.${kept}`))
  // Employees need not notify a client then.
  if (!sendOnlyWhenClientIsRecipient) return good(say('diagnostics.detail.mailed-when-ticked', { count }))
  const todo = kept === 'card' ? 'diagnostics.todo.mailed-twice' : 'diagnostics.todo.mailed-old-cards'
  return warning(say('diagnostics.detail.mailed-twice', { count }), say(todo))
}

function twice<T>(list: readonly T[], keyOf: (one: T) => string | null): string[] {
  const keys = list.map(keyOf).filter((key) => key !== null)
  return [...new Set(keys.filter((key, index) => keys.indexOf(key) !== index))]
}

async function participants({ planfix, connection }: ConnectionProbes): Promise<Finding> {
  const wanted = connection.planfix.participants
  if (wanted.length === 0) return good(say('diagnostics.detail.participants-none'))
  const missing: string[] = []
  const lists = { user: () => planfix.users(), group: () => planfix.groups() }
  for (const one of wanted) {
    const [kind = '', number = ''] = one.split(':')
    const id = Number(number)
    if (kind === 'user' || kind === 'group') {
      const answer: Result<{ id: number }[]> = await lists[kind]()
      if (!answer.ok) return unreported(answer.error)
      if (!answer.value.some((other) => other.id === id)) missing.push(one)
    } else {
      const answer = await planfix.contactExists(id)
      if (!answer.ok) return unreported(answer.error)
      if (!answer.value) missing.push(one)
    }
  }
  return missing.length === 0
    ? good(say('diagnostics.detail.plain', { text: wanted.join(', ') }))
    : failed(
        say('diagnostics.detail.participants-gone', { who: missing.join(', ') }),
        say('diagnostics.todo.participants'),
      )
}
