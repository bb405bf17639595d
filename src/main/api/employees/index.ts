import type { employeesCalls as contract } from '../../../shared/api/employees.ts'
import type { Handlers } from '../../../shared/api.ts'
import { empty, errorAnswer, notFound } from '../responses.ts'
import { employeesInFile, sketchOf } from '../setup/connection.ts'
import type { SetupContext } from '../setup/context.ts'
import { questionError } from '../setup/problems.ts'
import { employeesProblem } from './problem.ts'

/** Who may reply to clients, and as which agent: for a connection, or for a draft. */
export function employeesCalls(setup: SetupContext): Pick<Handlers, keyof typeof contract> {
  const { api: context, drafts, accounts } = setup

  return {
    async 'employees.get'({ id, refresh }) {
      const connection = setup.connection(id)
      const draft = connection === null ? await drafts.get(id) : null
      if (connection === null && draft === null) return notFound()
      const account = await setup.account(id)
      const { list, readAt, problem } = await accounts.employees(
        id,
        account.ok ? account.value : null,
        refresh,
      )
      const modeOfList = connection?.employees.length === 0 ? 'everybody' : 'selected'
      return {
        ok: true,
        value: {
          mode: draft?.mode ?? modeOfList,
          choices: connection?.employees ?? draft!.employees,
          planfix: list,
          readAt,
          problem: account.ok
            ? problem && questionError(problem, account.value.baseUrl).error
            : draft
              ? account.error
              : NOT_CONNECTED,
          agents: await context.application.store.agents(id),
          sendAsEmployee: (connection?.options ?? draft!.settings.options).sendAsEmployee,
          generalAgent: connection?.chatra.agent ?? agentOf(id, draft!.settings),
        },
      }
    },

    async 'employees.save'({ id, mode, choices }) {
      const connection = setup.connection(id)
      const draft = await drafts.get(id)
      if (connection === null && draft === null) return notFound()
      const wrong = employeesProblem(mode, choices, 'choices')
      if (wrong) return wrong
      if (connection !== null) {
        const employees = employeesInFile(mode, choices)
        const changed = await context.changeConnection(id, (one) => ({ ...one, employees }))
        if (!changed.ok) return changed
      }
      // A draft of the same connection must not restore the old list.
      await drafts.change(id, (one) => ({ ...one, mode, employees: choices }))
      return empty()
    },
  }
}

/** A connection without a token; a draft has a step of the wizard for it. */
const NOT_CONNECTED = errorAnswer('conflict', 'employees.problem.no-planfix').error

/** The general agent, by the name and e-mail typed into the draft so far. */
function agentOf(id: string, settings: Parameters<typeof sketchOf>[1] & object) {
  const fallback = sketchOf(id, settings).chatra.agent
  const { email, name } = settings.chatra?.agent ?? { email: '', name: '' }
  return { email: email.trim() || fallback.email, name: name.trim() || fallback.name }
}
