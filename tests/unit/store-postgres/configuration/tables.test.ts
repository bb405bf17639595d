import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ConfigurationTables } from '../../../../src/main/store-postgres/index.ts'
import { hasPostgres, testDatabase } from '../../../support/postgres.ts'
import { schemaName } from '../move/material.ts'

const key = (byte: number) => Buffer.alloc(32, byte)
async function opened(schema: string, keys: Buffer[] = []): Promise<ConfigurationTables> {
  const tables = await ConfigurationTables.open(await testDatabase(), keys, { schema })
  onTestFinished(() => tables.close())
  return tables
}

describe.skipIf(!hasPostgres)('settings and secrets in PostgreSQL', () => {
  it('of two writes of the same version one is refused', async () => {
    const schema = schemaName()
    const url = await testDatabase()
    expect(await ConfigurationTables.open(url, [], { schema, onlyReads: true })).toBeNull()
    const [one, other] = [await opened(schema), await opened(schema)]
    expect(await one.read()).toBeNull()
    expect([await one.write({ a: 1 }, 0), await other.write({ a: 2 }, 0)]).toEqual([true, false])
    const versions = await other.versions()
    expect(await Promise.all([one.write({ a: 3 }, 1), other.write({ a: 4 }, 1)])).toEqual(
      expect.arrayContaining([true, false]),
    )
    expect((await one.read())?.version).toBe(2)
    expect(await other.versions()).not.toBe(versions)
  })

  it('a secret is sealed for its place, and read by whoever has the key', async () => {
    const schema = schemaName()
    const tables = await opened(schema, [key(1)])
    const before = await tables.versions()
    await tables.save('shop', 'PLANFIX_TOKEN', 'the token')
    await tables.save('', 'RELAY_KEY', 'the key')
    expect(await tables.versions()).not.toBe(before)
    const secrets = new Map([
      ['shop/PLANFIX_TOKEN', 'the token'],
      ['/RELAY_KEY', 'the key'],
    ])
    expect(await (await opened(schema, [key(1)])).secrets()).toEqual(secrets)
    const client = new pg.Client(await testDatabase())
    await client.connect()
    onTestFinished(() => client.end())
    const { rows } = await client.query(
      `SELECT convert_from(sealed, 'UTF8') AS sealed FROM "${schema}".secrets`,
    )
    expect(JSON.stringify(rows)).not.toContain('the ')
    for (const keys of [[], [key(2)]])
      await expect((await opened(schema, keys)).secrets()).rejects.toMatchObject({ kind: 'sealed' })
    await tables.drop('', ['RELAY_KEY'])
    expect((await tables.secrets()).size).toBe(1)
    await client.query(`UPDATE "${schema}".secrets SET connection = 'other'`)
    await expect(tables.secrets()).rejects.toMatchObject({ kind: 'sealed' })
  })

  it('secrets are sealed again by a new key, and the old one opens them no longer', async () => {
    const schema = schemaName()
    await (await opened(schema, [key(1)])).save('shop', 'PLANFIX_TOKEN', 'the token')
    const both = await opened(schema, [key(2), key(1)])
    expect(await both.sealAgain()).toBe(1)
    expect((await (await opened(schema, [key(2)])).secrets()).get('shop/PLANFIX_TOKEN')).toBe('the token')
    await expect((await opened(schema, [key(1)])).secrets()).rejects.toMatchObject({ kind: 'sealed' })
  })
})
