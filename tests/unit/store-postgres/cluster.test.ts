import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { ApplicationStore, Cluster, Words } from '../../../src/main/store/index.ts'
import { hasPostgres, postgresStore, testDatabase } from '../../support/postgres.ts'
import { adding, inboxRow, message } from '../store/values.ts'

const schemaName = () => `test_${randomUUID().replaceAll('-', '')}`
const TTL = 60_000
const SHORT = 50
const presence = (name: string) => ({ name, address: `http://${name}:1`, version: '1', breaks: 0 })

interface Host {
  store: ApplicationStore
  cluster: Cluster
}
async function hostOn(schema: string): Promise<Host> {
  const store = await postgresStore({ schema })
  return { store, cluster: store.cluster! }
}
async function twoHosts() {
  const schema = schemaName()
  return { schema, a: await hostOn(schema), b: await hostOn(schema) }
}

async function until<T>(what: () => Promise<T> | T, holds: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await what()
    if (holds(value)) return value
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

describe.skipIf(!hasPostgres)('the hosts of a database', () => {
  it('a unit is one host’s until its time is over, and each taker has a turn of its own', async () => {
    const { a, b } = await twoHosts()
    const units = ['one', 'two', 'three']
    expect((await a.cluster.look(units)).free.toSorted()).toEqual(units.toSorted())
    const first = await a.cluster.take(units, 2, SHORT)
    expect(first.map(({ turn }) => turn)).toEqual([1, 1])
    const rest = await b.cluster.take(units, 9, TTL)
    expect(rest).toHaveLength(1)
    expect(await b.cluster.beat(presence('b'), TTL)).toEqual(rest)
    await until(
      () => b.cluster.look(units),
      ({ free }) => free.length === 2,
    )
    const second = await b.cluster.take(units, 9, TTL)
    expect(second.map(({ turn }) => turn)).toEqual([2, 2])
    expect(await a.cluster.beat(presence('a'), TTL)).toEqual([])
    expect(await b.cluster.beat(presence('b'), TTL)).toHaveLength(3)
    const { hosts } = await b.cluster.look([])
    expect(hosts.map(({ name }) => name).toSorted()).toEqual(['a', 'b'])
    expect(hosts[0]!.silentMs).toBeLessThan(TTL)
    expect((await a.cluster.holders()).map(({ name }) => name)).toEqual(['b', 'b', 'b'])
  })

  it('what a host gives back is free at once, and all of one that is gone', async () => {
    const { a, b } = await twoHosts()
    const heard: Words[] = []
    b.cluster.listen((words) => heard.push(words))
    await a.cluster.beat(presence('a'), TTL)
    await a.cluster.take(['one', 'two'], 2, TTL)
    await b.cluster.giveBack(['one'])
    expect((await b.cluster.look(['one', 'two'])).free).toEqual([])
    await a.cluster.giveBack(['one'])
    await until(
      () => heard,
      (all) => all.some(({ kind }) => kind === 'lease'),
    )
    expect((await b.cluster.look(['one', 'two'])).free).toEqual(['one'])
    await b.cluster.beat(presence('b'), TTL)
    await a.cluster.retire()
    const { hosts, free } = await b.cluster.look(['one', 'two'])
    expect([hosts.map(({ name }) => name), free]).toEqual([['b'], ['one']])
    await b.cluster.bury(a.cluster.me)
    expect((await b.cluster.look(['one', 'two'])).free.toSorted()).toEqual(['one', 'two'])
  })

  it('a commit under a lease that another host has by now changes nothing, and the others of the call are carried out', async () => {
    const { a, b } = await twoHosts()
    const [old] = await a.cluster.take(['one'], 1, SHORT)
    const [kept] = await a.cluster.take(['two'], 1, TTL)
    const refused: string[] = []
    const under = (lease: typeof old) => a.cluster.under(lease!, () => refused.push(lease!.unit))
    await under(old).commit([inboxRow('early')])
    await until(
      () => b.cluster.take(['one'], 1, TTL),
      (taken) => taken.length === 1,
    )
    const outcomes = await Promise.allSettled([
      under(old).commit([inboxRow('late')]),
      under(kept).commit([inboxRow('mine')]),
      a.store.commit([inboxRow('of nobody')]),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled'])
    expect(outcomes[0]).toMatchObject({ reason: { kind: 'closed', code: 'BR001' } })
    expect(refused).toEqual(['one'])
    // Also when it has the unit again: what was decided under the first turn is old.
    await b.cluster.giveBack(['one'])
    const [again] = await a.cluster.take(['one'], 1, TTL)
    await expect(under(old).commit([inboxRow('later')])).rejects.toMatchObject({ code: 'BR001' })
    await expect(under(old).stage([inboxRow('later')])).rejects.toMatchObject({ code: 'BR001' })
    await under(again).commit([inboxRow('again')])
    const bodies = (await b.store.inboxPending(9)).map(({ body }) => body)
    expect(bodies).toEqual(['early', 'mine', 'of nobody', 'again'])
    // It reads, and is the same store otherwise.
    expect((await under(again).inboxPending(9)).length).toBe(4)
  })

  it('a unit is not given away while a commit under its lease is being carried out', async () => {
    const { schema, a, b } = await twoHosts()
    const [lease] = await a.cluster.take(['one'], 1, SHORT)
    const other = new pg.Client(await testDatabase())
    await other.connect()
    onTestFinished(() => other.end())
    await other.query(`SET search_path TO "${schema}"; BEGIN`)
    const asked = await other.query(`SELECT bridge_is_refused('${a.cluster.me}', $1)`, [
      JSON.stringify(lease),
    ])
    expect(asked.rows[0]).toEqual({ bridge_is_refused: false })
    await until(
      () => b.cluster.look(['one']),
      ({ free }) => free.length === 1,
    )
    // A renewal passes, also now.
    expect(await a.cluster.beat(presence('a'), SHORT)).toEqual([lease])
    await until(
      () => b.cluster.look(['one']),
      ({ free }) => free.length === 1,
    )
    expect(await b.cluster.take(['one'], 1, TTL)).toEqual([])
    await other.query('COMMIT')
    expect(await b.cluster.take(['one'], 1, TTL)).toEqual([{ unit: 'one', turn: 2 }])
  })

  it('of hosts that take at the same moment each unit has one', async () => {
    const schema = schemaName()
    const all: Host[] = []
    for (let n = 0; n < 4; n++) all.push(await hostOn(schema))
    const units = Array.from({ length: 40 }, (_, n) => `unit ${n}`)
    for (let round = 1; round <= 5; round++) {
      const taken = await Promise.all(all.map(({ cluster }) => cluster.take(units, 40, TTL)))
      expect(taken.flat().map(({ turn }) => turn)).toEqual(units.map(() => round))
      expect(new Set(taken.flat().map(({ unit }) => unit)).size).toBe(40)
      await Promise.all(all.map(({ cluster }) => cluster.giveBack(units)))
    }
  })

  it('the host that decides on a connection’s events hears of those that another one has accepted', async () => {
    const { a, b } = await twoHosts()
    const heard: Words[] = []
    a.cluster.listen((words) => heard.push(words))
    b.cluster.carries = (id) => id !== 'shop'
    await b.store.commit([inboxRow('1')])
    await until(
      () => heard,
      (all) => all.length > 0,
    )
    expect(heard).toEqual([{ kind: 'inbox', about: 'shop' }])
    expect((await a.cluster.look([])).waiting).toEqual(['shop'])
    b.cluster.carries = () => true
    await b.store.commit([inboxRow('2')])
    await b.cluster.tell({ kind: 'proof', about: 'nonce' })
    await until(
      () => heard,
      (all) => all.length > 1,
    )
    expect(heard.slice(1)).toEqual([{ kind: 'proof', about: 'nonce' }])
  })

  it('ids that a host has renewed are higher than those that another one had before', async () => {
    const { a, b } = await twoHosts()
    const early = a.store.newId()
    expect(b.store.newId()).toBeGreaterThan(early)
    const late = b.store.newId()
    // Of its own block: lower than what the other host has assigned meanwhile.
    expect(a.store.newId()).toBeLessThan(late)
    await a.cluster.renewIds()
    expect(a.store.newId()).toBeGreaterThan(late)
    for (let n = 0; n < 2500; n++) {
      a.store.newId()
      if (n % 400 === 0) await a.store.latestSeq()
    }
    await Promise.all([b.cluster.renewIds(), b.cluster.renewIds()])
    expect(b.store.newId()).toBeGreaterThan(a.store.newId())
  })

  it('a message that is stored after others with higher ids is in the report', async () => {
    const { schema, a } = await twoHosts()
    const other = new pg.Client(await testDatabase())
    await other.connect()
    onTestFinished(() => other.end())
    await other.query(
      `SET search_path TO "${schema}"; INSERT INTO report_parts VALUES (0, 1, '{}'), (1, 1, '{}')`,
    )
    await a.store.commit([adding(message({ id: 5 }))])
    expect((await other.query('SELECT part FROM report_parts')).rows).toEqual([{ part: '1' }])
  })
})
