import { expect, test } from 'vitest'
import { isReading, mayCall, ROLES } from '../../../src/shared/api/roles.ts'
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
    /^(setup|demo|secrets)\.|\.(save|remove|enable|newWebhookSecret|import|retry|dismiss|forget|mark)$/
  expect(names.filter((name) => mayCall('reader', name) && changing.test(name))).toEqual([])
  for (const name of ['connection.secrets', 'connection.addresses', 'tunnel.pair', 'log.payload'] as const)
    expect(mayCall('reader', name), name).toBe(false)
  expect(names.filter((name) => isReading(name) !== mayCall('reader', name))).toEqual([])
})

test('an operator retries and dismisses, and changes no settings', () => {
  expect(['log.retry', 'log.dismiss'].every((name) => mayCall('operator', name as CallName))).toBe(true)
  expect(
    names.filter((name) => /\.(save|remove|enable|import)$/.test(name) && mayCall('operator', name)),
  ).toEqual([])
})
