import { expect, test } from 'vitest'
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

test('two connections whose secrets would have the same names are refused', () => {
  const problems = problemsOf({ connections: [connection({ id: 'my-shop' }), connection({ id: 'my_shop' })] })
  expect(problems[0]).toContain('connections[1].id')
  expect(environmentName('my-shop')).toBe('MY_SHOP')
})

test('a file that is no object is one problem', () => {
  expect(problemsOf([])).toHaveLength(1)
})
