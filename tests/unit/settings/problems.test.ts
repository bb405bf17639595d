import { expect, test } from 'vitest'
import { problemsOf } from '../../../src/main/settings/problems.ts'
import { checkConfiguration } from '../../../src/shared/config.ts'
import { isTextKey, LANGUAGES, translate } from '../../../src/shared/i18n/index.ts'

const connection = (change: object = {}, planfix: object = {}) => ({
  id: 'shop',
  chatra: { publicKey: 'abc' },
  planfix: { baseUrl: 'https://shop.planfix.com/rest', ...planfix },
  ...change,
})
const problems = (input: unknown) => {
  const checked = checkConfiguration(input)
  return checked.ok ? [] : problemsOf(checked.issues)
}
const told = (input: unknown) => problems(input).map(({ path, words }) => [path, words.key, words.params])
const P = 'settings.problem.'

test.each<[string, unknown, [string, string, object][]]>([
  ['an unknown key', { colour: 1 }, [['colour', 'unknown-key', { name: 'colour' }]]],
  ['a language', { language: 'de' }, [['language', 'unknown', {}]]],
  ['days', { retentionDays: 0 }, [['retentionDays', 'range', { min: 1, max: 3650 }]]],
  ['a word for a number', { retentionDays: 'x' }, [['retentionDays', 'range', { min: 1, max: 3650 }]]],
  ['an address', { publicUrl: 'http://shop.example' }, [['publicUrl', 'address', {}]]],
  [
    'quiet hours',
    { notifications: { quiet: { from: '25:00', to: '7' } } },
    [
      ['notifications.quiet.from', 'time', {}],
      ['notifications.quiet.to', 'time', {}],
    ],
  ],
  ['a list', { connections: {} }, [['connections', 'unknown', {}]]],
  [
    'a connection without anything',
    { connections: [{}] },
    [
      ['connections[0].id', 'empty', {}],
      ['connections[0].chatra', 'empty', {}],
      ['connections[0].planfix', 'empty', {}],
    ],
  ],
  ['an id', { connections: [connection({ id: 'a b' })] }, [['connections[0].id', 'id', {}]]],
  [
    'the same id twice',
    { connections: [connection(), connection({ id: 'SHOP' })] },
    [['connections[1].id', 'same-id', {}]],
  ],
  [
    'the same Chatra key twice',
    { connections: [connection(), connection({ id: 'other', name: 'other.example' })] },
    [['connections[1].chatra.publicKey', 'same-key', { name: 'shop', other: 'other.example' }]],
  ],
  ['a name', { connections: [connection({ name: ' ' })] }, [['connections[0].name', 'empty', {}]]],
  [
    'a long name',
    { connections: [connection({ name: 'x'.repeat(101) })] },
    [['connections[0].name', 'too-long', { max: 100 }]],
  ],
  [
    'a pace',
    { connections: [connection({}, { requestsPerSecond: 0 })] },
    [['connections[0].planfix.requestsPerSecond', 'range', { min: 0.1, max: 1000 }]],
  ],
  [
    'a number of a template',
    { connections: [connection({}, { taskTemplateId: -1 })] },
    [['connections[0].planfix.taskTemplateId', 'unknown', {}]],
  ],
  [
    'an e-mail of an employee',
    { connections: [connection({ employees: [{ planfixUserId: 'user:5', email: 'ana' }] })] },
    [['connections[0].employees[0].email', 'email', {}]],
  ],
  [
    'a short secret',
    { connections: [connection({ webhookSecret: 'short' })] },
    [['connections[0].webhookSecret', 'webhook-secret', {}]],
  ],
  ['the whole', [], [['', 'unknown', {}]]],
])('%s that is wrong is told with its place', (_what, input, expected) => {
  expect(told(input)).toEqual(expected.map(([path, key, params]) => [path, P + key, params]))
})

test('every problem has a text in each language, with all placeholders filled', () => {
  const all = [
    { colour: 1, retentionDays: 0, publicUrl: 'x', notifications: { quiet: { from: 'x', to: '07:00' } } },
    {
      connections: [
        connection({ id: '?', name: '', webhookSecret: 'x' }),
        connection({ name: 'x'.repeat(101), chatra: { publicKey: '?', agent: { email: 'x' } } }),
        connection({ id: 'Shop' }, { participants: ['x'] }),
      ],
    },
  ].flatMap(problems)
  expect(all.length).toBeGreaterThan(10)
  for (const { words } of all) {
    const { key } = words
    if (!isTextKey(key)) throw new Error(`${key} is in no catalogue`)
    for (const language of LANGUAGES) expect(translate(language, key, words.params)).not.toMatch(/\{\w+\}/)
  }
})

test('a valid configuration has no problems', () => {
  expect(problems({ connections: [connection()] })).toEqual([])
})
