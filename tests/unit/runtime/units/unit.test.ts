import { expect, test } from 'vitest'
import { isOn, keptMs, unitOf, unitsOf } from '../../../../src/main/runtime/units/unit.ts'
import { type Configuration, parseConfiguration } from '../../../../src/shared/config.ts'

const DAY = 86_400_000

function configured(
  ...connections: [id: string, baseUrl: string, change?: { enabled?: boolean; days?: number }][]
): Configuration {
  const read = parseConfiguration({
    connections: connections.map(([id, baseUrl, { enabled = true, days = 7 } = {}]) => ({
      id,
      enabled,
      chatra: { publicKey: id },
      planfix: { baseUrl },
      options: { keepWhilePausedDays: days },
    })),
  })
  if (!read.ok) throw new Error(read.problems.join())
  return read.value
}

test.each([
  ['https://shop.planfix.com/rest', 'shop.planfix.com/rest'],
  ['https://Shop.Planfix.com/rest/', 'shop.planfix.com/rest'],
  ['http://127.0.0.1:8080/rest', '127.0.0.1:8080/rest'],
])('the unit of %s is %s', (baseUrl, unit) => {
  expect(unitOf(configured(['shop', baseUrl]).connections[0]!)).toBe(unit)
})

test('the enabled connections of an account are one unit', () => {
  const configuration = configured(
    ['a', 'https://one.planfix.com/rest'],
    ['b', 'https://two.planfix.com/rest'],
    ['c', 'https://ONE.planfix.com/rest'],
    ['d', 'https://two.planfix.com/rest', { enabled: false }],
    ['e', 'https://three.planfix.com/rest', { enabled: false }],
  )
  const units = [...unitsOf(configuration)].map(([unit, all]) => [unit, all.map(({ id }) => id)])
  expect(units).toEqual([
    ['one.planfix.com/rest', ['a', 'c']],
    ['two.planfix.com/rest', ['b']],
  ])
  expect(['a', 'd', 'x'].map((id) => isOn(configuration, id))).toEqual([true, false, false])
})

test('events wait as long as their connection says; those of a removed one as long as any', () => {
  const one = 'https://one.planfix.com/rest'
  const configuration = configured(['a', one, { days: 0 }], ['b', one, { days: 30 }])
  expect(['a', 'b', 'removed'].map((id) => keptMs(configuration, id) / DAY)).toEqual([0, 30, 30])
  expect(keptMs(configured(), 'removed')).toBe(0)
})
