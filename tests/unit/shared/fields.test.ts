import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { address, environmentName, parseConfiguration } from '../../../src/shared/config.ts'
import {
  checkEmail,
  checkName,
  checkPublicKey,
  checkSecretKey,
  checkSettings,
  checkToken,
  connectionIdFor,
  planfixAddress,
  publicAddressOf,
} from '../../../src/shared/fields.ts'
import { isTextKey } from '../../../src/shared/i18n/index.ts'

const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/)
const account = label.filter((one) => one !== 'www' && one !== 'help')
const zone = fc.constantFrom('com', 'ru', 'ua', 'eu')

describe('planfixAddress', () => {
  test.each([
    ['shop.planfix.com', 'https://shop.planfix.com/rest', 'shop'],
    ['  https://shop.planfix.ru/task/123?x=1#c5 ', 'https://shop.planfix.ru/rest', 'shop'],
    ['https://shop.planfix.com/rest/', 'https://shop.planfix.com/rest', 'shop'],
    ['HTTPS://SHOP.Planfix.COM/REST/task/list', 'https://shop.planfix.com/rest', 'shop'],
    ['http://shop.planfix.com/', 'https://shop.planfix.com/rest', 'shop'],
    ['//shop.planfix.com', 'https://shop.planfix.com/rest', 'shop'],
    ['<https://shop.planfix.com>,', 'https://shop.planfix.com/rest', 'shop'],
    ['\u200bshop.planfix.com\u200b', 'https://shop.planfix.com/rest', 'shop'],
    ['«shop.planfix.com»', 'https://shop.planfix.com/rest', 'shop'],
    ['our Planfix: https://shop.planfix.com/task/7 (chats)', 'https://shop.planfix.com/rest', 'shop'],
    ['shop.planfix.com.', 'https://shop.planfix.com/rest', 'shop'],
    ['www.shop.planfix.com', 'https://www.shop.planfix.com/rest', 'shop'],
    ['https://shop.planfix.com:8443/x', 'https://shop.planfix.com:8443/rest', 'shop'],
    ['crm.shop.example/task/1', 'https://crm.shop.example/rest', 'crm.shop.example'],
    ['https://proxy.example/pf/rest/ping', 'https://proxy.example/pf/rest', 'proxy.example'],
    ['http://127.0.0.1:1234/rest', 'http://127.0.0.1:1234/rest', '127.0.0.1:1234'],
    ['127.0.0.1:1234', 'http://127.0.0.1:1234/rest', '127.0.0.1:1234'],
    ['localhost:1234/task/1041', 'http://localhost:1234/rest', 'localhost:1234'],
    ['http://[::1]:80/a/rest/b', 'http://[::1]/a/rest', '[::1]'],
  ])('planfixAddress reads %s', (text, baseUrl, name) => {
    expect(planfixAddress(text)).toEqual({
      ok: true,
      baseUrl,
      webUrl: baseUrl.replace(/\/rest$/, ''),
      account: name,
    })
  })

  test.each([
    ['', 'wizard.problem.address-empty'],
    [' \u200b ', 'wizard.problem.address-empty'],
    ['shop', 'wizard.problem.address-unreadable'],
    ['my shop', 'wizard.problem.address-unreadable'],
    ['anna@shop.planfix.com', 'wizard.problem.address-unreadable'],
    ['https://user:secret@shop.planfix.com', 'wizard.problem.address-unreadable'],
    ['ftp://shop.planfix.com', 'wizard.problem.address-unreadable'],
    ['javascript:alert(1)', 'wizard.problem.address-unreadable'],
    ['https://', 'wizard.problem.address-unreadable'],
    ['https://shop..planfix', 'wizard.problem.address-unreadable'],
    ['planfix.com', 'wizard.problem.address-no-account'],
    ['https://www.planfix.ru/login', 'wizard.problem.address-no-account'],
    ['help.planfix.com/rest', 'wizard.problem.address-no-account'],
    ['http://crm.shop.example', 'wizard.problem.address-https'],
    [`https://shop.example/${'x'.repeat(600)}/rest`, 'wizard.problem.address-unreadable'],
  ])('planfixAddress refuses %j', (text, problem) => {
    expect(planfixAddress(text)).toEqual({ ok: false, problem })
  })

  test('every address of an account leads to the same place', () => {
    const spaces = fc.stringMatching(/^\s{0,3}$/)
    const tail = fc.oneof(
      fc.constant(''),
      fc.webPath(),
      fc.tuple(fc.webPath(), fc.webQueryParameters()).map(([path, query]) => `${path || '/'}?${query}`),
    )
    const scheme = fc.constantFrom('', 'https://', 'http://', '//', 'HTTPS://')
    fc.assert(
      fc.property(account, zone, scheme, tail, spaces, (name, top, prefix, path, space) => {
        const text = `${space}${prefix}${name}.planfix.${top}${path.replace(/[)"'>,;]+$/, '')}${space}`
        expect(planfixAddress(text)).toMatchObject({
          ok: true,
          baseUrl: `https://${name}.planfix.${top}/rest`,
          account: name,
        })
      }),
    )
  })

  test('any typed text never throws, and an accepted one is valid in the settings', () => {
    const typed = fc.oneof(
      fc.string(),
      fc.webUrl(),
      fc.webUrl({ withQueryParameters: true }),
      fc.string({ unit: 'binary' }),
    )
    fc.assert(
      fc.property(typed, (text) => {
        const read = planfixAddress(text)
        if (!read.ok) {
          expect(isTextKey(read.problem)).toBe(true)
          return
        }
        expect(address.safeParse(read.baseUrl)).toEqual({ success: true, data: read.baseUrl })
        expect(address.safeParse(read.webUrl)).toEqual({ success: true, data: read.webUrl })
        expect(planfixAddress(read.baseUrl)).toMatchObject({ ok: true, baseUrl: read.baseUrl })
      }),
      { numRuns: 500 },
    )
  })
})

describe('publicAddressOf', () => {
  test.each([
    ['bridge.shop.example', 'https://bridge.shop.example'],
    ['https://bridge.shop.example/', 'https://bridge.shop.example'],
    ['https://shop.example/bridge/hooks/shop/secret/chatra', 'https://shop.example/bridge'],
    ['https://shop.example/healthz', 'https://shop.example'],
    ['https://shop.example:8443/a?b#c', 'https://shop.example:8443/a'],
    ['http://127.0.0.1:4000/', 'http://127.0.0.1:4000'],
    ['203.0.113.7', 'https://203.0.113.7'],
    ['10.example.com', 'https://10.example.com'],
  ])('publicAddressOf reads %s', (text, expected) => {
    expect(publicAddressOf(text)).toEqual({ ok: true, address: expected })
  })

  test.each([
    ['', 'wizard.problem.public-empty'],
    ['my computer', 'wizard.problem.public-unreadable'],
    ['bridge', 'wizard.problem.public-unreadable'],
    ['http://bridge.shop.example', 'wizard.problem.address-https'],
    ['https://192.168.1.20', 'wizard.problem.public-private'],
    ['10.0.0.5:8080', 'wizard.problem.public-private'],
    ['172.20.1.1', 'wizard.problem.public-private'],
    ['office.local', 'wizard.problem.public-private'],
    ['https://[fe80::1]/', 'wizard.problem.public-private'],
  ])('publicAddressOf refuses %j', (text, problem) => {
    expect(publicAddressOf(text)).toEqual({ ok: false, problem })
  })

  test('an accepted public address is valid in the settings, and stable', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl()), (text) => {
        const read = publicAddressOf(text)
        if (!read.ok) {
          expect(isTextKey(read.problem)).toBe(true)
          return
        }
        expect(address.safeParse(read.address)).toEqual({ success: true, data: read.address })
        expect(publicAddressOf(read.address)).toEqual(read)
      }),
    )
  })
})

describe('connectionIdFor', () => {
  test.each([
    ['My shop.example', [], 'my-shop-example'],
    ['  Magazin Brașov & Țară ', [], 'magazin-brasov-tara'],
    ['Магазин', [], 'shop'],
    ['', ['shop'], 'shop-2'],
    ['shop', ['SHOP', 'shop_2'], 'shop-3'],
    ['a'.repeat(60), ['a'.repeat(40)], `${'a'.repeat(38)}-2`],
  ])('the id of %s beside %j is valid', (name, taken, id) => {
    expect(connectionIdFor(name, taken)).toBe(id)
  })

  test('many connections of one name get different valid ids and secret names', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 80 }),
        fc.integer({ min: 1, max: 30 }),
        (name, count) => {
          const ids: string[] = []
          for (let n = 0; n < count; n++) ids.push(connectionIdFor(name, ids))
          expect(new Set(ids.map(environmentName)).size).toBe(count)
          const parsed = parseConfiguration({
            connections: ids.map((id, n) => ({
              id,
              chatra: { publicKey: `k${n}` },
              planfix: { baseUrl: 'https://x.planfix.com/rest' },
            })),
          })
          expect(parsed.ok).toBe(true)
        },
      ),
    )
  })
})

describe('single fields', () => {
  test('names are one to a hundred characters', () => {
    expect(checkName(' ')).toBe('wizard.problem.name-empty')
    expect(checkName('x'.repeat(101))).toBe('wizard.problem.name-long')
    expect(checkName(` ${'x'.repeat(100)} `)).toBeNull()
  })

  test('e-mails are checked', () => {
    expect(checkEmail('')).toBe('wizard.problem.email-empty')
    expect(checkEmail('ana@localhost')).toBe('wizard.problem.email-wrong')
    expect(checkEmail(' ana@shop.example ')).toBeNull()
  })

  test('a public key with words around it, or a secret one, is reported', () => {
    expect(checkPublicKey('')).toBe('wizard.problem.public-key-empty')
    expect(checkPublicKey('Public key: abc')).toBe('wizard.problem.public-key-form')
    expect(checkPublicKey(' aBc-12_3 ')).toBeNull()
    expect(checkSecretKey('')).toBe('wizard.problem.secret-key-empty')
    expect(checkSecretKey('clé secrète')).toBe('wizard.problem.secret-key-form')
    expect(checkSecretKey('abc', ' abc ')).toBe('wizard.problem.keys-same')
    expect(checkSecretKey(' s3cret ', 'abc')).toBeNull()
    expect(checkToken('')).toBe('wizard.problem.token-empty')
    expect(checkToken('Токен')).toBe('wizard.problem.token-form')
    expect(checkToken('0123abc')).toBeNull()
  })
})

describe('checkSettings', () => {
  const good = {
    name: 'shop.example',
    chatra: { baseUrl: '', publicKey: 'key', agent: { email: '', name: '' } },
    planfix: {
      baseUrl: 'shop.planfix.com',
      webUrl: '',
      taskTemplateId: 12,
      contactTemplateId: null,
      participants: ['user:7', 'group:1'],
      pollSeconds: 5,
      requestsPerSecond: 1,
      visitDataTag: { id: 4, fields: { os: 10 } },
    },
    options: {
      newTaskWhenNoneActive: true,
      sendAsEmployee: false,
      completeWhenClientLeaves: true,
      leaveAfterMinutes: 10,
      completedStatusId: null,
      sendOnlyWhenClientIsRecipient: true,
      mirrorChatraReplies: true,
      explainInternal: true,
    },
  }

  test('valid settings have no problems', () => {
    expect(checkSettings(good)).toEqual([])
  })

  test.each([
    ['name', { name: '' }],
    ['chatra.baseUrl', { chatra: { ...good.chatra, baseUrl: 'http://app.chatra.io' } }],
    ['chatra.publicKey', { chatra: { ...good.chatra, publicKey: 'a b' } }],
    ['chatra.agent.email', { chatra: { ...good.chatra, agent: { email: 'x', name: '' } } }],
    ['planfix.baseUrl', { planfix: { ...good.planfix, baseUrl: 'planfix.com' } }],
    ['planfix.webUrl', { planfix: { ...good.planfix, webUrl: 'shop' } }],
    ['planfix.taskTemplateId', { planfix: { ...good.planfix, taskTemplateId: 0.5 } }],
    ['planfix.participants', { planfix: { ...good.planfix, participants: ['7'] } }],
    ['planfix.pollSeconds', { planfix: { ...good.planfix, pollSeconds: 0 } }],
    ['planfix.requestsPerSecond', { planfix: { ...good.planfix, requestsPerSecond: Number.NaN } }],
    ['planfix.visitDataTag', { planfix: { ...good.planfix, visitDataTag: { id: 4, fields: { os: -1 } } } }],
    ['options.leaveAfterMinutes', { options: { ...good.options, leaveAfterMinutes: 20_000 } }],
    ['options.joinAfterQuietMinutes', { options: { ...good.options, joinAfterQuietMinutes: 0 } }],
    ['options.keepWhilePausedDays', { options: { ...good.options, keepWhilePausedDays: 91 } }],
    ['options.completedStatusId', { options: { ...good.options, completedStatusId: -3 } }],
  ])('checkSettings names %s', (field, wrong) => {
    const problems = checkSettings({ ...good, ...wrong })
    expect(problems.map((one) => one.field)).toEqual([field])
    expect(problems.every((one) => isTextKey(one.problem))).toBe(true)
  })
})

describe('a publicly reachable address', () => {
  const problemOf = (text: string) => {
    const read = publicAddressOf(text)
    return read.ok ? null : read.problem
  }
  test.each([
    ...[
      '0.1.2.3',
      '10.20.30.40',
      '169.254.10.20',
      '192.168.10.20',
      '172.16.0.1',
      '172.20.10.1',
      '172.31.0.1',
    ],
    ...['100.64.0.1', '100.70.0.1', '100.99.0.1', '100.100.0.1', '100.119.0.1', '100.127.0.1'],
    ...['[fc00::1]', '[fd12::1]', '[fe80::1]', '[feb0::1]', '[::2]', '[FD12::1]'],
    ...[
      'nas.local',
      'nas.lan',
      'nas.home',
      'nas.internal',
      'nas.intranet',
      'nas.home.arpa',
      'local',
      'home.arpa',
    ],
  ])('a public address is not %s, of a private network', (host) => {
    expect(problemOf(`https://${host}/`)).toBe('wizard.problem.public-private')
  })
  test.each([
    ...['1.2.3.4', '11.0.0.1', '169.253.0.1', '192.167.0.1', '172.15.0.1', '172.32.0.1', '172.200.0.1'],
    ...['100.63.0.1', '100.128.0.1', '100.200.0.1', '210.10.0.1', '[2001:db8::1]', '[fec0::1]', '[ff02::1]'],
    ...[
      '10.example.com',
      '192.168.example.com',
      'local.example',
      'nas.local.example',
      'mylocal.example',
      'xlan.com',
    ],
  ])('a public address may be %s', (host) => {
    expect(problemOf(`https://${host}/`)).toBeNull()
  })
  test.each(['shop', 'a..b', '.a'])('a public address is not %j, which is no complete name', (host) => {
    expect(problemOf(`https://${host}/`)).toBe('wizard.problem.public-unreadable')
  })
  test('a public address loses only an end that names one of our pages', () => {
    const kept = (text: string) => {
      const read = publicAddressOf(text)
      return read.ok ? read.address : null
    }
    for (const end of ['/hooks', '/hooks/shop/x/chatra', '/files/abc', '/healthz', '/healthz/'])
      expect(kept(`https://b.example/bridge${end}`)).toBe('https://b.example/bridge')
    for (const end of ['/hooksx', '/healthz2', '/x/filesystem'])
      expect(kept(`https://b.example${end}`)).toBe(`https://b.example${end}`)
  })
  test('a public address has no name and password', () => {
    expect(problemOf(`https://b.example/${'x'.repeat(3_000)}`)).toBe('wizard.problem.public-unreadable')
  })
})

describe('characters typed beside the value', () => {
  test('surrounding spaces do not count', () => {
    for (const check of [checkName, checkPublicKey, checkSecretKey, checkToken])
      expect(check('  abc-123  ')).toBe(check('abc-123'))
    expect(checkEmail(' a@b.example ')).toBeNull()
    for (const check of [checkName, checkPublicKey, checkSecretKey, checkToken])
      expect(check('  ')).toBe(check(''))
  })
})

describe('the settings of a connection, at each limit', () => {
  const settings = (planfix: object = {}, options: object = {}, chatra: object = {}) => ({
    name: 'shop.example',
    chatra: { baseUrl: '', publicKey: 'key', agent: { email: '', name: '' }, ...chatra },
    planfix: {
      baseUrl: 'shop.planfix.com',
      webUrl: '',
      taskTemplateId: null,
      contactTemplateId: null,
      participants: [],
      pollSeconds: 5,
      requestsPerSecond: 1,
      visitDataTag: null,
      ...planfix,
    },
    options: {
      newTaskWhenNoneActive: true,
      sendAsEmployee: false,
      completeWhenClientLeaves: true,
      leaveAfterMinutes: 10,
      completedStatusId: null,
      sendOnlyWhenClientIsRecipient: true,
      mirrorChatraReplies: true,
      explainInternal: true,
      ...options,
    },
  })
  const wrong = (...given: Parameters<typeof settings>) =>
    checkSettings(settings(...given) as Parameters<typeof checkSettings>[0]).map(({ field, problem }) => [
      field,
      problem,
    ])

  test('a data tag and each of its fields may be missing', () => {
    expect(wrong()).toEqual([])
    expect(wrong({ visitDataTag: { id: 4, fields: { os: undefined, ip: 7 } } })).toEqual([])
    expect(wrong({ visitDataTag: { id: 4, fields: { os: 0 } } })).toEqual([
      ['planfix.visitDataTag', 'wizard.problem.number'],
    ])
  })
  test('an e-mail field is required where addresses are stored in one', () => {
    const problem = ['planfix.clientEmailField', 'wizard.problem.client-email-field']
    expect(wrong({}, { clientEmail: 'field' })).toEqual([problem])
    expect(wrong({ clientEmailField: null }, { clientEmail: 'field' })).toEqual([problem])
    expect(wrong({ clientEmailField: 7 }, { clientEmail: 'field' })).toEqual([])
    expect(wrong({ clientEmailField: null }, { clientEmail: 'card' })).toEqual([])
    expect(wrong({ clientEmailField: 0 })).toEqual([['planfix.clientEmailField', 'wizard.problem.number']])
  })
  test('ids count from one', () => {
    expect(wrong({ contactTemplateId: 0 })).toEqual([['planfix.contactTemplateId', 'wizard.problem.number']])
    expect(wrong({ contactTemplateId: 1 })).toEqual([])
  })
  test('every participant must be valid', () => {
    const problem = [['planfix.participants', 'wizard.problem.participant']]
    expect(wrong({ participants: ['user:12', 'contact:3', 'group:45'] })).toEqual([])
    for (const bad of ['xuser:12', 'user:12x', 'robot:1', 'user:'])
      expect(wrong({ participants: ['user:1', bad] })).toEqual(problem)
  })
  test('numbers may be as small and as large as their limits', () => {
    expect(wrong({ pollSeconds: 1, requestsPerSecond: 0.1 }, { leaveAfterMinutes: 0.01 })).toEqual([])
    expect(wrong({ pollSeconds: 3600, requestsPerSecond: 1000 }, { leaveAfterMinutes: 10_080 })).toEqual([])
  })
  test('the name of the general agent is checked if there is one', () => {
    const named = (name: string) => wrong({}, {}, { agent: { email: '', name } })
    expect(named('x'.repeat(101))).toEqual([['chatra.agent.name', 'wizard.problem.name-long']])
    expect(named('Julia')).toEqual([])
  })
})

test('the secret key must differ from the public one, ignoring spaces', () => {
  expect(checkSecretKey(' key ', 'key ')).toBe('wizard.problem.keys-same')
  expect(checkSecretKey('key', 'other')).toBeNull()
  expect(checkSecretKey('Stryker was here!')).toBe('wizard.problem.secret-key-form')
})

test.each([
  ['ftp://shop.example', null],
  ['  «https://crm.shop.example/x»;', 'https://crm.shop.example/rest'],
  ['((https://crm.shop.example/x))', 'https://crm.shop.example/rest'],
  ['https:///crm.shop.example', 'https://crm.shop.example/rest'],
  ['http://planfix.shop.planfix.com:8080/', 'https://planfix.shop.planfix.com/rest'],
  ['https://proxy.example/a/rest/b/rest/c', 'https://proxy.example/a/rest'],
] as const)('Planfix behind %j is %s', (text, baseUrl) => {
  const read = planfixAddress(text)
  expect(read.ok ? read.baseUrl : null).toBe(baseUrl)
})

test("a connection's id begins and ends with a letter or digit, at any length", () => {
  expect(connectionIdFor('--- My  shop ---', [])).toBe('my-shop')
  expect(connectionIdFor(`${'a'.repeat(39)} b`, [])).toBe('a'.repeat(39))
  expect(connectionIdFor(`${'a'.repeat(36)}  bcd`, ['x'])).toBe(`${'a'.repeat(36)}-bcd`)
  expect(connectionIdFor(`${'a'.repeat(37)} bc`, ['a'.repeat(37).concat('-bc')])).toBe(`${'a'.repeat(37)}-2`)
})

describe('a pasted public address', () => {
  const read = (text: string) => {
    const found = publicAddressOf(text)
    return found.ok ? found.address : found.problem
  }
  test.each([
    ['( )', 'wizard.problem.public-empty'],
    ['//localhost:3000/x', 'http://localhost:3000/x'],
    ['[::1]:3000', 'http://[::1]:3000'],
    ['https://shop.example/x(y', 'https://shop.example/x(y'],
    ['shop.example/x?from=ftp://other.example', 'https://shop.example/x'],
    ['https://.shop.example', 'wizard.problem.public-unreadable'],
    ['https://shop.example..', 'wizard.problem.public-unreadable'],
  ])('the pasted text %j means %j', (text, meaning) => {
    expect(read(text)).toBe(meaning)
  })

  test('a public address has at most 500 units', () => {
    const of = (length: number) => `https://shop.example/${'a'.repeat(length - 21)}`
    expect(read(of(500))).toBe(of(500))
    expect(read(of(501))).toBe('wizard.problem.public-unreadable')
  })

  test('an address of Planfix has at most 500 units', () => {
    const of = (length: number) => `https://pf.example/${'a'.repeat(length - 24)}/rest`
    expect(planfixAddress(of(500))).toMatchObject({ ok: true, baseUrl: of(500) })
    expect(planfixAddress(of(501))).toMatchObject({ ok: false })
  })

  test('an e-mail of spaces alone is empty, and spaces around one do not count', () => {
    expect(checkEmail('  ')).toBe('wizard.problem.email-empty')
    expect(checkEmail(' anna@shop.example ')).toBeNull()
  })
})
