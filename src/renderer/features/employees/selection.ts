import type {
  ChatraAgent,
  EmployeeChoice,
  EmployeesView,
  PlanfixEmployee,
} from '../../../shared/api/employees.ts'
import { checkEmail } from '../../../shared/fields.ts'
import { type MatchRow, matchEmployees, proposeChoices } from '../../../shared/matching.ts'
import { normalForm } from '../../../shared/plain.ts'

/** Who may reply, and as which agent, as the form holds it. */
export interface Selection {
  mode: 'everybody' | 'selected'
  choices: EmployeeChoice[]
}

export type Filter = 'all' | 'allowed' | 'unmatched' | 'conflicts'
export const FILTERS: readonly Filter[] = ['all', 'allowed', 'unmatched', 'conflicts']

/** The rows of the table. While everybody may reply no mapping is used, so there are no conflicts. */
export function rowsOf(view: EmployeesView, value: Selection): MatchRow[] {
  const rows = matchEmployees({ ...view, ...value })
  return value.mode === 'selected' ? rows : rows.map((row) => ({ ...row, conflicts: [] }))
}

/**
 * Changes who may reply. A new list begins with everybody except robots, so that nobody is excluded by
 * accident; an existing list is kept while everybody may reply.
 */
export function withMode(value: Selection, mode: Selection['mode'], view: EmployeesView): Selection {
  const begins = mode === 'selected' && value.choices.length === 0
  return { mode, choices: begins ? proposeChoices(view.planfix ?? [], view.agents) : value.choices }
}

export function withAllowed(value: Selection, rows: readonly MatchRow[], allowed: boolean): Selection {
  return replaced(
    value,
    rows.filter((row) => row.allowed !== allowed).map((row) => ({ ...row.choice, allowed })),
  )
}

/** Applies a choice from the list of speakers; `option` is one of `speakersFor`. */
export function withSpeaker(value: Selection, row: MatchRow, option: string): Selection {
  const [kind, rest] = [option.slice(0, option.indexOf(':')), option.slice(option.indexOf(':') + 1)]
  // The e-mail stays beside an agent chosen by hand: it also identifies replies written in Chatra.
  if (kind === 'agent') return replaced(value, [{ ...row.choice, chatraAgentId: rest }])
  return replaced(value, [{ ...row.choice, chatraAgentId: null, email: kind === 'email' ? rest : null }])
}

/** The possible agents of an employee. `agent` is null for an agent chosen by hand who has not been seen. */
export type Speaker =
  | { kind: 'email'; option: string; email: string; agent: ChatraAgent | null }
  | { kind: 'agent'; option: string; id: string; agent: ChatraAgent | null }
  | { kind: 'general'; option: string }

export function speakersFor(row: MatchRow, agents: readonly ChatraAgent[]): Speaker[] {
  const { chatraAgentId } = row.choice
  const gone = chatraAgentId !== null && !agents.some(({ id }) => id === chatraAgentId)
  return [
    ...emailsOf(row.user, row.choice).map((email) => ({
      kind: 'email' as const,
      option: `email:${email}`,
      email,
      agent: agents.find((one) => one.email?.toLowerCase() === email.toLowerCase()) ?? null,
    })),
    ...agents.map((agent) => ({ kind: 'agent' as const, option: `agent:${agent.id}`, id: agent.id, agent })),
    ...(gone
      ? [{ kind: 'agent' as const, option: `agent:${chatraAgentId}`, id: chatraAgentId, agent: null }]
      : []),
    { kind: 'general', option: 'general:' },
  ]
}

export const speakerOf = ({ chatraAgentId, email }: EmployeeChoice): string =>
  chatraAgentId ? `agent:${chatraAgentId}` : email ? `email:${email}` : 'general:'

function emailsOf(user: PlanfixEmployee, choice: EmployeeChoice): string[] {
  const all = [choice.email, user.email, ...user.otherEmails].filter((one) => one !== null)
  const distinct = new Map(all.map((one) => [one.trim().toLowerCase(), one.trim()]))
  // The current choice stays in the list, so that it is shown.
  if (choice.email) distinct.set(choice.email.trim().toLowerCase(), choice.email)
  return [...distinct.values()].filter((one) => one === choice.email || checkEmail(one) === null)
}

/**
 * Rows with every word of `search` in name, e-mail or role, ignoring case and accents, that match the filter.
 */
export function shownRows(rows: readonly MatchRow[], search: string, filter: Filter): MatchRow[] {
  const words = folded(search).split(/\s+/).filter(Boolean)
  return rows.filter((row) => {
    if (!passes(row, filter)) return false
    const text = folded([row.user.name, row.user.email, ...row.user.otherEmails, row.choice.email].join(' '))
    return words.every((word) => text.includes(word))
  })
}

export function countsOf(rows: readonly MatchRow[]): Record<Filter, number> {
  const count = (filter: Filter) => rows.filter((row) => passes(row, filter)).length
  return {
    all: rows.length,
    allowed: count('allowed'),
    unmatched: count('unmatched'),
    conflicts: count('conflicts'),
  }
}

function passes(row: MatchRow, filter: Filter): boolean {
  if (filter === 'allowed') return row.allowed
  if (filter === 'unmatched') return row.match === 'none'
  if (filter === 'conflicts') return row.conflicts.length > 0
  return true
}

/** Saving would change nothing. An employee who is not listed equals one listed as not allowed. */
export function isSame(a: Selection, b: Selection): boolean {
  if (a.mode !== b.mode) return false
  if (a.mode === 'everybody') return true
  const [mine, others] = [byId(a.choices), byId(b.choices)]
  return [...new Set([...mine.keys(), ...others.keys()])].every((id) => {
    const [one, other] = [mine.get(id), others.get(id)]
    if (one && other) return plain(one) === plain(other)
    const alone = one ?? other
    return alone?.allowed === false && alone.chatraAgentId === null
  })
}

const byId = (choices: readonly EmployeeChoice[]) => new Map(choices.map((one) => [one.planfixUserId, one]))
const plain = ({ email, chatraAgentId, allowed }: EmployeeChoice) =>
  JSON.stringify([email, chatraAgentId, allowed])

function replaced(value: Selection, changed: readonly EmployeeChoice[]): Selection {
  const newer = byId(changed)
  const kept = value.choices.map((one) => newer.get(one.planfixUserId) ?? one)
  const known = new Set(kept.map((one) => one.planfixUserId))
  return { ...value, choices: [...kept, ...changed.filter((one) => !known.has(one.planfixUserId))] }
}

const folded = (text: string): string => normalForm(text, 'NFKD').replace(/\p{M}/gu, '').toLowerCase()
