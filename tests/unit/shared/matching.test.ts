import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { speakerOf } from '../../../src/main/engine/delivery/chatra/chatra-plan.ts'
import type { ChatraAgent, EmployeeChoice, PlanfixEmployee } from '../../../src/shared/api/employees.ts'
import { parseConfiguration } from '../../../src/shared/config.ts'
import type { Message } from '../../../src/shared/domain.ts'
import { type MatchQuestion, matchEmployees, proposeChoices } from '../../../src/shared/matching.ts'

const person = (id: number, email: string | null, more: Partial<PlanfixEmployee> = {}): PlanfixEmployee => ({
  id,
  name: `Person ${id}`,
  email,
  otherEmails: [],
  role: 'User',
  ...more,
})
const chosen = (planfixUserId: number, more: Partial<EmployeeChoice> = {}): EmployeeChoice => ({
  planfixUserId,
  name: `Person ${planfixUserId}`,
  email: null,
  chatraAgentId: null,
  allowed: true,
  ...more,
})
const julia: ChatraAgent = { id: 'agent-j', name: 'Julia', email: 'Julia@Shop.example' }
const general = { email: 'bridge@shop.example', name: 'shop.example' }
const ask = (question: Partial<MatchQuestion>): MatchQuestion => ({
  planfix: [],
  choices: [],
  agents: [julia],
  mode: 'selected',
  sendAsEmployee: true,
  generalAgent: general,
  ...question,
})
const only = (question: Partial<MatchQuestion>) => {
  const [row] = matchEmployees(ask(question))
  if (!row) throw new Error('there is a row')
  return row
}

describe('matchEmployees', () => {
  test('an e-mail matches in any case', () => {
    const row = only({
      planfix: [person(6, 'julia@shop.example')],
      choices: [chosen(6, { email: 'JULIA@shop.example' })],
    })
    expect(row).toMatchObject({ match: 'email', agent: julia, allowed: true, listed: true, conflicts: [] })
    expect(row.speaksAs).toEqual({ kind: 'agent', id: 'agent-j', name: 'Julia', email: 'Julia@Shop.example' })
  })

  test('an unseen agent is created by Chatra from e-mail and name', () => {
    const row = only({
      planfix: [person(5, 'ana@shop.example')],
      choices: [chosen(5, { email: 'ana@shop.example' })],
    })
    expect(row).toMatchObject({ match: 'none', agent: null })
    expect(row.speaksAs).toEqual({ kind: 'new-agent', name: 'Person 5', email: 'ana@shop.example' })
  })

  test('without e-mail and agent the general agent is used', () => {
    const row = only({ planfix: [person(5, 'ana@shop.example')], choices: [chosen(5)] })
    expect(row).toMatchObject({ match: 'none', speaksAs: { kind: 'general', ...general } })
  })

  test('with "send as employee" off the general agent is used, and matches are shown', () => {
    const row = only({
      planfix: [person(6, 'julia@shop.example')],
      choices: [chosen(6, { email: 'julia@shop.example' })],
      sendAsEmployee: false,
    })
    expect(row).toMatchObject({ match: 'email', speaksAs: { kind: 'general' } })
  })

  test('a choice by hand takes precedence over the e-mail', () => {
    const other: ChatraAgent = { id: 'agent-o', name: 'Other', email: null }
    const row = only({
      planfix: [person(6, 'julia@shop.example')],
      choices: [chosen(6, { email: 'julia@shop.example', chatraAgentId: 'agent-o' })],
      agents: [julia, other],
    })
    expect(row).toMatchObject({ match: 'hand', agent: other, conflicts: [] })
    expect(row.speaksAs).toEqual({ kind: 'agent', id: 'agent-o', name: 'Other', email: null })
  })

  test('a missing agent chosen by hand is a conflict', () => {
    const row = only({ planfix: [person(6, null)], choices: [chosen(6, { chatraAgentId: 'gone' })] })
    expect(row).toMatchObject({ match: 'hand', agent: null, conflicts: ['agent-gone'] })
    expect(row.speaksAs).toEqual({ kind: 'agent', id: 'gone', name: null, email: null })
  })

  test('two employees with one e-mail are both marked', () => {
    const rows = matchEmployees(
      ask({
        planfix: [
          person(1, 'Sales@shop.example'),
          person(2, 'sales@shop.example'),
          person(3, 'x@shop.example'),
        ],
        choices: [chosen(1, { email: 'Sales@shop.example' })],
      }),
    )
    expect(rows.map((row) => row.conflicts)).toEqual([['same-email'], ['same-email'], []])
  })

  test('two employees as one agent are both marked', () => {
    const rows = matchEmployees(
      ask({
        planfix: [person(1, null), person(6, 'julia@shop.example')],
        choices: [chosen(1, { chatraAgentId: 'agent-j' }), chosen(6, { email: 'julia@shop.example' })],
      }),
    )
    expect(rows.map((row) => row.conflicts)).toEqual([['same-agent'], ['same-agent']])
  })

  test('a listed employee who has left Planfix comes last and is marked', () => {
    const question = ask({ planfix: [person(5, null)], choices: [chosen(9, { name: 'Oleg' }), chosen(5)] })
    expect(matchEmployees(question).map((row) => [row.user.name, row.conflicts])).toEqual([
      ['Person 5', []],
      ['Oleg', ['left-planfix']],
    ])
    expect(matchEmployees({ ...question, planfix: null }).map((row) => row.conflicts)).toEqual([[], []])
  })

  test('an employee who is not listed may not reply when only some may', () => {
    const row = only({ planfix: [person(5, 'ana@shop.example')], choices: [chosen(9)] })
    expect(row).toMatchObject({ listed: false, allowed: false, choice: { planfixUserId: 5, allowed: false } })
  })

  test('with everybody allowed the list has no effect', () => {
    const row = only({
      planfix: [person(6, 'julia@shop.example')],
      choices: [chosen(6, { email: 'julia@shop.example', allowed: false }), chosen(9)],
      mode: 'everybody',
    })
    expect(row).toMatchObject({ listed: false, allowed: true, speaksAs: { kind: 'general' } })
  })
})

describe('matchEmployees where everybody may reply', () => {
  test('a choice that was made before is kept', () => {
    const byHand = chosen(6, { chatraAgentId: 'agent-j', allowed: false })
    const row = only({ mode: 'everybody', planfix: [person(6, null)], choices: [byHand] })
    expect(row).toMatchObject({ choice: byHand, allowed: true, agent: julia })
  })
  test('an employee without a choice is proposed as one who may reply, even a robot', () => {
    const robot = person(6, null, { role: 'Robot', name: 'Robot' })
    for (const one of [person(6, null), robot])
      expect(only({ mode: 'everybody', planfix: [one] }).choice.allowed).toBe(true)
  })
})

test('a listed employee without a name who has left is shown by the number', () => {
  expect(only({ choices: [chosen(6, { name: null, email: 'anna@shop.example' })] }).user).toEqual({
    id: 6,
    name: '6',
    email: 'anna@shop.example',
    otherEmails: [],
    role: null,
  })
})

describe('proposeChoices', () => {
  test('a proposal fits the settings: a name of 200 units, an e-mail without spaces around it', () => {
    const [choice] = proposeChoices([person(6, ' anna@shop.example ', { name: 'x'.repeat(201) })], [])
    expect(choice).toMatchObject({ name: 'x'.repeat(200), email: 'anna@shop.example' })
  })
  test('the proposal is the e-mail of an agent, else the first; robots may not reply', () => {
    const proposed = proposeChoices(
      [
        person(5, 'ana@shop.example', { otherEmails: ['a@shop.example'] }),
        person(6, 'jp@shop.example', { otherEmails: ['julia@shop.example'] }),
        person(1, 'robot@shop.example', { role: 'Robot' }),
        person(8, 'oleg@localhost'),
      ],
      [julia],
    )
    expect(proposed.map((one) => [one.email, one.allowed])).toEqual([
      ['ana@shop.example', true],
      ['julia@shop.example', true],
      ['robot@shop.example', false],
      [null, true],
    ])
  })
})

describe('any employees, agents and choices', () => {
  const email = fc.constantFrom(null, 'a@x.example', 'A@X.example', 'b@x.example', 'c@x.example')
  const agentId = fc.constantFrom('j', 'k', 'l')
  const agents = fc.uniqueArray(fc.record({ id: agentId, name: fc.constantFrom(null, 'N'), email }), {
    selector: (one) => one.id,
  })
  const userId = fc.integer({ min: 1, max: 6 })
  const planfix = fc.uniqueArray(
    fc.record({
      id: userId,
      name: fc.constantFrom('Ana', 'Ion'),
      email,
      otherEmails: fc.array(
        email.filter((one) => one !== null),
        { maxLength: 2 },
      ),
      role: fc.constantFrom(null, 'User', 'Robot'),
    }),
    { selector: (one) => one.id },
  )
  const choices = fc.array(
    fc.record({
      planfixUserId: userId,
      name: fc.constantFrom(null, 'Listed'),
      email,
      chatraAgentId: fc.option(agentId),
      allowed: fc.boolean(),
    }),
    { maxLength: 6 },
  )
  const question: fc.Arbitrary<MatchQuestion> = fc.record({
    planfix: fc.option(planfix),
    choices,
    agents,
    mode: fc.constantFrom('everybody', 'selected'),
    sendAsEmployee: fc.boolean(),
    generalAgent: fc.constant(general),
  })

  test('each row says what the engine will do', () => {
    fc.assert(
      fc.property(question, (asked) => {
        const listed = asked.mode === 'everybody' ? [] : asked.choices
        const parsed = parseConfiguration({
          connections: [
            {
              id: 'shop',
              chatra: { publicKey: 'k', agent: general },
              planfix: { baseUrl: 'https://x.planfix.com/rest' },
              options: { sendAsEmployee: asked.sendAsEmployee },
              employees: listed.map((one) => ({ ...one, planfixUserId: `user:${one.planfixUserId}` })),
            },
          ],
        })
        const settings = parsed.ok ? parsed.value.connections[0] : undefined
        if (!settings) throw new Error('the settings are good')
        for (const { user, speaksAs } of matchEmployees(asked)) {
          const message = { author: { kind: 'employee', id: user.id, name: user.name } } as Message
          const speaker = speakerOf(message, settings, asked.agents)
          const expected =
            speaksAs.kind === 'agent'
              ? { agentId: speaksAs.id }
              : speaksAs.kind === 'new-agent'
                ? { agentEmail: speaksAs.email, agentName: speaksAs.name }
                : speakerOf({ author: { kind: 'bridge' } } as Message, settings, asked.agents)
          expect(speaker).toEqual(expected)
        }
      }),
      { numRuns: 500 },
    )
  })

  test('everybody of Planfix and of the list has exactly one row', () => {
    fc.assert(
      fc.property(question, (asked) => {
        const listed = asked.mode === 'everybody' ? [] : asked.choices
        const expected = new Set([
          ...(asked.planfix ?? []).map(({ id }) => id),
          ...listed.map((one) => one.planfixUserId),
        ])
        const ids = matchEmployees(asked).map(({ user }) => user.id)
        expect(ids).toHaveLength(expected.size)
        expect(new Set(ids)).toEqual(expected)
      }),
    )
  })

  test('the proposal can be saved, and includes everybody', () => {
    fc.assert(
      fc.property(planfix, agents, (users, seen) => {
        const proposed = proposeChoices(users, seen)
        expect(proposed.map((one) => one.planfixUserId)).toEqual(users.map(({ id }) => id))
        for (const [index, one] of proposed.entries()) {
          const own: (string | null | undefined)[] = [
            users[index]?.email,
            ...(users[index]?.otherEmails ?? []),
          ]
          expect(own.includes(one.email) || one.email === null).toBe(true)
        }
      }),
    )
  })
})
