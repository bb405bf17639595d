import { beforeEach, describe, expect, test } from 'vitest'
import { errorAnswer } from '../../../../src/main/api/responses.ts'
import { parseConfiguration } from '../../../../src/shared/config.ts'
import { type Desk, openDesk, refusal, SHOP, typed, value } from '../../../support/setup-harness.ts'

let desk: Desk

/** Simulates that both checks were passed. */
async function checked(id: string) {
  await desk.secrets.set(id, 'CHATRA_SECRET_KEY', 'chatra-secret')
  await desk.secrets.set(id, 'PLANFIX_TOKEN', 'planfix-token')
  await desk.context.drafts.change(id, (one) => ({
    ...one,
    checked: { chatra: 'accepted', planfix: 'accepted' },
  }))
}
/** A complete and valid draft. */
async function readyDraft() {
  const draft = await value(desk.calls['setup.begin']({ connectionId: null, name: 'shop.example' }))
  const { id } = draft
  const settings = typed(draft, {
    chatra: { publicKey: 'ANOTHER' },
    planfix: { baseUrl: 'https://shop.planfix.com/rest', taskTemplateId: 12, participants: ['user:7'] },
  })
  await value(desk.calls['setup.save']({ id, settings }))
  await checked(id)
  return value(desk.calls['setup.get']({ id }))
}
const ana = { planfixUserId: 5, name: 'Ana', email: 'ana@shop.example', chatraAgentId: null, allowed: true }
const connections = () => {
  const parsed = parseConfiguration(desk.settings.file)
  return parsed.ok ? parsed.value.connections : []
}

describe('activating a draft', () => {
  beforeEach(async () => {
    desk = await openDesk({ language: 'ru', connections: [SHOP] })
  })

  test('activating adds the connection, enabled, with an unguessable address', async () => {
    const { id } = await readyDraft()
    const draft = await value(desk.calls['setup.activate']({ id }))
    expect(draft).toMatchObject({ id: 'shop-example', active: true })
    expect(desk.settings.file.language).toBe('ru')
    expect(connections()).toHaveLength(2)
    expect(connections()[1]).toMatchObject({
      id: 'shop-example',
      name: 'shop.example',
      enabled: true,
      chatra: { publicKey: 'ANOTHER', agent: { email: 'bridge@shop.example', name: 'shop.example' } },
      planfix: { baseUrl: 'https://shop.planfix.com/rest', taskTemplateId: 12, participants: ['user:7'] },
      employees: [],
    })
    expect(connections()[1]?.webhookSecret).toMatch(/^[\w-]{32}$/)
    const text = JSON.stringify(desk.settings.file)
    expect(text).not.toContain('chatra-secret')
    expect(text).not.toContain('planfix-token')
  })

  test('activating a second time keeps the address and applies the changes', async () => {
    const { id } = await readyDraft()
    const draft = await value(desk.calls['setup.activate']({ id }))
    const secret = connections()[1]?.webhookSecret
    const settings = typed(draft, { options: { sendAsEmployee: true } })
    await value(desk.calls['setup.save']({ id, settings, mode: 'selected', employees: [ana] }))
    await value(desk.calls['setup.activate']({ id }))
    expect(connections()).toHaveLength(2)
    expect(connections()[1]).toMatchObject({
      webhookSecret: secret,
      options: { sendAsEmployee: true },
      employees: [{ planfixUserId: 5, email: 'ana@shop.example' }],
    })
  })

  test('activating names the wrong field, and writes nothing', async () => {
    const draft = await readyDraft()
    const { id } = draft
    const refused = async (change: Parameters<typeof typed>[1], more: object = {}) => {
      await value(desk.calls['setup.save']({ id, settings: typed(draft, change), ...more }))
      await checked(id)
      return refusal(desk.calls['setup.activate']({ id }))
    }
    expect(await refused({ name: ' ' })).toMatchObject({ code: 'invalid', field: 'name' })
    expect(await refused({ chatra: { publicKey: '' } })).toMatchObject({ field: 'chatra.publicKey' })
    expect(await refused({ chatra: { agent: { email: 'x', name: '' } } })).toMatchObject({
      field: 'chatra.agent.email',
    })
    expect(await refused({ planfix: { baseUrl: 'planfix.com' } })).toMatchObject({ field: 'planfix.baseUrl' })
    expect(await refused({ options: { leaveAfterMinutes: 0 } })).toMatchObject({
      field: 'options.leaveAfterMinutes',
    })
    const nobody = { mode: 'selected', employees: [{ ...ana, allowed: false }] }
    expect(await refused({}, nobody)).toMatchObject({ key: 'employees.problem.nobody', field: 'employees' })
    const typo = { mode: 'selected', employees: [{ ...ana, email: 'ana@' }] }
    expect(await refused({}, typo)).toMatchObject({
      key: 'employees.problem.email',
      field: 'employees[0].email',
      params: { name: 'Ana', email: 'ana@' },
    })
    expect(desk.settings.changes).toBe(0)
  })

  test('activating requires checks of both services', async () => {
    const draft = await value(desk.calls['setup.begin']({ connectionId: null, name: 'shop.example' }))
    const settings = typed(draft, { chatra: { publicKey: 'P' }, planfix: { baseUrl: 'shop.planfix.com' } })
    await value(desk.calls['setup.save']({ id: draft.id, settings }))
    expect(await refusal(desk.calls['setup.activate']({ id: draft.id }))).toMatchObject({
      key: 'wizard.problem.chatra-first',
      field: 'chatra.secretKey',
    })
  })

  test('activating after a restart that lost the secrets says so', async () => {
    const { id } = await readyDraft()
    const again = await desk.restarted()
    expect(await refusal(again.calls['setup.activate']({ id }))).toMatchObject({
      key: 'wizard.problem.secret-lost',
      field: 'chatra.secretKey',
    })
    await again.secrets.set(id, 'CHATRA_SECRET_KEY', 'chatra-secret')
    expect(await refusal(again.calls['setup.activate']({ id }))).toMatchObject({
      key: 'wizard.problem.secret-lost',
      field: 'planfix.token',
    })
  })

  test('a list of employees is kept in the draft while everybody may answer', async () => {
    const { id } = await readyDraft()
    await value(desk.calls['setup.save']({ id, mode: 'everybody', employees: [ana] }))
    expect((await value(desk.calls['setup.activate']({ id }))).employees).toEqual([ana])
    expect(connections()[1]?.employees).toEqual([])
  })

  test('a general agent without an e-mail gets the proposed one', async () => {
    const draft = await readyDraft()
    const settings = typed(draft, { chatra: { agent: { email: '', name: 'Anna of the shop' } } })
    await value(desk.calls['setup.save']({ id: draft.id, settings }))
    await value(desk.calls['setup.activate']({ id: draft.id }))
    expect(connections()[1]?.chatra.agent).toEqual({ email: 'bridge@shop.example', name: 'Anna of the shop' })
  })
})

describe('setting up a connection again', () => {
  beforeEach(async () => {
    desk = await openDesk({ connections: [SHOP] })
    await desk.secrets.set('shop', 'CHATRA_SECRET_KEY', 'old-secret')
    await desk.secrets.set('shop', 'PLANFIX_TOKEN', 'old-token')
    await value(desk.calls['setup.begin']({ connectionId: 'shop' }))
  })
  const newKey = () => desk.setup.keepSecret('shop', 'CHATRA_SECRET_KEY', 'new-secret')
  const secret = () => desk.secrets.get('shop', 'CHATRA_SECRET_KEY')

  test('an edited connection keeps its old keys until it is activated', async () => {
    await newKey()
    expect(await secret()).toBe('old-secret')
    await value(desk.calls['setup.activate']({ id: 'shop' }))
    expect(await secret()).toBe('new-secret')
    expect(desk.settings.applied).toBe(1)
    expect(connections()[0]?.webhookSecret).toBe(SHOP.webhookSecret)
  })

  test('a failed write keeps the old keys, and the new ones for the next try', async () => {
    await newKey()
    desk.settings.refusal = errorAnswer('unavailable', 'settings.problem.disk')
    expect(await refusal(desk.calls['setup.activate']({ id: 'shop' }))).toMatchObject({ code: 'unavailable' })
    expect(await secret()).toBe('old-secret')
    desk.settings.refusal = null
    await value(desk.calls['setup.activate']({ id: 'shop' }))
    expect(await secret()).toBe('new-secret')
  })

  test('discarding changes nothing', async () => {
    const before = structuredClone(desk.settings.file)
    await newKey()
    await value(desk.calls['setup.save']({ id: 'shop', mode: 'selected', employees: [ana] }))
    await value(desk.calls['setup.discard']({ id: 'shop' }))
    expect(desk.settings.file).toEqual(before)
    expect(await secret()).toBe('old-secret')
    const again = await value(desk.calls['setup.begin']({ connectionId: 'shop' }))
    expect(again).toMatchObject({ mode: 'everybody', employees: [] })
  })

  test('finishing without a change writes nothing, and otherwise applies it', async () => {
    await value(desk.calls['setup.finish']({ id: 'shop' }))
    expect(desk.settings.changes).toBe(0)
    expect(await desk.context.drafts.list()).toEqual([])
    const draft = await value(desk.calls['setup.begin']({ connectionId: 'shop' }))
    await value(desk.calls['setup.save']({ id: 'shop', settings: typed(draft, { name: 'New name' }) }))
    await value(desk.calls['setup.finish']({ id: 'shop' }))
    expect(connections()[0]?.name).toBe('New name')
  })
})

describe('before a connection is active', () => {
  test('before the activation there is nothing to finish, to copy or to test', async () => {
    desk = await openDesk()
    const { id } = await readyDraft()
    for (const name of ['setup.finish', 'setup.scenario', 'setup.progress'] as const) {
      expect(await refusal(desk.calls[name]({ id }))).toMatchObject({
        code: 'conflict',
        key: 'wizard.problem.not-active',
      })
    }
  })
})

describe('the requests of a scenario', () => {
  test("the scenario's address is public, or this computer's while there is none", async () => {
    desk = await openDesk({ connections: [SHOP] })
    const path = '/hooks/shop/shop-hook-secret-0123456789/planfix'
    const body = '{"task": {{Задача.Номер}}}'
    const scenario = () => value(desk.calls['setup.scenario']({ id: 'shop' }))
    expect(await scenario()).toEqual({ address: `http://127.0.0.1:4000${path}`, body })
    await value(desk.calls['setup.publicAddress']({ address: 'bridge.shop.example/' }))
    expect(desk.settings.file.publicUrl).toBe('https://bridge.shop.example')
    expect(await scenario()).toEqual({ address: `https://bridge.shop.example${path}`, body })
  })

  test('an invalid public address is refused', async () => {
    desk = await openDesk()
    expect(await refusal(desk.calls['setup.publicAddress']({ address: '192.168.1.7' }))).toMatchObject({
      code: 'invalid',
      key: 'wizard.problem.public-private',
      field: 'address',
    })
    expect(desk.settings.changes).toBe(0)
  })
})
