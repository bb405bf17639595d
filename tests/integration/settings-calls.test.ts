import { mkdirSync, rmSync, statSync } from 'node:fs'
import { afterEach, describe, expect, test } from 'vitest'
import type { ConnectionSettings } from '../../src/shared/api/settings.ts'
import { isTextKey, LANGUAGES, translate } from '../../src/shared/i18n/index.ts'
import { Bridge, HOOK_SECRET } from '../support/bridge.ts'

let bridge: Bridge
afterEach(() => bridge.stop())

const shopSettings = async (): Promise<ConnectionSettings> =>
  (await bridge.get('connection.get', { id: 'shop' })).settings

/** The settings with some of them changed. */
const over = (
  settings: ConnectionSettings,
  change: { name?: string; chatra?: object; planfix?: object; options?: object },
): ConnectionSettings => ({
  name: change.name ?? settings.name,
  chatra: { ...settings.chatra, ...change.chatra },
  planfix: { ...settings.planfix, ...change.planfix },
  options: { ...settings.options, ...change.options },
})

/** It has a text in each language without open placeholders. */
function expectSaid({ key, params }: { key: string; params: Record<string, string | number> }) {
  for (const language of LANGUAGES) {
    if (!isTextKey(key)) throw new Error(`${key} is in no catalogue`)
    expect(translate(language, key, params)).not.toMatch(/\{\w+\}/)
  }
}

describe('settings of the program', () => {
  test('settings are stored in the file, readable only for its owner, and used at once', async () => {
    bridge = await Bridge.start(null)
    const saved = await bridge.get('settings.save', { settings: { language: 'ru', theme: 'dark' } })
    expect(saved).toMatchObject({ language: 'ru', theme: 'dark', retentionDays: 90 })
    expect(bridge.read()).toEqual({ language: 'ru', theme: 'dark' })
    expect(await bridge.get('state.get', {})).toMatchObject({ followsBrowser: false })
    expect(statSync(bridge.file).mode & 0o777).toBe(0o600)
    expect(await bridge.get('state.get', {})).toMatchObject({ language: 'ru', theme: 'dark' })
    await bridge.restart()
    expect(await bridge.get('settings.get', {})).toEqual(saved)
  })

  test.each([
    [{ retentionDays: 0 }, 'retentionDays', 'settings.problem.range'],
    [{ retentionDays: 1.5 }, 'retentionDays', 'settings.problem.range'],
    [{ publicUrl: 'http://hooks.shop.example' }, 'publicUrl', 'wizard.problem.address-https'],
    [{ publicUrl: 'not an address' }, 'publicUrl', 'wizard.problem.public-unreadable'],
    [
      {
        notifications: {
          newChats: true,
          failures: true,
          connections: true,
          opens: 'window' as const,
          sound: true,
          unansweredMinutes: 15,
          weekly: true,
          quiet: { from: '22:00', to: '24:00' },
        },
      },
      'notifications.quiet.to',
      'settings.problem.time',
    ],
  ])(
    'the settings %j are refused with field and reason, and nothing is written',
    async (settings, field, key) => {
      bridge = await Bridge.start(null)
      const refused = await bridge.refusal('settings.save', { settings })
      expect(refused).toMatchObject({ code: 'invalid', field, key })
      expectSaid(refused)
      expect(() => bridge.read()).toThrow('ENOENT')
    },
  )

  test('an empty public address means none', async () => {
    bridge = await Bridge.start((one) => ({
      publicUrl: 'http://127.0.0.1:9',
      connections: [one.shop()],
    }))
    expect(await bridge.get('settings.save', { settings: { publicUrl: ' ' } })).toMatchObject({
      publicUrl: null,
    })
    expect(await bridge.get('state.get', {})).toMatchObject({
      publicAddress: { provider: 'none', state: 'none' },
    })
  })
})

describe('the file', () => {
  test('a manual edit of the file is kept and used by the next change', async () => {
    bridge = await Bridge.start()
    const content = bridge.read()
    bridge.write({ ...content, retentionDays: 30 })
    await bridge.get('settings.save', { settings: { theme: 'light' } })
    expect(bridge.read()).toMatchObject({ retentionDays: 30, theme: 'light', connections: [{ id: 'shop' }] })
    expect(bridge.app.configuration.retentionDays).toBe(30)
  })

  test('a file broken by hand is not changed, and its problem is reported', async () => {
    bridge = await Bridge.start()
    bridge.write({ colour: 1 })
    const refused = await bridge.refusal('settings.save', { settings: { theme: 'light' } })
    expect(refused).toMatchObject({
      code: 'conflict',
      key: 'settings.problem.edited',
      detail: 'colour: unknown key',
    })
    expectSaid(refused)
    expect(bridge.read()).toEqual({ colour: 1 })
    expect([...bridge.app.connections.keys()]).toEqual(['shop'])
  })

  test('the file gets all changes that are made at the same moment', async () => {
    bridge = await Bridge.start()
    await Promise.all([
      bridge.get('settings.save', { settings: { theme: 'dark' } }),
      bridge.get('settings.save', { settings: { language: 'ro' } }),
      bridge.get('settings.save', { settings: { retentionDays: 7 } }),
      bridge.get('connection.enable', { id: 'shop', enabled: false }),
    ])
    expect(bridge.read()).toMatchObject({
      theme: 'dark',
      language: 'ro',
      retentionDays: 7,
      connections: [{ id: 'shop', enabled: false }],
    })
  })

  test("a file that cannot be written is reported with the disk's code, without any change", async () => {
    bridge = await Bridge.start()
    rmSync(bridge.file)
    mkdirSync(bridge.file)
    const refused = await bridge.refusal('settings.save', { settings: { theme: 'dark' } })
    expect(refused).toMatchObject({
      code: 'unavailable',
      key: 'settings.problem.disk',
      params: { code: 'EISDIR' },
    })
    expectSaid(refused)
    expect(bridge.app.configuration.theme).toBe('system')
  })
})

describe('settings of a connection', () => {
  test('settings are shown with their defaults and can be saved unchanged', async () => {
    bridge = await Bridge.start()
    const before = bridge.app.configuration
    const live = bridge.app.connections.get('shop')
    const settings = await shopSettings()
    expect(settings).toMatchObject({
      name: 'shop.example',
      chatra: { agent: { email: 'bridge@shop.example', name: 'shop.example' } },
      planfix: { taskTemplateId: 12, visitDataTag: null },
      options: { leaveAfterMinutes: 10 },
    })
    await bridge.get('connection.save', { id: 'shop', settings })
    expect(bridge.app.configuration).toEqual(before)
    expect(bridge.app.connections.get('shop')).toBe(live)
    expect(JSON.stringify(settings)).not.toContain(HOOK_SECRET)
  })

  test('changed settings are used at once; employees and webhook secret stay', async () => {
    bridge = await Bridge.start((one) => ({
      connections: [one.shop({ employees: [{ planfixUserId: 'user:5', email: 'ana@shop.example' }] })],
    }))
    const settings = await shopSettings()
    settings.options.sendAsEmployee = true
    settings.name = 'Shop'
    await bridge.get('connection.save', { id: 'shop', settings })
    expect(bridge.app.connections.get('shop')?.settings).toMatchObject({
      name: 'Shop',
      options: { sendAsEmployee: true },
      employees: [{ planfixUserId: 5 }],
      webhookSecret: HOOK_SECRET,
    })
    const anna = bridge.chatra.visit({ name: 'Anna' })
    anna.says('Hello')
    const task = await bridge.until('a task', () => bridge.planfix.tasks[0])
    bridge.planfix.employeeComments(task.id, 5, '<p>Good day</p>')
    const reply = () => bridge.chatra.messages(anna.clientId).find((one) => one.text === 'Good day')
    expect((await bridge.until('a reply', reply)).agentEmail).toBe('ana@shop.example')
  })

  test.each([
    ['an empty name', { name: ' ' }, 'name', 'empty'],
    ['a name that is too long', { name: 'x'.repeat(101) }, 'name', 'too-long'],
    ['a wrong address', { planfix: { baseUrl: 'ftp://x' } }, 'planfix.baseUrl', 'address'],
    ['a wrong e-mail', { chatra: { agent: { email: 'ana', name: '' } } }, 'chatra.agent.email', 'email'],
    ['a number too big', { options: { leaveAfterMinutes: 99_999 } }, 'options.leaveAfterMinutes', 'range'],
    ['no public key', { chatra: { publicKey: '' } }, 'chatra.publicKey', 'key'],
    [
      'a strange participant',
      { planfix: { participants: ['user:x'] } },
      'planfix.participants[0]',
      'participant',
    ],
    ['half a number', { planfix: { taskTemplateId: 1.5 } }, 'planfix.taskTemplateId', 'unknown'],
  ])('%s is refused with its field, and nothing is written', async (_what, spoiled, field, problem) => {
    bridge = await Bridge.start()
    const before = bridge.read()
    const refused = await bridge.refusal('connection.save', {
      id: 'shop',
      settings: over(await shopSettings(), spoiled),
    })
    expect(refused).toMatchObject({ code: 'invalid', field, key: `settings.problem.${problem}` })
    expectSaid(refused)
    expect(bridge.read()).toEqual(before)
  })

  test('settings of an unknown connection are not found by any call', async () => {
    bridge = await Bridge.start()
    const settings = await shopSettings()
    const id = 'nobody'
    const refusals = [
      await bridge.refusal('connection.get', { id }),
      await bridge.refusal('connection.save', { id, settings }),
      await bridge.refusal('connection.enable', { id, enabled: true }),
      await bridge.refusal('connection.remove', { id }),
      await bridge.refusal('connection.secrets', { id, chatraSecretKey: 'x', planfixToken: null }),
      await bridge.refusal('connection.addresses', { id }),
      await bridge.refusal('connection.newWebhookSecret', { id }),
    ]
    expect(refusals.map((one) => one.code)).toEqual(refusals.map(() => 'not-found'))
  })
})

describe('secrets of a connection', () => {
  test('missing secrets are named, and once given the waiting messages are delivered', async () => {
    bridge = await Bridge.start((one) => ({ connections: [one.shop({ id: 'other' })] }))
    bridge.chatra.webhookUrl = `${bridge.app.hooksUrl}/hooks/other/${HOOK_SECRET}/chatra`
    const state = await bridge.get('state.get', {})
    expect(state.connections[0]?.missing).toEqual(['chatra-secret-key', 'planfix-token'])
    bridge.chatra.visit({ name: 'Anna' }).says('Hello')
    await bridge.chatra.flush()
    await bridge.app.settled()
    await bridge.get('connection.secrets', {
      id: 'other',
      chatraSecretKey: ` ${bridge.chatra.secretKey}\n`,
      planfixToken: bridge.planfix.token,
    })
    await bridge.until('a task', () => bridge.planfix.tasks[0])
    expect((await bridge.get('state.get', {})).connections[0]?.missing).toEqual([])
    expect(bridge.redact(`it is ${bridge.planfix.token}`)).toBe('it is ***')
    expect(JSON.stringify(bridge.read())).not.toContain(bridge.planfix.token)
  })

  test('secrets that a service refuses do not replace the old ones', async () => {
    bridge = await Bridge.start()
    const live = bridge.app.connections.get('shop')
    const wrongKey = await bridge.refusal('connection.secrets', {
      id: 'shop',
      chatraSecretKey: 'not-the-secret-key',
      planfixToken: bridge.planfix.token,
    })
    expect(wrongKey).toMatchObject({ code: 'service', field: 'chatraSecretKey' })
    expectSaid(wrongKey)
    const wrongToken = await bridge.refusal('connection.secrets', {
      id: 'shop',
      chatraSecretKey: bridge.chatra.secretKey,
      planfixToken: 'not-the-token',
    })
    expect(wrongToken).toMatchObject({ code: 'service', field: 'planfixToken' })
    const wrongChatToken = await bridge.refusal('connection.secrets', {
      id: 'shop',
      chatraSecretKey: bridge.chatra.secretKey,
      planfixToken: null,
      planfixChatToken: 'not-the-token-of-the-chat',
    })
    expect(wrongChatToken).toMatchObject({ code: 'service', field: 'planfixChatToken' })
    expectSaid(wrongChatToken)
    expectSaid(wrongToken)
    expect(bridge.app.connections.get('shop')).toBe(live)
    expect(JSON.stringify([wrongKey, wrongToken, wrongChatToken, bridge.logged])).not.toMatch(
      /not-the-(secret|token)/,
    )
  })

  test('a key of strange letters is refused before anything is sent', async () => {
    bridge = await Bridge.start()
    const asked = bridge.chatra.server.requests.length
    const refused = await bridge.refusal('connection.secrets', {
      id: 'shop',
      chatraSecretKey: 'ключ',
      planfixToken: null,
    })
    expect(refused).toMatchObject({ code: 'invalid', field: 'chatraSecretKey' })
    expect(bridge.chatra.server.requests.length).toBe(asked)
  })
})

describe('webhook addresses', () => {
  test('webhook addresses lead to this computer without a public one, and can be renewed', async () => {
    bridge = await Bridge.start()
    const first = await bridge.get('connection.addresses', { id: 'shop' })
    expect(first).toEqual({
      chatra: `${bridge.app.hooksUrl}/hooks/shop/${HOOK_SECRET}/chatra`,
      planfix: `${bridge.app.hooksUrl}/hooks/shop/${HOOK_SECRET}/planfix`,
      public: false,
    })
    await bridge.get('settings.save', { settings: { publicUrl: 'http://127.0.0.1:9/in/' } })
    const renewed = await bridge.get('connection.newWebhookSecret', { id: 'shop' })
    const secret = bridge.read().connections?.[0]?.webhookSecret as string
    expect(secret).toMatch(/^[\w-]{32}$/)
    expect(renewed).toEqual({
      chatra: `http://127.0.0.1:9/in/hooks/shop/${secret}/chatra`,
      planfix: `http://127.0.0.1:9/in/hooks/shop/${secret}/planfix`,
      public: true,
    })
    const post = async (url: string) => (await fetch(url, { method: 'POST', body: '{}' })).status
    const local = `${bridge.app.hooksUrl}/hooks/shop/${secret}/planfix`
    expect([await post(first.planfix), await post(local)]).toEqual([404, 200])
    expect(bridge.redact(secret)).toBe('***')
  })

  test('webhook addresses of a connection without a secret are created on request', async () => {
    bridge = await Bridge.start((one) => ({ connections: [one.shop({ webhookSecret: undefined })] }))
    expect((await bridge.get('state.get', {})).connections[0]?.missing).toEqual(['webhook-secret'])
    const refused = await bridge.refusal('connection.addresses', { id: 'shop' })
    expect(refused.key).toBe('settings.problem.no-webhook-secret')
    expectSaid(refused)
    await bridge.get('connection.newWebhookSecret', { id: 'shop' })
    expect((await bridge.get('state.get', {})).connections[0]?.missing).toEqual([])
  })
})

describe('a connection that is removed', () => {
  test('a removed connection leaves file and application; its messages stay in the log', async () => {
    bridge = await Bridge.start()
    await bridge.get('connection.secrets', {
      id: 'shop',
      chatraSecretKey: null,
      planfixToken: bridge.planfix.token,
    })
    bridge.chatra.visit({ name: 'Anna' }).says('Hello')
    await bridge.until('a task', () => bridge.planfix.tasks[0])
    await bridge.get('connection.remove', { id: 'shop' })
    expect(bridge.read().connections).toEqual([])
    expect(bridge.app.connections.size).toBe(0)
    const { rows } = await bridge.get('log.page', { filter: {}, fromId: null, limit: 10 })
    expect(rows.map((row) => row.text)).toContain('Hello')
    // The store's data about it must not be taken for that of another one.
    const next = await bridge.get('setup.begin', { connectionId: null, name: 'shop' })
    expect(next.id).toBe('shop-2')
  })
})

describe('export and import', () => {
  test('an export contains no secret, and the importing computer asks for the secrets', async () => {
    bridge = await Bridge.start()
    const { name, text } = await bridge.get('settings.export', {})
    expect(name).toMatch(/\.json$/)
    for (const secret of [HOOK_SECRET, bridge.planfix.token, bridge.chatra.secretKey]) {
      expect(text).not.toContain(secret)
    }
    await bridge.get('connection.remove', { id: 'shop' })
    const renamed = text.replaceAll('"shop"', '"copy"')
    expect(await bridge.get('settings.readImport', { text: renamed })).toEqual({
      problems: [],
      connections: [{ id: 'copy', name: 'shop.example', exists: false }],
    })
    await bridge.get('settings.import', { text: renamed, ids: ['copy'] })
    const state = await bridge.get('state.get', {})
    expect(state.connections).toMatchObject([{ id: 'copy', missing: ['chatra-secret-key', 'planfix-token'] }])
    expect(bridge.read().connections?.[0]?.webhookSecret).toMatch(/^[\w-]{32}$/)
  })

  test('how messages reach Planfix is exported and imported, its tokens are not', async () => {
    bridge = await Bridge.start((one) => {
      const shop = one.shop()
      const channel = { mode: 'chat-api', providerId: 'of-the-shop', echoAuthorEmail: 'ana@shop.example' }
      return { connections: [{ ...shop, planfix: { ...Object(shop.planfix), channel } }] }
    })
    const { token } = bridge.planfix.chats
    await bridge.get('connection.secrets', {
      id: 'shop',
      chatraSecretKey: null,
      planfixToken: null,
      planfixChatToken: token,
    })
    expect((await bridge.get('state.get', {})).connections[0]?.missing).toEqual([])
    const entries = await bridge.get('setup.channelEntries', { id: 'shop' })
    const { text } = await bridge.get('settings.export', {})
    expect(text).not.toContain(token)
    expect(text).not.toContain(entries.token)
    await bridge.get('connection.remove', { id: 'shop' })
    await bridge.get('settings.import', { text: text.replaceAll('"shop"', '"copy"'), ids: ['copy'] })
    const copy = bridge.app.configuration.connections.find(({ id }) => id === 'copy')
    expect(copy?.planfix.channel).toMatchObject({
      mode: 'chat-api',
      providerId: 'of-the-shop',
      echoAuthorEmail: 'ana@shop.example',
    })
    expect((await bridge.get('state.get', {})).connections[0]?.missing).toContain('planfix-chat-token')
  })

  test('an imported connection replaces the existing one in place and keeps its secrets', async () => {
    bridge = await Bridge.start((one) => ({
      connections: [one.shop(), one.shop({ id: 'second', enabled: false, chatra: { publicKey: 'other' } })],
    }))
    const { text } = await bridge.get('settings.export', {})
    const changed = JSON.parse(text)
    changed.connections[0].name = 'Changed'
    changed.connections[1].name = 'Changed too'
    changed.language = 'ro'
    await bridge.get('settings.import', { text: JSON.stringify(changed), ids: ['shop'] })
    expect(bridge.read().connections).toMatchObject([
      { id: 'shop', name: 'Changed', webhookSecret: HOOK_SECRET },
      { id: 'second', name: 'shop.example' },
    ])
    expect(bridge.app.configuration.language).toBe('en')
    expect(bridge.app.connections.get('shop')?.missing).toEqual([])
  })

  test.each([
    ['{', 'settings.import.not-json'],
    ['[]', 'settings.import.problem'],
    ['{"connections":[]}', 'settings.import.nothing'],
    [
      '{"connections":[{"id":"x","chatra":{"publicKey":"a"},"planfix":{"baseUrl":"nowhere"}}]}',
      'settings.import.problem',
    ],
  ])('the import %s is refused with a reason', async (text, key) => {
    bridge = await Bridge.start()
    const { problems, connections } = await bridge.get('settings.readImport', { text })
    expect(connections).toEqual([])
    expect(problems[0]?.key).toBe(key)
    for (const problem of problems) expectSaid(problem)
    expect(await bridge.refusal('settings.import', { text, ids: ['x'] })).toMatchObject({
      code: 'invalid',
      key,
    })
  })
})
