import { beforeEach, expect, test } from 'vitest'
import { environmentSecrets } from '../../../src/main/secrets/environment.ts'
import { memoryOver, type SecretStore } from '../../../src/main/secrets/store.ts'
import { createRedactor } from '../../../src/main/settings/redact.ts'

let learned: string[]
let secrets: SecretStore
beforeEach(() => {
  learned = []
  const environment = { BRIDGE_SHOP_PLANFIX_TOKEN: 'from-environment', BRIDGE_SHOP_CHATRA_SECRET_KEY: ' ' }
  secrets = memoryOver(environmentSecrets(environment), (secret) => learned.push(secret))
})

test('a typed secret takes precedence over the environment, only for its own name', async () => {
  await secrets.set('shop', 'PLANFIX_TOKEN', 'typed')
  expect(await secrets.get('shop', 'PLANFIX_TOKEN')).toBe('typed')
  expect(await secrets.get('shop', 'CHATRA_SECRET_KEY')).toBeNull()
  expect(await secrets.get('shop-2', 'PLANFIX_TOKEN')).toBeNull()
})

test("a typed secret is deleted with its connection, the environment's stays", async () => {
  await secrets.set('shop', 'PLANFIX_TOKEN', 'typed')
  await secrets.set('shop', 'CHATRA_SECRET_KEY', 'typed too')
  await secrets.set('other', 'CHATRA_SECRET_KEY', 'of another')
  await secrets.remove('shop')
  expect(await secrets.get('shop', 'PLANFIX_TOKEN')).toBe('from-environment')
  expect(await secrets.get('shop', 'CHATRA_SECRET_KEY')).toBeNull()
  expect(await secrets.get('other', 'CHATRA_SECRET_KEY')).toBe('of another')
})

test('every secret is registered for redaction before it is stored', async () => {
  const redact = createRedactor()
  const store = memoryOver(environmentSecrets({}), (secret) => redact.add(secret))
  const set = store.set('shop', 'PLANFIX_TOKEN', 'typed-token')
  expect(redact('token: typed-token')).toBe('token: ***')
  await set
  await secrets.set('shop', 'CHATRA_SECRET_KEY', 'typed')
  await secrets.get('shop', 'PLANFIX_TOKEN')
  expect(learned).toEqual(['typed', 'from-environment'])
})

test("the place for a secret is given by its variable's name, never by its value", () => {
  expect(secrets.whereToPut('shop', 'PLANFIX_TOKEN')).toContain('BRIDGE_SHOP_PLANFIX_TOKEN')
  expect(secrets.keptIn).toBe('memory')
})
