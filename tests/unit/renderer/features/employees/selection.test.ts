import { describe, expect, test } from 'vitest'
import {
  countsOf,
  isSame,
  rowsOf,
  type Selection,
  shownRows,
  speakerOf,
  speakersFor,
  withAllowed,
  withMode,
  withSpeaker,
} from '../../../../../src/renderer/features/employees/selection.ts'
import type { EmployeeChoice, EmployeesView } from '../../../../../src/shared/api/employees.ts'

const choice = (id: number, fields: Partial<EmployeeChoice> = {}): EmployeeChoice => ({
  planfixUserId: id,
  name: `Employee ${id}`,
  email: `e${id}@shop.example`,
  chatraAgentId: null,
  allowed: true,
  ...fields,
})

const person = (id: number, name: string, email: string | null, role = 'User') => ({
  id,
  name,
  email,
  otherEmails: [],
  role,
})

const view = (fields: Partial<EmployeesView> = {}): EmployeesView => ({
  mode: 'selected',
  choices: [],
  planfix: [
    person(5, 'Ana Rusu', 'e5@shop.example'),
    person(6, 'Julia Țurcan', 'e6@shop.example'),
    person(9, 'Robot', 'robot@shop.example', 'Robot'),
  ],
  readAt: 0,
  problem: null,
  agents: [
    { id: 'A1', name: 'Ana', email: 'E5@shop.example' },
    { id: 'A2', name: 'Support', email: null },
  ],
  sendAsEmployee: true,
  generalAgent: { email: 'bridge@shop.example', name: 'shop.example' },
  ...fields,
})

const selected = (...choices: EmployeeChoice[]): Selection => ({ mode: 'selected', choices })
const rowOf = (one: EmployeesView, value: Selection, id: number) =>
  rowsOf(one, value).find(({ user }) => user.id === id)!

describe('employees who may answer', () => {
  test('a new list begins with everybody except robots', () => {
    const value = withMode({ mode: 'everybody', choices: [] }, 'selected', view())
    expect(value.choices.filter((one) => one.allowed).map((one) => one.planfixUserId)).toEqual([5, 6])
  })

  test('a list returns when the choice of everybody is undone', () => {
    const made = selected(choice(5))
    const there = withMode(withMode(made, 'everybody', view()), 'selected', view())
    expect(there).toEqual(made)
  })

  test('allowing all shown leaves the hidden rows as they were', () => {
    const value = selected(choice(5, { allowed: false }), choice(6, { allowed: false }))
    const shown = shownRows(rowsOf(view(), value), 'julia', 'all')
    const now = withAllowed(value, shown, true)
    expect(now.choices.map((one) => one.allowed)).toEqual([false, true])
  })

  test('an employee who was not listed joins the list when allowed', () => {
    const value = selected(choice(5))
    const now = withAllowed(value, [rowOf(view(), value, 6)], true)
    expect(now.choices.map((one) => [one.planfixUserId, one.allowed])).toEqual([
      [5, true],
      [6, true],
    ])
  })
})

describe('the agent of an employee', () => {
  test('an employee is shown by e-mail, as any seen agent, or as the general agent', () => {
    const value = selected(choice(5))
    const options = speakersFor(rowOf(view(), value, 5), view().agents).map((one) => one.option)
    expect(options).toEqual(['email:e5@shop.example', 'agent:A1', 'agent:A2', 'general:'])
  })

  test('an unseen agent chosen by hand stays among the choices', () => {
    const value = selected(choice(5, { chatraAgentId: 'gone' }))
    const row = rowOf(view(), value, 5)
    expect(speakersFor(row, view().agents).map((one) => one.option)).toContain('agent:gone')
    expect(row.conflicts).toEqual(['agent-gone'])
  })

  test('each choice is shown as it was made', () => {
    const value = selected(choice(5))
    for (const option of ['agent:A2', 'email:e5@shop.example', 'general:']) {
      const now = withSpeaker(value, rowOf(view(), value, 5), option)
      expect(speakerOf(now.choices[0]!)).toBe(option)
    }
  })

  test('an agent with a colon in its id is read completely', () => {
    const value = selected(choice(5))
    const now = withSpeaker(value, rowOf(view(), value, 5), 'agent:a:b')
    expect(now.choices[0]?.chatraAgentId).toBe('a:b')
  })
})

describe('the display', () => {
  const value = selected(choice(5), choice(6, { email: null, allowed: false }))

  test('rows are found without accents and in any order of words', () => {
    expect(shownRows(rowsOf(view(), value), 'turcan JULIA', 'all').map(({ user }) => user.id)).toEqual([6])
    expect(shownRows(rowsOf(view(), value), 'turcan ana', 'all')).toEqual([])
  })

  test('rows are counted by whether they need attention', () => {
    expect(countsOf(rowsOf(view(), value))).toEqual({ all: 3, allowed: 1, unmatched: 2, conflicts: 0 })
  })

  test('there are no conflicts while everybody may reply, as no mapping is used', () => {
    const gone = { mode: 'everybody', choices: [choice(5, { chatraAgentId: 'gone' })] } as const
    expect(countsOf(rowsOf(view(), { ...gone, choices: [...gone.choices] })).conflicts).toBe(0)
  })
})

describe('a table without changes', () => {
  test('allowing and removing an unlisted employee leaves nothing to save', () => {
    const before = selected(choice(5))
    const allowed = withAllowed(before, [rowOf(view(), before, 6)], true)
    expect(isSame(before, allowed)).toBe(false)
    expect(isSame(before, withAllowed(allowed, [rowOf(view(), allowed, 6)], false))).toBe(true)
  })

  test('an agent for an employee who may not reply is kept', () => {
    const before = selected(choice(5))
    const mapped = withSpeaker(before, rowOf(view(), before, 6), 'agent:A2')
    expect(mapped.choices[1]?.allowed).toBe(false)
    expect(isSame(before, mapped)).toBe(false)
  })

  test('a changed order or stored list of everybody leaves nothing to save', () => {
    expect(isSame(selected(choice(5), choice(6)), selected(choice(6), choice(5)))).toBe(true)
    expect(isSame({ mode: 'everybody', choices: [choice(5)] }, { mode: 'everybody', choices: [] })).toBe(true)
  })
})
