import { describe, expect, it } from 'vitest'
import { openPostgresStore } from '../../../../src/main/store-postgres/index.ts'
import { sealKeys } from '../../../../src/main/store-postgres/spool/keys.ts'
import { SpoolFile } from '../../../../src/main/store-postgres/spool/spool-file.ts'
import type { BridgeEvent } from '../../../../src/shared/domain.ts'
import { hasPostgres, testDatabase } from '../../../support/postgres.ts'
import { folder } from '../../store/material.ts'
import { inboxRow } from '../../store/values.ts'
import { closedAfter, schemaName } from '../move/material.ts'

const kept = (body: string, isDoubted = false) => ({
  ...{ connectionId: 'shop', source: 'chatra' as const, receivedAt: 100, body, isDoubted },
})

describe.skipIf(!hasPostgres)('kept webhooks on their way into PostgreSQL', () => {
  it('they follow in their order, and one whose answer was lost is not there twice', async () => {
    const [dir, schema] = [folder(), schemaName()]
    const url = await testDatabase()
    const before = await openPostgresStore({ url, schema })
    await before.commit([inboxRow('stored'), inboxRow('zero \u0000')])
    await before.close()
    const file = await SpoolFile.open(dir, sealKeys(dir, []), () => undefined)
    const rows = [
      kept('stored', true),
      kept('zero \u0000', true),
      kept('lost', true),
      kept('b'),
      kept('a'),
      kept('a'),
    ]
    for (const one of rows) await file.append(one)
    await file.close()
    const events: BridgeEvent[] = []
    const keeping = { dir, masterKeys: [], onEvent: (event: BridgeEvent) => events.push(event) }
    const db = closedAfter(await openPostgresStore({ url, schema, keeping }))
    const { inInbox } = await db.accept({
      connectionId: 'shop',
      source: 'chatra',
      receivedAt: 200,
      body: 'new',
    })
    await inInbox
    const bodies = (await db.inboxPending(99)).map(({ body }) => body)
    expect(bodies).toEqual(['stored', 'zero \ufffd', 'lost', 'b', 'a', 'a', 'new'])
    expect(await db.dataVersion()).toBeGreaterThan(0)
    while (db.kept?.waiting !== 0) await new Promise((resolve) => setTimeout(resolve, 5))
    await expect.poll(() => events).toMatchObject([{ key: 'event.webhooks-followed', level: 'info' }])
    await expect(openPostgresStore({ url, schema: schemaName(), keeping })).rejects.toMatchObject({
      kind: 'in-use',
    })
  })
})
