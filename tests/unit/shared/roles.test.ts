import { expect, test } from 'vitest'
import { isReading, mayCall, ROLES } from '../../../src/shared/api/access/roles.ts'
import { type CallName, calls } from '../../../src/shared/api.ts'

const names = Object.keys(calls) as CallName[]

test('an owner may make every call, and each role makes those of the role before', () => {
  expect(names.filter((name) => !mayCall('owner', name))).toEqual([])
  for (const name of names) {
    const may = ROLES.map((role) => mayCall(role, name))
    expect(
      may.toSorted((one, other) => Number(one) - Number(other)),
      name,
    ).toEqual(may)
  }
})

test('what a reader may do changes nothing and shows no secret', () => {
  const changing =
    /^(setup|secrets)\.|^demo\.(?!scene$)|\.(save|remove|enable|newWebhookSecret|import|retry|dismiss|forget|mark)$/
  expect(names.filter((name) => mayCall('reader', name) && changing.test(name))).toEqual([])
  for (const name of ['connection.secrets', 'connection.addresses', 'tunnel.pair', 'log.payload'] as const)
    expect(mayCall('reader', name), name).toBe(false)
  expect(names.filter((name) => isReading(name) !== mayCall('reader', name))).toEqual([])
})

test('an operator retries and dismisses, and changes no settings', () => {
  for (const name of [
    'log.retry',
    'log.dismiss',
    'demo.next',
    'demo.again',
    'demo.write',
    'demo.tryNow',
  ] as const)
    expect(mayCall('operator', name), name).toBe(true)
  for (const name of ['demo.start', 'demo.stop'] as const) expect(mayCall('operator', name), name).toBe(false)
  expect(
    names.filter((name) => /\.(save|remove|enable|import)$/.test(name) && mayCall('operator', name)),
  ).toEqual([])
})
