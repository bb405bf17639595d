import type { ChatraAgent, EmployeeChoice, PlanfixEmployee } from './api/employees.ts'
import { checkEmail } from './fields.ts'
import { hasNothingToSee, wholeUpTo } from './plain.ts'

/** Which Planfix employee speaks as which agent of Chatra, as the engine will have it (delivery/chatra/chatra-plan.ts). */
export interface MatchQuestion {
  /** Active employees; null while Planfix has not returned them. */
  planfix: readonly PlanfixEmployee[] | null
  choices: readonly EmployeeChoice[]
  agents: readonly ChatraAgent[]
  mode: 'everybody' | 'selected'
  sendAsEmployee: boolean
  generalAgent: { email: string; name: string }
}

export interface MatchRow {
  user: PlanfixEmployee
  /** The entry of the list, or a proposal for an employee who is not listed. */
  choice: EmployeeChoice
  /** True if listed, not merely proposed. */
  listed: boolean
  /** May currently reply to clients. */
  allowed: boolean
  /**
   * `email`: an agent with the employee's e-mail has been seen. `hand`: chosen by the owner. `none`: no agent
   * is known.
   */
  match: 'email' | 'hand' | 'none'
  /** The matched agent, when it has been seen. */
  agent: ChatraAgent | null
  speaksAs: SpeaksAs
  conflicts: MatchConflict[]
}

/**
 * The name under which the employee's replies reach the client. `new-agent`: Chatra creates one from e-mail
 * and name at the first reply. For an unseen `agent` chosen by hand, `name` and `email` are null, and Chatra
 * may refuse it; then the general agent is used.
 */
type SpeaksAs =
  | { kind: 'general'; name: string; email: string }
  | { kind: 'agent'; id: string; name: string | null; email: string | null }
  | { kind: 'new-agent'; name: string; email: string }

/**
 * `same-email`, `same-agent`: another employee has it too, so replies written in Chatra belong to the first
 * of them. `agent-gone`: the agent chosen by hand has not been seen. `left-planfix`: no longer among the
 * active employees.
 */
export type MatchConflict = 'same-email' | 'same-agent' | 'agent-gone' | 'left-planfix'

/** One row for each employee, in the order of Planfix; listed employees who have left come last. */
export function matchEmployees(question: MatchQuestion): MatchRow[] {
  const { planfix, choices, agents, mode } = question
  const listed = mode === 'everybody' ? new Map<number, EmployeeChoice>() : firstOfEach(choices)
  const remembered = firstOfEach(choices)
  const active = planfix ?? []
  const proposed = firstOfEach(proposeChoices(active, agents))
  const left = [...listed.values()].filter((one) => !active.some(({ id }) => id === one.planfixUserId))
  const people = [...active, ...left.map(asEmployee)]

  const rows = people.map((user): MatchRow => {
    const inList = listed.get(user.id)
    const choice = inList ??
      remembered.get(user.id) ?? { ...proposed.get(user.id)!, allowed: mode === 'everybody' }
    const { match, agent } = matchOf(choice, agents)
    return {
      user,
      choice,
      listed: inList !== undefined,
      allowed: mode === 'everybody' || inList?.allowed === true,
      match,
      agent,
      speaksAs: speaksAs(inList ?? null, user, question),
      conflicts: [
        ...(match === 'hand' && agent === null ? (['agent-gone'] as const) : []),
        ...(planfix !== null && !planfix.some(({ id }) => id === user.id) ? (['left-planfix'] as const) : []),
      ],
    }
  })
  return withShared(rows)
}

/**
 * A default choice for each employee: everybody except robots may reply. The e-mail is one with which an
 * agent has been seen, if there is one; otherwise the employee's first e-mail. An e-mail that the settings
 * would refuse is omitted.
 */
export function proposeChoices(
  planfix: readonly PlanfixEmployee[],
  agents: readonly ChatraAgent[],
): EmployeeChoice[] {
  return planfix.map((user) => {
    const emails = [user.email, ...user.otherEmails].filter((one) => one !== null && checkEmail(one) === null)
    return {
      planfixUserId: user.id,
      name: hasNothingToSee(user.name) ? null : user.name.slice(0, wholeUpTo(user.name, 200)),
      email: (emails.find((one) => agentWith(one, agents)) ?? emails[0])?.trim() ?? null,
      chatraAgentId: null,
      allowed: !isRobot(user),
    }
  })
}

/** Planfix's name for an account that belongs to no person. */
const isRobot = ({ role }: Pick<PlanfixEmployee, 'role'>): boolean => role === 'Robot'

function matchOf(
  { chatraAgentId, email }: EmployeeChoice,
  agents: readonly ChatraAgent[],
): Pick<MatchRow, 'match' | 'agent'> {
  if (chatraAgentId) return { match: 'hand', agent: agents.find(({ id }) => id === chatraAgentId) ?? null }
  const agent = agentWith(email, agents)
  return agent ? { match: 'email', agent } : { match: 'none', agent: null }
}

/**
 * The engine's `speakerOf`: for an employee who is not listed no e-mail is known, so the general agent is
 * used.
 */
function speaksAs(listed: EmployeeChoice | null, user: PlanfixEmployee, question: MatchQuestion): SpeaksAs {
  const general = { kind: 'general', ...question.generalAgent } as const
  if (!question.sendAsEmployee || listed === null) return general
  const { agent } = matchOf(listed, question.agents)
  if (listed.chatraAgentId)
    return { kind: 'agent', id: listed.chatraAgentId, name: agent?.name ?? null, email: agent?.email ?? null }
  if (agent) return { kind: 'agent', ...agent }
  return listed.email ? { kind: 'new-agent', name: listed.name ?? user.name, email: listed.email } : general
}

/** Marks rows that share an e-mail or an agent with another row. */
function withShared(rows: readonly MatchRow[]): MatchRow[] {
  const emails = countOf(rows.map(({ choice }) => folded(choice.email)))
  const agents = countOf(rows.map(agentKey))
  return rows.map((row) => {
    const sameEmail = (emails.get(folded(row.choice.email)) ?? 0) > 1
    const sameAgent = (agents.get(agentKey(row)) ?? 0) > 1
    return {
      ...row,
      conflicts: [
        ...(sameEmail ? (['same-email'] as const) : []),
        ...(sameAgent && !sameEmail ? (['same-agent'] as const) : []),
        ...row.conflicts,
      ],
    }
  })
}

const agentKey = ({ choice, agent }: MatchRow): string | null => choice.chatraAgentId ?? agent?.id ?? null

function countOf(keys: readonly (string | null)[]): Map<string | null, number> {
  const counts = new Map<string | null, number>()
  for (const key of keys) if (key !== null) counts.set(key, (counts.get(key) ?? 0) + 1)
  return counts
}

const folded = (email: string | null): string | null => email?.trim().toLowerCase() || null

const agentWith = (email: string | null, agents: readonly ChatraAgent[]): ChatraAgent | undefined =>
  email ? agents.find((agent) => folded(agent.email) === folded(email)) : undefined

/** If an employee is listed twice, the first entry counts, as in the engine. */
function firstOfEach(choices: readonly EmployeeChoice[]): Map<number, EmployeeChoice> {
  const first = new Map<number, EmployeeChoice>()
  for (const one of choices) if (!first.has(one.planfixUserId)) first.set(one.planfixUserId, one)
  return first
}

const asEmployee = ({ planfixUserId, name, email }: EmployeeChoice): PlanfixEmployee => ({
  id: planfixUserId,
  name: name ?? `${planfixUserId}`,
  email,
  otherEmails: [],
  role: null,
})
