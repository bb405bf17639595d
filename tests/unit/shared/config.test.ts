import { describe, expect, test } from 'vitest'
import { environmentName, parseConfiguration } from '../../../src/shared/config.ts'

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

test('ids, keys and addresses are enough', () => {
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
])('address %s is taken: %s', (baseUrl, taken) => {
  expect(problemsOf({ connections: [connection({ planfix: { baseUrl } })] }).length === 0).toBe(taken)
})

test.each([
  [{ pollSeconds: 3601 }],
  [{ requestsPerSecond: 0.05 }],
  [{ requestsPerSecond: 1001 }],
  [{ participants: ['7'] }],
])('out of bounds: %j', (planfix) => {
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

test('what a new task says of the one before, and where an e-mail is kept, have defaults and are checked', () => {
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

  test('that two connections share is refused with both names and both places', () => {
    for (const second of [{}, { publicKey: ' abc\n' }, { baseUrl: 'https://chatra.example/api' }]) {
      const problems = problemsOf(two({}, second))
      expect(problems).toHaveLength(1)
      expect(problems[0]).toMatch(/^connections\[1\]\.chatra\.publicKey: /)
      for (const part of ['one.example', 'two.example', 'connections[0].chatra.publicKey']) {
        expect(problems[0]).toContain(part)
      }
    }
  })

  test('of a third connection is compared with all before it', () => {
    const { connections } = two({ publicKey: 'x' }, { publicKey: 'y' })
    const third = connection({ id: 'three', chatra: { publicKey: 'y' } })
    expect(problemsOf({ connections: [...connections, third] })[0]).toMatch(
      /^connections\[2\]\.chatra\.publicKey: .*connections\[1\]/,
    )
  })

  test('in other letters is another key, and a simulator is an account of its own', () => {
    expect(problemsOf(two({}, { publicKey: 'ABC' }))).toEqual([])
    expect(
      problemsOf(two({ baseUrl: 'http://127.0.0.1:1/api' }, { baseUrl: 'http://127.0.0.1:2/api' })),
    ).toEqual([])
  })

  test('may be in a configuration once, while a Planfix account may serve many', () => {
    expect(problemsOf(two({}, { publicKey: 'other' }))).toEqual([])
  })
})

test('two connections whose secrets would have the same names are refused', () => {
  const problems = problemsOf({ connections: [connection({ id: 'my-shop' }), connection({ id: 'my_shop' })] })
  expect(problems[0]).toContain('connections[1].id')
  expect(environmentName('my-shop')).toBe('MY_SHOP')
})

test('a file that is no object is one problem', () => {
  expect(problemsOf([])).toHaveLength(1)
})
