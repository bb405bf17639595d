import { describe, expect, test } from 'vitest'
import {
  address,
  checkConfiguration,
  environmentName,
  isLoopback,
  isSameChatra,
  parseConfiguration,
  usesChatApi,
} from '../../../src/shared/config.ts'

const connection = (changes: object = {}) => ({
  id: 'shop',
  chatra: { publicKey: 'abc' },
  planfix: { baseUrl: 'https://acme.planfix.com/rest' },
  ...changes,
})
const problemsOf = (input: unknown): string[] => {
  const parsed = parseConfiguration(input)
  return parsed.ok ? [] : parsed.problems
}

test('a configuration needs only ids, keys and addresses', () => {
  const parsed = parseConfiguration({ connections: [connection()] })
  if (!parsed.ok) throw new Error(parsed.problems.join())
  const one = parsed.value.connections[0]
  expect(one?.planfix).toMatchObject({
    webUrl: 'https://acme.planfix.com',
    pollSeconds: 5,
    requestsPerSecond: 1,
  })
  expect(one?.options).toMatchObject({
    newTaskWhenNoneActive: true,
    sendAsEmployee: false,
    leaveAfterMinutes: 10,
  })
  expect(one?.chatra).toMatchObject({ baseUrl: 'https://app.chatra.io/api', agent: { name: 'shop' } })
})

test('every problem is named with its path, unknown keys too', () => {
  const problems = problemsOf({
    connections: [
      connection({
        planfix: { baseUrl: 'http://acme.planfix.com/rest', pollSeconds: 0, colour: 1 },
        webhookSecret: 'short',
      }),
    ],
    speed: 1,
  })
  expect(problems.map((problem) => problem.split(':')[0])).toEqual([
    'connections[0].planfix.baseUrl',
    'connections[0].planfix.pollSeconds',
    'connections[0].planfix.colour',
    'connections[0].webhookSecret',
    'speed',
  ])
})

test.each([
  ['https://a.example/rest', true],
  ['http://127.0.0.1:8080/rest', true],
  ['http://localhost/rest', true],
  ['http://a.example/rest', false],
  ['ftp://a.example', false],
  ['https://user:pass@a.example/rest', false],
  ['https://a.example/rest?token=1', false],
  ['not an address', false],
])('the address %s is accepted: %s', (baseUrl, taken) => {
  expect(problemsOf({ connections: [connection({ planfix: { baseUrl } })] }).length === 0).toBe(taken)
})

test.each([
  [{ pollSeconds: 3601 }],
  [{ requestsPerSecond: 0.05 }],
  [{ requestsPerSecond: 1001 }],
  [{ participants: ['7'] }],
])('a value out of bounds is refused: %j', (planfix) => {
  expect(
    problemsOf({ connections: [connection({ planfix: { baseUrl: 'https://a.example/rest', ...planfix } })] }),
  ).toHaveLength(1)
})

test('the options of devices and of pauses have defaults and bounds', () => {
  const parsed = parseConfiguration({ connections: [connection()] })
  expect(parsed).toMatchObject({
    ok: true,
    value: {
      connections: [
        { options: { joinDevices: 'when-quiet', joinAfterQuietMinutes: 30, keepWhilePausedDays: 7 } },
      ],
    },
  })
  const wrong = { joinDevices: 'never', joinAfterQuietMinutes: 0, keepWhilePausedDays: 91 }
  const problems = problemsOf({ connections: [connection({ options: wrong })] })
  expect(problems.map((problem) => problem.split(':')[0])).toEqual([
    'connections[0].options.joinDevices',
    'connections[0].options.joinAfterQuietMinutes',
    'connections[0].options.keepWhilePausedDays',
  ])
})

test('history in new tasks and the place of e-mails have defaults and checks', () => {
  const parsed = parseConfiguration({ connections: [connection()] })
  const defaults = { options: { historyInNewTask: 'link', clientEmail: 'card' } }
  expect(parsed).toMatchObject({
    ok: true,
    value: { connections: [{ ...defaults, planfix: { clientEmailField: null } }] },
  })
  for (const number of [5, 10, 20])
    expect(problemsOf({ connections: [connection({ options: { historyInNewTask: number } })] })).toEqual([])
  const wrong = { historyInNewTask: 7, clientEmail: 'nowhere' }
  const pathsOf = (problems: string[]) => problems.map((problem) => problem.split(':')[0])
  expect(pathsOf(problemsOf({ connections: [connection({ options: wrong })] })).toSorted()).toEqual([
    'connections[0].options.clientEmail',
    'connections[0].options.historyInNewTask',
  ])
  const nowhere = connection({ options: { clientEmail: 'field' } })
  expect(pathsOf(problemsOf({ connections: [nowhere] }))).toEqual(['connections[0].planfix.clientEmailField'])
})

describe('a Chatra key', () => {
  const two = (first: object, second: object) => ({
    connections: [
      connection({ id: 'one', name: 'one.example', chatra: { publicKey: 'abc', ...first } }),
      connection({ id: 'two', name: 'two.example', chatra: { publicKey: 'abc', ...second } }),
    ],
  })

  test('a Chatra key of two connections is refused with both names and places', () => {
    for (const second of [{}, { publicKey: ' abc\n' }, { baseUrl: 'https://chatra.example/api' }]) {
      const problems = problemsOf(two({}, second))
      expect(problems).toHaveLength(1)
      expect(problems[0]).toMatch(/^connections\[1\]\.chatra\.publicKey: /)
      for (const part of ['one.example', 'two.example', 'connections[0].chatra.publicKey']) {
        expect(problems[0]).toContain(part)
      }
    }
  })

  test("a third connection's Chatra key is compared with all before it", () => {
    const { connections } = two({ publicKey: 'x' }, { publicKey: 'y' })
    const third = connection({ id: 'three', chatra: { publicKey: 'y' } })
    expect(problemsOf({ connections: [...connections, third] })[0]).toMatch(
      /^connections\[2\]\.chatra\.publicKey: .*connections\[1\]/,
    )
  })

  test('a key in other letters differs, and each simulator is a separate account', () => {
    expect(problemsOf(two({}, { publicKey: 'ABC' }))).toEqual([])
    expect(
      problemsOf(two({ baseUrl: 'http://127.0.0.1:1/api' }, { baseUrl: 'http://127.0.0.1:2/api' })),
    ).toEqual([])
  })

  test('a Chatra key may be used once, a Planfix account by many connections', () => {
    expect(problemsOf(two({}, { publicKey: 'other' }))).toEqual([])
  })
})

test('two connections whose secrets would have the same names are refused', () => {
  const problems = problemsOf({ connections: [connection({ id: 'my-shop' }), connection({ id: 'my_shop' })] })
  expect(problems[0]).toContain('connections[1].id')
  expect(environmentName('my-shop')).toBe('MY_SHOP')
})

test('a connection that stands twice is one problem, although its key is the same', () => {
  expect(problemsOf({ connections: [connection(), connection()] })).toEqual([
    expect.stringMatching(/^connections\[1\]\.id: /),
  ])
})

test('e-mails may be stored in a field once its number is known', () => {
  const planfix = { baseUrl: 'https://acme.planfix.com/rest', clientEmailField: 12 }
  expect(problemsOf({ connections: [connection({ planfix, options: { clientEmail: 'field' } })] })).toEqual(
    [],
  )
})

test.each(['chat-api', 'rest'] as const)('new tasks are made by the mode of the channel: %s', (mode) => {
  const planfix = { baseUrl: 'https://acme.planfix.com/rest', channel: { mode } }
  const parsed = parseConfiguration({ connections: [connection({ planfix })] })
  if (!parsed.ok) throw new Error(parsed.problems.join())
  expect(parsed.value.connections.map(usesChatApi)).toEqual([mode === 'chat-api'])
})

test('a file that is no object is one problem', () => {
  expect(problemsOf([])).toHaveLength(1)
})

describe('omitted settings', () => {
  const whole = (input: object) => {
    const parsed = parseConfiguration(input)
    if (!parsed.ok) throw new Error(parsed.problems.join())
    return parsed.value
  }
  test('each setting of the program has one default', () => {
    expect(whole({})).toEqual({
      publicUrl: null,
      tunnel: { provider: 'none' },
      retentionDays: 90,
      language: 'en',
      followBrowser: true,
      theme: 'system',
      notifications: {
        newChats: true,
        unansweredMinutes: 15,
        weekly: true,
        failures: true,
        connections: true,
        opens: 'window',
        sound: true,
        quiet: null,
      },
      startAtLogin: true,
      connections: [],
    })
  })
  test('the interface follows the browser until a language is chosen, or when the owner says so', () => {
    expect(whole({ language: 'ru' })).toMatchObject({ language: 'ru', followBrowser: false })
    expect(whole({ language: 'ru', followBrowser: true })).toMatchObject({
      language: 'ru',
      followBrowser: true,
    })
    expect(whole({ followBrowser: false })).toMatchObject({ language: 'en', followBrowser: false })
  })
  test('each setting of a connection has one default', () => {
    expect(whole({ connections: [connection()] }).connections).toEqual([
      {
        id: 'shop',
        name: 'shop',
        enabled: true,
        chatra: {
          baseUrl: 'https://app.chatra.io/api',
          publicKey: 'abc',
          agent: { email: 'shop@planfix-bridge.invalid', name: 'shop' },
        },
        planfix: {
          baseUrl: 'https://acme.planfix.com/rest',
          webUrl: 'https://acme.planfix.com',
          taskTemplateId: null,
          contactTemplateId: null,
          clientEmailField: null,
          participants: [],
          pollSeconds: 5,
          requestsPerSecond: 1,
          channel: {
            mode: 'rest',
            providerId: 'chatra-shop',
            url: 'https://acme.planfix.com/webchat/api',
            echoAuthorEmail: null,
          },
          visitDataTag: null,
        },
        employees: [],
        options: {
          clientEmail: 'card',
          newTaskWhenNoneActive: true,
          historyInNewTask: 'link',
          sendAsEmployee: false,
          completeWhenClientLeaves: true,
          leaveAfterMinutes: 10,
          completedStatusId: null,
          sendOnlyWhenClientIsRecipient: true,
          mirrorChatraReplies: true,
          explainInternal: true,
          replyAs: null,
          joinDevices: 'when-quiet',
          joinAfterQuietMinutes: 30,
          keepWhilePausedDays: 7,
        },
      },
    ])
  })
  test('each setting of an employee has one default', () => {
    const { employees } = whole({ connections: [connection({ employees: [{ planfixUserId: 'user:12' }] })] })
      .connections[0]!
    expect(employees).toEqual([
      { planfixUserId: 12, email: null, name: null, chatraAgentId: null, allowed: true },
    ])
  })
  test('each setting of an SSH server and a relay has one default', () => {
    const ssh = { host: 'a.example', user: ' me ' }
    const relay = { url: 'https://relay.example/' }
    expect(whole({ tunnel: { provider: 'ssh', ssh, relay, ngrok: {} } }).tunnel).toEqual({
      provider: 'ssh',
      ssh: { ...ssh, user: 'me', port: 22, remoteHost: null, remotePort: 0, publicUrl: null, hostKey: null },
      relay: { url: 'https://relay.example', deviceId: null },
      ngrok: { domain: null },
    })
  })
  test("the default provider is the owner's address where there is one", () => {
    const publicUrl = 'https://bridge.example'
    expect(whole({ publicUrl }).tunnel).toEqual({ provider: 'own' })
    expect(whole({ publicUrl, tunnel: { provider: 'none' } }).tunnel).toEqual({ provider: 'none' })
    expect(whole({ publicUrl, tunnel: { provider: 'ngrok' } }).tunnel).toEqual({ provider: 'ngrok' })
    expect(whole({ tunnel: { provider: 'own', ngrok: {} } }).tunnel).toEqual({
      provider: 'none',
      ngrok: { domain: null },
    })
    expect(whole({ tunnel: { provider: 'ngrok' } }).tunnel).toEqual({ provider: 'ngrok' })
  })
  test('the default general agent is derived from the name, if possible as a site', () => {
    const agent = (changes: object) =>
      whole({ connections: [connection(changes)] }).connections[0]?.chatra.agent
    expect(agent({ name: 'My-Shop.example.com' })).toEqual({
      email: 'bridge@my-shop.example.com',
      name: 'My-Shop.example.com',
    })
    for (const name of ['The shop.example', 'shop', 'shop.', '.shop', 'shop.ex ample', 'a.b..c'])
      expect(agent({ name, id: 'Shop' })).toEqual({ email: 'shop@planfix-bridge.invalid', name })
    const given = { email: 'a@b.example' }
    expect(agent({ name: 'Shop', chatra: { publicKey: 'k', agent: given } })).toEqual({
      ...given,
      name: 'Shop',
    })
    expect(agent({ chatra: { publicKey: 'k', agent: { ...given, name: 'Julia' } } })).toMatchObject({
      name: 'Julia',
    })
  })
  test("the default web address is the API's without its end", () => {
    const webUrl = (planfix: object) =>
      whole({ connections: [connection({ planfix })] }).connections[0]?.planfix.webUrl
    expect(webUrl({ baseUrl: 'https://a.example/rest' })).toBe('https://a.example')
    expect(webUrl({ baseUrl: 'https://a.example/rest/v2' })).toBe('https://a.example/rest/v2')
    expect(webUrl({ baseUrl: 'https://a.example/rest', webUrl: 'https://web.example/' })).toBe(
      'https://web.example',
    )
  })
})

describe('valid and invalid settings', () => {
  const inConnection = (changes: object) => ({ connections: [connection(changes)] })
  const planfix = (changes: object) =>
    inConnection({ planfix: { baseUrl: 'https://a.example/rest', ...changes } })
  const options = (changes: object) => inConnection({ options: changes })
  const chatra = (changes: object) => inConnection({ chatra: { publicKey: 'k', ...changes } })
  const agent = (changes: object) => chatra({ agent: { email: 'a@b.example', ...changes } })
  const employee = (changes: object) => inConnection({ employees: [{ planfixUserId: 'user:5', ...changes }] })
  const quiet = (from: string, to = '08:00') => ({ notifications: { quiet: { from, to } } })
  const ssh = (changes: object) => ({
    tunnel: { provider: 'ssh', ssh: { host: 'a.example', user: 'me', ...changes } },
  })
  const relay = (changes: object) => ({
    tunnel: { provider: 'relay', relay: { url: 'https://r.example', ...changes } },
  })
  const key = 'x'.repeat(43)

  test.each<[string, (value: never) => object, unknown[], unknown[]]>([
    [
      'id',
      (id) => inConnection({ id }),
      ['a', 'A_b-9', 'x'.repeat(40)],
      ['', '-a', '_a', 'a b', 'ä', 'x'.repeat(41), 'a!'],
    ],
    ['name', (name) => inConnection({ name }), ['x'.repeat(100), 'a'], ['', '  ', 'x'.repeat(101)]],
    ['public key', (publicKey) => chatra({ publicKey }), ['a-B_9', ' a '], ['', 'a b', 'a!', '!a']],
    [
      'agent',
      agent,
      [{}, { name: 'x'.repeat(100) }],
      [{ email: 'x' }, { name: '' }, { name: ' ' }, { name: 'x'.repeat(101) }, { age: 1 }],
    ],
    [
      'secret',
      (webhookSecret) => inConnection({ webhookSecret }),
      ['x'.repeat(22), 'x'.repeat(200), 'aB9_~.-aB9_~.-aB9_~.-x'],
      ['x'.repeat(21), 'x'.repeat(201), `${'x'.repeat(22)} `, ` ${'x'.repeat(22)}`],
    ],
    [
      'user',
      (planfixUserId) => employee({ planfixUserId }),
      ['user:12', '12'],
      ['', 'user:', 'user:x', 'xuser:1', '1x', 'contact:1'],
    ],
    ['agent of an employee', (chatraAgentId) => employee({ chatraAgentId }), ['a', 'abc', null], ['']],
    ['address of an employee', (email) => employee({ email }), ['a@b.example', null], ['x']],
    [
      'participants',
      (one) => planfix({ participants: [one] }),
      ['user:12', 'contact:12', 'group:12'],
      ['12', 'user:', 'user:x', 'xuser:1', 'user:1x', 'robot:1'],
    ],
    ['template', (taskTemplateId) => planfix({ taskTemplateId }), [1, null], [0, -1, 1.5, '1']],
    ['seconds between polls', (pollSeconds) => planfix({ pollSeconds }), [1, 3600], [0.9, 3601]],
    ['requests a second', (requestsPerSecond) => planfix({ requestsPerSecond }), [0.1, 1000], [0.09, 1001]],
    [
      'data tag',
      (visitDataTag) => planfix({ visitDataTag }),
      [null, { id: 1, fields: {} }, { id: 1, fields: { os: 1, browser: 2, ip: 3 } }],
      [
        { id: 0, fields: {} },
        { fields: {} },
        { id: 1, fields: { os: 0 } },
        { id: 1, fields: { age: 1 } },
        { id: 1, fields: {}, more: 1 },
      ],
    ],
    [
      'minutes of leaving',
      (leaveAfterMinutes) => options({ leaveAfterMinutes }),
      [0.01, 10_080],
      [0, 10_081],
    ],
    ['minutes of quiet', (joinAfterQuietMinutes) => options({ joinAfterQuietMinutes }), [1, 1440], [0, 1441]],
    ['days of a pause', (keepWhilePausedDays) => options({ keepWhilePausedDays }), [0, 90], [-1, 91]],
    ['history', (historyInNewTask) => options({ historyInNewTask }), ['link', 5, 10, 20], [1, 'none']],
    ['devices', (joinDevices) => options({ joinDevices }), ['always', 'when-quiet', 'vouched'], ['never']],
    ['days', (retentionDays) => ({ retentionDays }), [1, 3650], [0, 3651, 1.5]],
    ['language', (language) => ({ language }), ['en', 'ro', 'ru'], ['de', '']],
    ['theme', (theme) => ({ theme }), ['light', 'dark', 'system'], ['blue', '']],
    ['where a click leads', (opens) => ({ notifications: { opens } }), ['window', 'planfix'], ['', 'chatra']],
    [
      'time of day',
      quiet,
      ['00:00', '19:59', '23:59', '09:30'],
      [
        '24:00',
        '29:00',
        '9:30',
        '09:60',
        '09:3',
        '109:30',
        '09:300',
        'a0:00',
        '0a:00',
        '2a:00',
        '00:a0',
        '00:0a',
        '',
      ],
    ],
    [
      'quiet hours',
      (more) => ({ notifications: { quiet: more } }),
      [null],
      [{ from: '09:00' }, { to: '09:00' }, { from: '09:00', to: '10:00', days: 1 }],
    ],
    [
      'host',
      (host) => ssh({ host }),
      ['a.example', 'x'.repeat(253), '::1'],
      ['', 'a b', 'a/b', 'a@b', 'a?b', 'a#b', 'x'.repeat(254), 'a ', ' a'],
    ],
    ['port', (port) => ssh({ port }), [1, 65_535], [0, 65_536, 1.5]],
    ['remote port', (remotePort) => ssh({ remotePort }), [0, 65_535], [-1, 65_536]],
    ['user of a server', (user) => ssh({ user }), ['x'.repeat(100), 'a'], ['', ' ', 'x'.repeat(101)]],
    [
      'host key',
      (hostKey) => ssh({ hostKey }),
      [`SHA256:${key}`, `SHA256:${'a'.repeat(40)}+/Z`, null],
      [key, `SHA256:${key}x`, `SHA256:${key.slice(1)}`, `xSHA256:${key}`, `SHA256:${'!'.repeat(43)}`],
    ],
    ['device', (deviceId) => relay({ deviceId }), ['a', 'x'.repeat(200), null], ['', 'x'.repeat(201)]],
    [
      'provider',
      (provider) => ({ tunnel: { provider } }),
      ['none', 'own', 'ngrok'],
      ['', 'ssh', 'relay', 'other'],
    ],
  ])('%s', (_what, input, good, bad) => {
    for (const value of good) expect(problemsOf(input(value as never)), JSON.stringify(value)).toEqual([])
    for (const value of bad) expect(problemsOf(input(value as never)), JSON.stringify(value)).not.toEqual([])
  })

  test.each<[object, string]>([
    [inConnection({ id: '-' }), 'connections[0].id: letters, digits, - and _ only'],
    [chatra({ publicKey: '!' }), 'connections[0].chatra.publicKey: letters, digits, - and _ only'],
    [
      inConnection({ webhookSecret: 'x' }),
      'connections[0].webhookSecret: must be at least 22 URL-safe characters',
    ],
    [employee({ planfixUserId: 'x' }), 'connections[0].employees[0].planfixUserId: must look like "user:5"'],
    [
      planfix({ participants: ['x'] }),
      'connections[0].planfix.participants[0]: must look like "user:7", "contact:7" or "group:7"',
    ],
    [quiet('x'), 'notifications.quiet.from: must be a time of day like "22:00"'],
    [ssh({ host: ' ' }), 'tunnel.ssh.host: must be the name or number of a computer'],
    [ssh({ hostKey: 'x' }), 'tunnel.ssh.hostKey: must look like "SHA256:…" as ssh-keygen -l prints it'],
    [
      { publicUrl: 'x' },
      'publicUrl: must be an https address (http only on this computer), without user, query or fragment',
    ],
    [{ tunnel: { provider: 'ssh' } }, 'tunnel.ssh: must be there with the provider "ssh"'],
    [{ tunnel: { provider: 'relay' } }, 'tunnel.relay: must be there with the provider "relay"'],
    [
      options({ clientEmail: 'field' }),
      'connections[0].planfix.clientEmailField: must be the number of a text field of contacts with options.clientEmail "field"',
    ],
    [
      { connections: [connection(), connection({ id: 'SHOP', chatra: { publicKey: 'other' } })] },
      'connections[1].id: the same id as connections[0] (its secrets would have the same names)',
    ],
    [
      { connections: [connection(), connection({ id: 'two' })] },
      'connections[1].chatra.publicKey: "two" has the same Chatra key as "shop" (connections[0].chatra.publicKey)',
    ],
  ])('%j is told as it is', (input, problem) => {
    expect(problemsOf(input)).toEqual([problem])
  })
  test('a configuration of the wrong type is reported as a whole', () => {
    expect(problemsOf('x').map((one) => one.split(':')[0])).toEqual(['(file)'])
    expect(problemsOf({ speed: 1 })).toEqual(['speed: unknown key'])
  })
  test('a problem also has a machine word for the interface', () => {
    const wordOf = (input: unknown) => {
      const checked = checkConfiguration(input)
      return checked.ok ? [] : checked.issues.map((issue) => ('params' in issue ? issue.params : null))
    }
    expect(wordOf({ publicUrl: 'x' })).toEqual([{ problem: 'address' }])
    expect(wordOf(options({ clientEmail: 'field' }))).toEqual([{ problem: 'empty' }])
    expect(wordOf({ tunnel: { provider: 'ssh' } })).toEqual([{ problem: 'empty' }])
    expect(wordOf({ connections: [connection(), connection({ chatra: { publicKey: 'o' } })] })).toEqual([
      { problem: 'same-id' },
    ])
    expect(wordOf({ connections: [connection(), connection({ id: 'two' })] })).toEqual([
      { problem: 'same-key', name: 'shop', other: 'two' },
    ])
  })
  test('accounts of simulators differ by their address, those of Chatra do not', () => {
    const two = (one: string, other: string) =>
      problemsOf({
        connections: [one, other].map((baseUrl, n) =>
          connection({ id: `c${n}`, chatra: { baseUrl, publicKey: 'same' } }),
        ),
      }).length
    expect(two('http://127.0.0.1:1', 'http://127.0.0.1:2')).toBe(0)
    expect(two('http://127.0.0.1:1', 'http://127.0.0.1:1')).toBe(1)
    expect(two('https://a.example', 'https://b.example')).toBe(1)
  })
})

test.each([
  ['localhost', true],
  ['::1', true],
  ['[::1]', true],
  ['127.0.0.1', true],
  ['127.10.20.30', true],
  ['127.0.0', false],
  ['127.0.0.1.example', false],
  ['x127.0.0.1', false],
  ['128.0.0.1', false],
  ['a.example', false],
])('whether %s is this computer: %s', (host, isOne) => {
  expect(isLoopback(host)).toBe(isOne)
})

test.each([
  ['https://a.example/', 'https://a.example'],
  ['https://a.example/b//', 'https://a.example/b'],
  ['https://user@a.example', null],
  ['https://:pass@a.example', null],
  ['https://a.example/#x', null],
  ['ftp://localhost', null],
  ['http://localhost:1', 'http://localhost:1'],
])('the address %s is kept as %s', (text, kept) => {
  expect(address.safeParse(text).data ?? null).toBe(kept)
})

test('two connections have the same Chatra account by its key; in a demo also by its place', () => {
  const account = (publicKey: string, baseUrl = 'https://app.chatra.io/api') => ({ publicKey, baseUrl })
  expect(isSameChatra(account('a'), account('a', 'https://other.example/api'))).toBe(true)
  expect(isSameChatra(account('a'), account('b'))).toBe(false)
  const [one, other] = ['http://127.0.0.1:1/api', 'http://127.0.0.1:2/api']
  expect(isSameChatra(account('a', one), account('a', other))).toBe(false)
  expect(isSameChatra(account('a', one), account('a', one))).toBe(true)
})
