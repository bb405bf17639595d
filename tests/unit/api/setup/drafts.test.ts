import { describe, expect, test } from 'vitest'
import { createDrafts } from '../../../../src/main/api/setup/drafts.ts'
import { draft as draftSchema } from '../../../../src/shared/api/setup.ts'
import { openDesk, refusal, SHOP, typed, value } from '../../../support/setup-harness.ts'

describe('drafts', () => {
  test('a new draft has the default values, and an unused id', async () => {
    const { calls } = await openDesk({ connections: [SHOP] })
    const draft = await value(calls['setup.begin']({ connectionId: null }))
    expect(draftSchema.parse(draft)).toEqual(draft)
    expect(draft).toMatchObject({
      id: 'shop-2',
      redo: false,
      step: 'chatra',
      mode: 'everybody',
      employees: [],
      has: { chatraSecretKey: false, planfixToken: false },
      checked: { chatra: 'no', planfix: 'no' },
      active: false,
      settings: { name: '', chatra: { baseUrl: 'https://app.chatra.io/api', publicKey: '' } },
    })
  })

  test("a draft's id is derived from the name if there is one", async () => {
    const { calls } = await openDesk()
    const draft = await value(calls['setup.begin']({ connectionId: null, name: 'My shop.example' }))
    expect(draft).toMatchObject({ id: 'my-shop-example', settings: { name: 'My shop.example' } })
  })

  test('two untouched starts of the wizard make one draft, edited ones make two', async () => {
    const { calls, store } = await openDesk()
    const first = await value(calls['setup.begin']({ connectionId: null }))
    expect((await value(calls['setup.begin']({ connectionId: null }))).id).toBe(first.id)
    await value(calls['setup.save']({ id: first.id, settings: typed(first, { name: 'a.example' }) }))
    const second = await value(calls['setup.begin']({ connectionId: null }))
    expect(second.id).not.toBe(first.id)
    expect((await createDrafts(store).list()).map((one) => one.id)).toEqual([first.id, second.id])
  })

  test('typed values survive a restart, secrets typed on a server do not', async () => {
    const desk = await openDesk()
    const { id, ...draft } = await value(desk.calls['setup.begin']({ connectionId: null }))
    const settings = typed({ id, ...draft }, { name: 'a.example', chatra: { publicKey: ' half a k' } })
    const employees = [
      { planfixUserId: 5, name: 'Ana', email: 'not yet', chatraAgentId: null, allowed: true },
    ]
    await value(desk.calls['setup.save']({ id, step: 'chatra', settings, mode: 'selected', employees }))
    await desk.secrets.set(id, 'CHATRA_SECRET_KEY', 'secret')
    expect(await value(desk.calls['setup.get']({ id }))).toMatchObject({ has: { chatraSecretKey: true } })
    const again = await desk.restarted()
    expect(await value(again.calls['setup.get']({ id }))).toMatchObject({
      step: 'chatra',
      settings,
      mode: 'selected',
      employees,
      has: { chatraSecretKey: false, planfixToken: false },
    })
  })

  test('changes made at the same moment are all kept', async () => {
    const { calls } = await openDesk()
    const draft = await value(calls['setup.begin']({ connectionId: null }))
    await Promise.all([
      calls['setup.save']({ id: draft.id, step: 'templates' }),
      calls['setup.save']({ id: draft.id, mode: 'selected' }),
      calls['setup.save']({ id: draft.id, settings: typed(draft, { name: 'a.example' }) }),
    ])
    expect(await value(calls['setup.get']({ id: draft.id }))).toMatchObject({
      step: 'templates',
      mode: 'selected',
      settings: { name: 'a.example' },
    })
  })

  test('an edited connection has one draft with its settings, however often it is begun', async () => {
    const { calls, store } = await openDesk({
      connections: [{ ...SHOP, employees: [{ planfixUserId: 'user:5', name: 'Ana' }] }],
    })
    const draft = await value(calls['setup.begin']({ connectionId: 'shop' }))
    expect(draft).toMatchObject({
      id: 'shop',
      redo: true,
      active: true,
      mode: 'selected',
      employees: [{ planfixUserId: 5, name: 'Ana', email: null, chatraAgentId: null, allowed: true }],
      settings: { name: 'shop.example', planfix: { taskTemplateId: 12, webUrl: 'https://shop.planfix.com' } },
    })
    await value(calls['setup.save']({ id: 'shop', step: 'templates' }))
    expect(await value(calls['setup.begin']({ connectionId: 'shop' }))).toMatchObject({ step: 'templates' })
    expect(await createDrafts(store).list()).toHaveLength(1)
  })

  test('a missing draft is reported', async () => {
    const { calls } = await openDesk()
    const answers = [
      calls['setup.begin']({ connectionId: 'nobody' }),
      calls['setup.get']({ id: 'nobody' }),
      calls['setup.save']({ id: 'nobody', step: 'done' }),
      calls['setup.checkChatra']({ id: 'nobody', publicKey: 'a', secretKey: 'b' }),
      calls['setup.checkPlanfix']({ id: 'nobody', address: 'shop.planfix.com', token: 'b' }),
      calls['setup.choices']({ id: 'nobody', kind: 'users' }),
      calls['setup.activate']({ id: 'nobody' }),
      calls['setup.finish']({ id: 'nobody' }),
      calls['setup.progress']({ id: 'nobody' }),
      calls['employees.get']({ id: 'nobody', refresh: false }),
      calls['employees.save']({ id: 'nobody', mode: 'everybody', choices: [] }),
    ]
    for (const answer of answers) expect(await refusal(answer)).toMatchObject({ code: 'not-found' })
  })

  test('a discarded draft leaves nothing, but the secrets of a connection stay', async () => {
    const { calls, secrets, store } = await openDesk({ connections: [SHOP] })
    await secrets.set('shop', 'PLANFIX_TOKEN', 'used')
    await value(calls['setup.begin']({ connectionId: 'shop' }))
    const { id } = await value(calls['setup.begin']({ connectionId: null }))
    await secrets.set(id, 'PLANFIX_TOKEN', 'unused')
    await value(calls['setup.discard']({ id: 'shop' }))
    await value(calls['setup.discard']({ id }))
    expect(await secrets.get('shop', 'PLANFIX_TOKEN')).toBe('used')
    expect(await secrets.get(id, 'PLANFIX_TOKEN')).toBeNull()
    expect(await createDrafts(store).list()).toEqual([])
    expect(await store.fact('', 'drafts')).toBeNull()
  })

  test.each([
    ['language', 'chatra'],
    ['name', 'chatra'],
    ['chatra', 'chatra'],
    ['planfix', 'planfix'],
    ['templates', 'templates'],
    ['employees', 'templates'],
    ['options', 'templates'],
    ['address', 'address'],
    ['webhooks', 'address'],
    ['channel', 'test'],
    ['scenario', 'test'],
    ['test', 'test'],
    ['done', 'done'],
  ])('a draft left at the step %s of the first wizard opens at %s, without loss', async (before, now) => {
    const desk = await openDesk()
    const { id, ...begun } = await value(desk.calls['setup.begin']({ connectionId: null, name: 'a.example' }))
    const employees = [{ planfixUserId: 5, name: 'Ana', email: null, chatraAgentId: null, allowed: true }]
    const settings = typed({ id, ...begun }, { planfix: { taskTemplateId: 12 } })
    await value(desk.calls['setup.save']({ id, settings, mode: 'selected', employees }))
    const [kept] = (await desk.store.fact<Record<string, unknown>[]>('', 'drafts')) ?? []
    const stored = [{ ...kept, step: before }]
    await desk.store.commit([{ type: 'fact.set', connectionId: '', key: 'drafts', value: stored }])
    const again = await desk.restarted()
    expect(await value(again.calls['setup.get']({ id }))).toMatchObject({
      step: now,
      settings,
      mode: 'selected',
      employees,
    })
  })

  test('a draft of another version of the program is discarded, not shown broken', async () => {
    const desk = await openDesk()
    const { id } = await value(desk.calls['setup.begin']({ connectionId: null, name: 'a.example' }))
    const kept = await desk.store.fact<unknown[]>('', 'drafts')
    const mixed = [...(kept ?? []), { id: 'old', step: 'keys' }, 7]
    await desk.store.commit([{ type: 'fact.set', connectionId: '', key: 'drafts', value: mixed }])
    const again = await desk.restarted()
    expect((await createDrafts(again.store).list()).map((one) => one.id)).toEqual([id])
  })
})
