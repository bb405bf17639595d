import { beforeEach, describe, expect, test } from 'vitest'
import { matchEmployees } from '../../src/shared/matching.ts'
import { type PlanfixSimulator, startPlanfixSimulator } from '../../src/simulators/planfix/index.ts'
import { atEnd, type Desk, openDesk, refusal, SHOP, typed, value } from '../support/setup-harness.ts'

let planfix: PlanfixSimulator
let desk: Desk
let now: number

const ana = { planfixUserId: 5, name: 'Ana', email: 'ana@shop.example', chatraAgentId: null, allowed: true }

beforeEach(async () => {
  planfix = await startPlanfixSimulator({ requestsPerSecondLimit: Number.POSITIVE_INFINITY })
  atEnd(() => planfix.stop())
  now = 1_700_000_000_000
  desk = await openDesk(
    { connections: [{ ...SHOP, planfix: { baseUrl: planfix.restUrl, requestsPerSecond: 1000 } }] },
    { now: () => now },
  )
  await desk.secrets.set('shop', 'PLANFIX_TOKEN', planfix.token)
})
const get = (refresh = false) => value(desk.calls['employees.get']({ id: 'shop', refresh }))
const lists = () => planfix.server.requests.filter(({ path }) => path === '/rest/user/list').length

describe('employees of a connection', () => {
  test('employees are read live, with the seen agents and the general agent', async () => {
    const julia = { id: 'agent-j', name: 'Julia', email: 'julia@shop.example' }
    await desk.seeAgents('shop', [julia])
    const view = await get()
    expect(view).toMatchObject({
      mode: 'everybody',
      choices: [],
      readAt: now,
      problem: null,
      agents: [julia],
      sendAsEmployee: false,
      generalAgent: { email: 'bridge@shop.example', name: 'shop.example' },
    })
    expect(view.planfix).toContainEqual({
      id: 5,
      name: 'Ana Rusu',
      email: 'ana@shop.example',
      otherEmails: [],
      role: 'User',
    })
    expect(view.planfix?.some(({ name }) => name.startsWith('Oleg'))).toBe(false)
    const rows = matchEmployees(view)
    expect(rows.find(({ user }) => user.id === 6)).toMatchObject({ match: 'email', agent: julia })
  })

  test('employees are read again after ten minutes or on request, not before', async () => {
    await get()
    now += 599_000
    await get()
    expect(lists()).toBe(1)
    await get(true)
    expect(lists()).toBe(2)
    now += 600_000
    await get()
    expect(lists()).toBe(3)
  })

  test('the last known employees are shown with the reason when Planfix cannot be read', async () => {
    const first = await get()
    planfix.server.faults.add({ kind: 'status', status: 500, body: {} })
    now += 700_000
    expect(await get()).toMatchObject({
      planfix: first.planfix,
      readAt: first.readAt,
      problem: { code: 'service', message: { key: 'wizard.problem.planfix.failing' } },
    })
    planfix.server.faults.clear()
    expect(await get()).toMatchObject({ readAt: now, problem: null })
  })

  test('employees that were never read are null, and a missing right is named', async () => {
    planfix.scopes.delete('user_readonly')
    expect(await get()).toMatchObject({
      planfix: null,
      readAt: null,
      problem: { message: { key: 'error.planfix.missing-scope', params: { scope: 'user_readonly' } } },
    })
    await desk.secrets.remove('shop')
    expect(await get()).toMatchObject({
      planfix: null,
      problem: { message: { key: 'employees.problem.no-planfix' } },
    })
  })

  test('selected employees are saved, and everybody again', async () => {
    const choices = [ana, { ...ana, planfixUserId: 6, name: null, email: null, chatraAgentId: 'agent-j' }]
    await value(desk.calls['employees.save']({ id: 'shop', mode: 'selected', choices }))
    expect(await get()).toMatchObject({ mode: 'selected', choices })
    await value(desk.calls['employees.save']({ id: 'shop', mode: 'everybody', choices }))
    expect(await get()).toMatchObject({ mode: 'everybody', choices: [] })
  })

  test('a list without allowed, with an invalid or a duplicate employee is refused', async () => {
    const save = (...choices: (typeof ana)[]) =>
      refusal(desk.calls['employees.save']({ id: 'shop', mode: 'selected', choices }))
    const nobody = { code: 'invalid', key: 'employees.problem.nobody', field: 'choices' }
    expect(await save()).toMatchObject(nobody)
    expect(await save({ ...ana, allowed: false })).toMatchObject(nobody)
    expect(await save(ana, { ...ana, planfixUserId: 6, email: 'ana' })).toMatchObject({
      key: 'employees.problem.email',
      field: 'choices[1].email',
    })
    expect(await save(ana, ana)).toMatchObject({ key: 'employees.problem.twice', params: { name: 'Ana' } })
    expect(desk.settings.changes).toBe(0)
  })

  test('employees saved while the wizard edits the connection are in its draft too', async () => {
    await value(desk.calls['setup.begin']({ connectionId: 'shop' }))
    await value(desk.calls['employees.save']({ id: 'shop', mode: 'selected', choices: [ana] }))
    expect(await value(desk.calls['setup.get']({ id: 'shop' }))).toMatchObject({
      mode: 'selected',
      employees: [ana],
    })
  })
})

describe('employees of a draft', () => {
  test('employees of a draft are known after Planfix was checked, and saved in the draft', async () => {
    const draft = await value(desk.calls['setup.begin']({ connectionId: null, name: 'second.example' }))
    const { id } = draft
    const settings = typed(draft, {
      chatra: { agent: { email: '', name: 'Anna' } },
      planfix: { requestsPerSecond: 1000 },
      options: { sendAsEmployee: true },
    })
    await value(desk.calls['setup.save']({ id, settings }))
    const ask = () => value(desk.calls['employees.get']({ id, refresh: false }))
    expect(await ask()).toMatchObject({
      planfix: null,
      problem: { code: 'conflict', message: { key: 'wizard.problem.planfix-first' } },
      sendAsEmployee: true,
      generalAgent: { email: 'bridge@second.example', name: 'Anna' },
    })
    const { restUrl: address, token } = planfix
    await value(desk.calls['setup.checkPlanfix']({ id, address, token }))
    expect((await ask()).planfix).toHaveLength(4)
    await value(desk.calls['employees.save']({ id, mode: 'selected', choices: [ana] }))
    expect(await ask()).toMatchObject({ mode: 'selected', choices: [ana] })
    expect(desk.settings.changes).toBe(0)
  })
})
