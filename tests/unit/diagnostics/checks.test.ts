import { describe, expect, test } from 'vitest'
import type { ConnectionProbes, PlanfixProbes } from '../../../src/main/diagnostics/check.ts'
import { connectionChecks, examine, examineConnection } from '../../../src/main/diagnostics/doctor.ts'
import { parseConfiguration } from '../../../src/shared/config.ts'
import { bridgeError, type ErrorCode, fail, ok } from '../../../src/shared/errors.ts'
import { isTextKey, LANGUAGES, translateAny } from '../../../src/shared/i18n/index.ts'

const connection = (more: Record<string, unknown> = {}, planfix: Record<string, unknown> = {}) => {
  const parsed = parseConfiguration({
    connections: [
      {
        id: 'shop',
        chatra: { publicKey: 'abc' },
        planfix: {
          baseUrl: 'https://shop.planfix.com/rest',
          taskTemplateId: 12,
          contactTemplateId: 5,
          ...planfix,
        },
        employees: [{ planfixUserId: 'user:5', email: 'ana@shop.example' }],
        webhookSecret: 'hook-secret-0123456789-abc',
        ...more,
      },
    ],
  })
  const first = parsed.ok ? parsed.value.connections[0] : undefined
  if (!first) throw new Error('the configuration of the test is wrong')
  return first
}

const questions = (more: Partial<PlanfixProbes> = {}): PlanfixProbes => ({
  ping: async () => ok(undefined),
  probeScope: async () => ok('granted'),
  users: async () => ok([{ id: 5, name: 'Ana', email: 'ana@shop.example', otherEmails: [] }]),
  groups: async () => ok([{ id: 1, name: 'Sales' }]),
  contactExists: async () => ok(true),
  taskTemplates: async () => ok([{ id: 12, name: 'Chat', processId: 1 }]),
  contactTextFields: async () => ok([{ id: 88, name: 'E-mail of the chat' }]),
  contactTemplates: async () => ok([{ id: 5, name: 'Client' }]),
  statuses: async () => ok([{ id: 3, name: 'Completed' }]),
  completedStatusId: async () => ok(3),
  remainingToday: () => 10_000,
  clockSkew: () => 200,
  ...more,
})

const NOW = 10_000_000
const channel = (more: Partial<ConnectionProbes['channel']> = {}): ConnectionProbes['channel'] => ({
  probe: async () => ok(null),
  calledAt: NOW - 60_000,
  now: NOW,
  ...more,
})

const context = (more: Partial<ConnectionProbes> = {}): ConnectionProbes => ({
  connection: connection(),
  publicUrl: 'https://hooks.shop.example',
  secrets: { chatra: true, planfix: true, chat: true, variables: null },
  probeChatra: async () => ok({ certain: true }),
  planfix: questions(),
  channel: channel(),
  mailedTwice: 0,
  probed: { at: Date.UTC(2026, 2, 2), version: '0.1.0', answered: 30, asked: 45 },
  bridge: { isRunning: true, hooksUrl: 'http://127.0.0.1:1' },
  health: async () => ({ code: 200, status: 'ok' }),
  ...more,
})

const run = async (id: number, given: ConnectionProbes) => {
  const check = connectionChecks.find((one) => one.id === id)
  if (!check) throw new Error(`there is no check ${id}`)
  return check.run(given)
}
const chatraSays = (code: ErrorCode) => async () => fail(bridgeError('chatra', code, 'said so'))
const planfixSays = (code: ErrorCode) => async () => fail(bridgeError('planfix', code, 'said so'))

describe('the checks', () => {
  test('the checks continue when one of them throws', async () => {
    const broken = context({
      probeChatra: async () => {
        throw new Error('a fault of ours')
      },
    })
    const reports = []
    for await (const report of examineConnection(broken)) reports.push(report)
    expect(reports).toHaveLength(connectionChecks.length)
    expect(reports[1]).toMatchObject({
      id: 4,
      result: 'warning',
      detail: { params: { text: 'a fault of ours' } },
    })
  })

  test('the checks keep their numbers', () => {
    const numbers = [...Array.from({ length: 30 }, (_, index) => 3 + index), 38, 39, 40]
    expect(connectionChecks.map(({ id }) => id)).toEqual(numbers)
  })

  test('the checks find no problem in a correct connection', async () => {
    const findings = await Promise.all(connectionChecks.map((check) => check.run(context())))
    expect(findings.filter(({ result }) => result !== 'ok' && result !== 'skipped')).toEqual([])
  })

  test('the checks give instructions for every failure and warning', async () => {
    const bad = context({
      connection: connection(
        { employees: [], webhookSecret: undefined },
        { taskTemplateId: 1, participants: ['group:9'] },
      ),
      secrets: { chatra: true, planfix: true, chat: true, variables: null },
      probeChatra: chatraSays('wrong-keys'),
      planfix: questions({
        probeScope: async () => ok('missing'),
        completedStatusId: async () => ok(null),
        remainingToday: () => 0,
        clockSkew: () => 90_000,
      }),
      bridge: { isRunning: true, hooksUrl: 'http://127.0.0.1:1' },
      health: async () => null,
    })
    const findings = await Promise.all(connectionChecks.map((check) => check.run(bad)))
    const troubled = findings.filter(({ result }) => result === 'failed' || result === 'warning')
    expect(troubled.length).toBeGreaterThan(18)
    expect(troubled.filter(({ todo }) => todo === null)).toEqual([])
  })

  test('the checks send no request for a disabled connection', async () => {
    const reports = []
    const off = context({
      connection: connection({ enabled: false }),
      planfix: questions({ ping: planfixSays('failing') }),
    })
    const program = {
      configuration: { path: 'c.json', problems: [], connections: 1 },
      dataDir: '/tmp',
      publicAddress: { provider: 'none' as const, missingSecrets: [], state: null, now: 0 },
    }
    for await (const report of examine(program, [off])) reports.push(report)
    expect(reports.filter((one) => one.connection === 'shop' && one.result !== 'skipped')).toEqual([])
  })
})

/** Name, number of the check, what is different, the finding. */
const CASES = [
  ['4: wrong keys', 4, { probeChatra: chatraSays('wrong-keys') }, 'failed'],
  ['4: keys nobody can judge', 4, { probeChatra: async () => ok({ certain: false }) }, 'warning'],
  ['4: no paid plan is not about keys', 4, { probeChatra: chatraSays('no-plan') }, 'skipped'],
  ['5: no paid plan', 5, { probeChatra: chatraSays('no-plan') }, 'failed'],
  ['6: no network', 6, { planfix: questions({ ping: planfixSays('unreachable') }) }, 'failed'],
  [
    '6: a refused token is still Planfix',
    6,
    { planfix: questions({ ping: planfixSays('wrong-keys') }) },
    'ok',
  ],
  ['6: not Planfix at all', 6, { planfix: questions({ ping: planfixSays('bad-answer') }) }, 'failed'],
  ['7: a wrong token', 7, { planfix: questions({ ping: planfixSays('wrong-keys') }) }, 'failed'],
  ['7: an unpaid account', 7, { planfix: questions({ ping: planfixSays('unpaid') }) }, 'failed'],
  ['7: no network', 7, { planfix: questions({ ping: planfixSays('unreachable') }) }, 'skipped'],
  [
    '15: no right to comment',
    15,
    { planfix: questions({ probeScope: async () => ok('missing') }) },
    'failed',
  ],
  [
    '16: no right to delete',
    16,
    { planfix: questions({ probeScope: async () => ok('missing') }) },
    'warning',
  ],
  ['15: no answer', 15, { planfix: questions({ probeScope: planfixSays('failing') }) }, 'warning'],
  [
    '21: data tags that nobody uses',
    21,
    { planfix: questions({ probeScope: async () => ok('missing') }) },
    'skipped',
  ],
  ['22: no such template', 22, { connection: connection({}, { taskTemplateId: 99 }) }, 'failed'],
  ['22: none chosen', 22, { connection: connection({}, { taskTemplateId: null }) }, 'warning'],
  ['24: none found', 24, { planfix: questions({ completedStatusId: async () => ok(null) }) }, 'warning'],
  [
    '24: a status of another process',
    24,
    { planfix: questions({ completedStatusId: async () => ok(8) }) },
    'failed',
  ],
  [
    '24: not wanted',
    24,
    { connection: connection({ options: { completeWhenClientLeaves: false } }) },
    'skipped',
  ],
  ['25: everybody may answer', 25, { connection: connection({ employees: [] }) }, 'warning'],
  [
    '26: one who is not there',
    26,
    { connection: connection({ employees: [{ planfixUserId: 'user:6', email: 'b@shop.example' }] }) },
    'failed',
  ],
  [
    '26: one e-mail for two',
    26,
    {
      connection: connection({
        employees: [
          { planfixUserId: 'user:5', email: 'Ana@shop.example' },
          { planfixUserId: 'user:6', email: 'ana@shop.example', allowed: false },
        ],
      }),
    },
    'failed',
  ],
  [
    '26: nothing to match by',
    26,
    { connection: connection({ employees: [{ planfixUserId: 'user:5' }] }) },
    'warning',
  ],
  ['27: a user who is not there', 27, { connection: connection({}, { participants: ['user:9'] }) }, 'failed'],
  ['27: a group that is there', 27, { connection: connection({}, { participants: ['group:1'] }) }, 'ok'],
  ['28: a clock a minute off', 28, { planfix: questions({ clockSkew: () => -61_000 }) }, 'failed'],
  ['29: few requests left', 29, { planfix: questions({ remainingToday: () => 100 }) }, 'warning'],
  ['30: no webhook secret', 30, { connection: connection({ webhookSecret: undefined }) }, 'failed'],
  ['31: not running', 31, { bridge: { isRunning: false, hooksUrl: null } }, 'warning'],
  ['31: degraded', 31, { health: async () => ({ code: 200, status: 'degraded' }) }, 'warning'],
  ['32: no public address', 32, { publicUrl: null }, 'warning'],
  ['32: somebody else answers', 32, { health: async () => ({ code: 404, status: null }) }, 'failed'],
] as const

describe('each check', () => {
  test.each(CASES)('the check finds: %s', async (_name, id, change, result) => {
    expect((await run(id, context(change as Partial<ConnectionProbes>))).result).toBe(result)
  })

  test.each(LANGUAGES)('each check has texts for title, finding and instructions in %s', async (language) => {
    const bare = CASES.map(([, id, change]) => run(id, context(change as Partial<ConnectionProbes>)))
    const good = connectionChecks.map((check) => check.run(context()))
    const findings = await Promise.all([...bare, ...good])
    const words = [
      ...connectionChecks.map(({ title }) => title),
      ...findings.flatMap(({ detail, todo }) => (todo === null ? [detail] : [detail, todo])),
    ]
    expect(words.filter(({ key }) => !isTextKey(key))).toEqual([])
    const texts = words.map(({ key, params }) => translateAny(language, key, params))
    expect(texts.filter((text) => /\{\w+\}|undefined|null/.test(text))).toEqual([])
  })
})

describe("check 38: clients' e-mail", () => {
  const kept = (options: Record<string, unknown>, planfix = {}) => connection({ options }, planfix)
  test.each([
    ['nobody is mailed', kept({}), 0, 'ok', 'diagnostics.detail.client-email.card'],
    ['clients are mailed twice', kept({}), 3, 'warning', 'diagnostics.detail.mailed-twice'],
    [
      'nobody needs to be notified',
      kept({ sendOnlyWhenClientIsRecipient: false }),
      3,
      'ok',
      'diagnostics.detail.mailed-when-ticked',
    ],
    [
      'the field is there',
      kept({ clientEmail: 'field' }, { clientEmailField: 88 }),
      0,
      'ok',
      'diagnostics.detail.client-email.field',
    ],
    [
      'the field is gone',
      kept({ clientEmail: 'field' }, { clientEmailField: 89 }),
      0,
      'failed',
      'diagnostics.detail.gone',
    ],
    [
      'cards of before',
      kept({ clientEmail: 'description' }),
      2,
      'warning',
      'diagnostics.detail.mailed-twice',
    ],
  ] as const)('check 38 finds: %s', async (_what, connection, mailedTwice, result, key) => {
    expect(await run(38, context({ connection, mailedTwice }))).toMatchObject({ result, detail: { key } })
  })
})

describe('check 39: replies at once', () => {
  const inChat = connection({}, { channel: { mode: 'chat-api' } })
  const without = (variables: ConnectionProbes['secrets']['variables'] = null) => ({
    secrets: { chatra: true, planfix: true, chat: false, variables },
  })
  const refuses = (code: ErrorCode, more: object = {}) =>
    channel({ probe: async () => fail(bridgeError('planfix', code, 'said so', more)) })
  const server = { chatra: 'C', planfix: 'P', chat: 'BRIDGE_SHOP_PLANFIX_CHAT_TOKEN' }
  const detail = (name: string) => `diagnostics.detail.${name}`

  test.each([
    ['the mode is off', { connection: connection(), ...without() }, 'skipped', detail('channel-off'), null],
    ['there is no token', without(), 'failed', detail('channel-no-token'), 'diagnostics.todo.channel-token'],
    [
      'none on a server',
      without(server),
      'failed',
      detail('channel-no-token'),
      'diagnostics.todo.secrets-server',
    ],
    [
      'a wrong token',
      { channel: refuses('wrong-chat-token') },
      'failed',
      detail('error'),
      'error.planfix.wrong-chat-token',
    ],
    [
      'another program at the address',
      { channel: refuses('unreachable') },
      'failed',
      detail('error'),
      'diagnostics.todo.channel-address',
    ],
    [
      'no network',
      { channel: refuses('unreachable', { network: 'refused' }) },
      'failed',
      detail('error'),
      'error.planfix.unreachable',
    ],
    [
      'no public address',
      { publicUrl: null },
      'failed',
      detail('channel-no-address'),
      'diagnostics.todo.public-address',
    ],
    [
      'no call yet',
      { channel: channel({ calledAt: null }) },
      'warning',
      detail('channel-never'),
      'diagnostics.todo.channel-test',
    ],
    ['a call a minute ago', {}, 'ok', detail('channel-minutes'), null],
    [
      'a call hours ago',
      { channel: channel({ calledAt: NOW - 7_300_000 }) },
      'ok',
      detail('channel-hours'),
      null,
    ],
  ] as const)('check 39 finds: %s', async (_what, change, result, key, todo) => {
    const finding = await run(39, context({ connection: inChat, ...change }))
    expect(finding).toMatchObject({ result, detail: { key } })
    expect(finding.todo?.key ?? null).toBe(todo)
    for (const { key, params } of [finding.detail, finding.todo].filter((one) => one !== null))
      for (const language of LANGUAGES)
        expect(translateAny(language, key, params)).not.toMatch(/\{\w+\}|^diag/)
  })

  test('nothing is sent while it is off', async () => {
    let asked = 0
    const probe = async () => {
      asked++
      return ok(null)
    }
    await run(39, context({ channel: channel({ probe }) }))
    expect(asked).toBe(0)
  })
})

describe('check 40: unknown facts', () => {
  test('says when the account was asked, and what with', async () => {
    expect(await run(40, context())).toMatchObject({
      result: 'ok',
      detail: { params: { date: '2026-03-02', version: '0.1.0', answered: 30, asked: 45 } },
    })
  })
  test('an account that was never asked is no fault', async () => {
    expect(await run(40, context({ probed: null }))).toMatchObject({ result: 'skipped', todo: null })
  })
})
