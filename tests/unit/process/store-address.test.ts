import { expect, test } from 'vitest'
import { databaseFrom, secretsOfAddress } from '../../../src/main/process/store-address.ts'

const ADDRESS = 'postgres://bridge@db.example/bridge?sslmode=verify-full'

test('without an address the data are in the data folder', () => {
  expect(databaseFrom(undefined, {})).toEqual({ database: null })
  expect(databaseFrom(undefined, { BRIDGE_STORE_PASSWORD: 'x' })).toEqual({ database: null })
})

test('the option goes before the variable, and the password is added from its own', () => {
  expect(databaseFrom(ADDRESS, { BRIDGE_STORE: 'postgres://other/db' })).toEqual({ database: ADDRESS })
  const found = databaseFrom(ADDRESS, { BRIDGE_STORE_PASSWORD: 'p@ss/w%1' })
  if (!('database' in found) || found.database === null) throw new Error('no database')
  expect(found.database).toBe('postgres://bridge:p%40ss%2Fw%251@db.example/bridge?sslmode=verify-full')
  expect(secretsOfAddress(found.database)).toEqual([found.database, 'p%40ss%2Fw%251', 'p@ss/w%1'])
  expect(databaseFrom(undefined, { BRIDGE_STORE: 'postgresql://u:p@h/db' })).toEqual({
    database: 'postgresql://u:p@h/db',
  })
  expect([secretsOfAddress(null), secretsOfAddress(ADDRESS)]).toEqual([[], []])
})

test.each([
  ['a password in the command line', 'postgres://u:secret@h/db', {}, 'BRIDGE_STORE_PASSWORD'],
  ['another database', 'mysql://u@h/db', {}, 'postgres://'],
  ['no address', undefined, { BRIDGE_STORE: 'secret' }, 'BRIDGE_STORE must be'],
  ['a file that cannot be read', undefined, { BRIDGE_STORE_FILE: '/nothing' }, 'BRIDGE_STORE_FILE'],
])('%s is refused, and not repeated', (_what, given, environment, words) => {
  const { wrong } = databaseFrom(given, environment) as { wrong: string }
  expect(wrong).toContain(words)
  expect(wrong).not.toContain('secret')
})
