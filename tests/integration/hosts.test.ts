import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Application } from '../../src/main/runtime/application.ts'
import { dayPlanOf, notedPlan } from '../../src/main/runtime/day-plans.ts'
import { freePort } from '../support/free-port.ts'
import { hasPostgres, testServer } from '../support/postgres.ts'
import { type Shop, Shops } from '../support/shops.ts'
import { SECRET } from '../support/world.ts'

async function freshDatabase(server: string): Promise<string> {
  const name = `hosts_${randomUUID().replaceAll('-', '')}`
  const client = new pg.Client(server)
  await client.connect()
  await client.query(`CREATE DATABASE ${name}`)
  await client.end()
  const url = new URL(server)
  url.pathname = name
  return url.href
}

/** Two hosts of one database in this process, and two shops. */
describe.skipIf(!hasPostgres)('two hosts on one database', () => {
  let shops: Shops
  let a: Application
  let b: Application
  let folder: string
  const server = testServer('hosts')
  const among = (name: string) => ({ name, version: '1', address: null, leaseMs: 60_000 })

  beforeEach(async () => {
    const database = await freshDatabase((await server).url)
    folder = await mkdtemp(join(tmpdir(), 'bridge-host-'))
    const ports = [await freePort(), await freePort()]
    const publicUrl = `http://127.0.0.1:${ports[1]}`
    shops = await Shops.start({
      accounts: [0, 1],
      database,
      host: among('a'),
      receiver: { host: '127.0.0.1', port: ports[0]! },
      change: { publicUrl },
    })
    a = shops.app
    b = await Application.open({
      ...shops.options,
      dataDir: folder,
      host: among('b'),
      receiver: { host: '127.0.0.1', port: ports[1]! },
    })
    await b.start()
    await shops.until('each has its share', () => a.connections.size === 1 && b.connections.size === 1)
  })
  afterEach(async () => {
    await b.stop()
    await shops.stop()
    await rm(folder, { recursive: true, force: true })
    expect(shops.bugs).toEqual([])
  })
  afterAll(async () => (await server).stop())

  const shopOf = (host: Application): Shop => shops.all.find(({ id }) => host.connections.has(id))!
  /** Chatra posts the shop's events to this host. */
  const through = (host: Application, { id, chatra }: Shop) => {
    chatra.webhookUrl = `${host.hooksUrl}/hooks/${id}/${SECRET}/chatra`
  }
  const taskOf = async ({ planfix }: Shop, name: string) => {
    await shops.until('the task', () => planfix.tasks.some((task) => task.name.startsWith(name)))
    return planfix.tasks.find((task) => task.name.startsWith(name))!
  }

  test('what one host accepts the other one decides on, with and without a word about it', async () => {
    const shop = shopOf(a)
    expect([await a.carriedBy(shop.id), await b.carriedBy(shop.id)]).toEqual([null, 'a'])
    through(b, shop)
    const anna = shop.chatra.visit({ name: 'Anna' })
    anna.says('#a1')
    await shops.until('the first', () => shops.feedMarks(shop, 'Anna').includes('#a1'))
    // Nobody is told any more: the look finds it.
    b.store.cluster!.carries = () => true
    anna.says('#a2')
    await shops.until('the second', () => shops.feedMarks(shop, 'Anna').includes('#a2'))
    expect(shops.feedMarks(shop, 'Anna')).toEqual(['#a1', '#a2'])
  })

  test('the page of the other host shows how the requests of the day are spent', async () => {
    const { id } = shopOf(a)
    const planAt = (host: Application) => notedPlan(host.store, id, host.now())
    const live = a.connections.get(id)!
    await shops.until('it is noted', async () => (await planAt(b)).pollEveryMs > 0)
    expect((await planAt(b)).renewedAt).toBe(dayPlanOf(live).renewedAt)
  })

  test('what the owner does at the other host is done by the one that carries it', async () => {
    const shop = shopOf(a)
    through(b, shop)
    const anna = shop.chatra.visit({ name: 'Anna' })
    anna.says('#a1')
    const task = await taskOf(shop, 'Anna')
    const conversation = (await b.store.newestConversations(1))[0]!
    const reply = { text: 'From the owner', employeeId: 5, key: 'one' }
    expect(await b.reply(conversation.id, reply)).toBe('stored')
    expect(await b.reply(conversation.id, reply)).toBe('stored')
    await shops.until('the reply', () => anna.sees().includes('From the owner'))
    expect(anna.sees()).toEqual(['From the owner'])
    expect(JSON.stringify(shop.planfix.comments(task.id)).split('From the owner').length).toBe(2)
    expect(await b.separate(conversation.id)).toBe('not-joined')
    expect(await b.tryNow(shop.id)).toBe(true)
    expect(await b.tryNow('unknown')).toBe(false)
  })

  test('a file opens at both hosts, and is read from Planfix once', async () => {
    const shop = shopOf(a)
    const anna = shop.chatra.visit({ name: 'Anna' })
    anna.says('#a1')
    const task = await taskOf(shop, 'Anna')
    const { id } = shop.planfix.addsFile('price.pdf', 'the price list', 'application/pdf')
    shop.planfix.employeeComments(task.id, 5, '<p>Here it is</p>', { files: [id] })
    await shops.until('the reply', () => anna.sees().some((text) => text.includes('/files/')))
    const token = /\/files\/([\w-]+)/.exec(anna.sees().join('\n'))?.[1]
    for (const host of [b, a]) {
      const answer = await fetch(`${host.hooksUrl}/files/${token}`)
      expect([answer.status, await answer.text()]).toEqual([200, 'the price list'])
      expect(answer.headers.get('content-disposition')).toContain('price.pdf')
    }
    const read = shop.planfix.server.requests.filter(({ path }) => /\/file\/\d+\/download/.test(path))
    expect(read).toHaveLength(1)
    expect((await fetch(`${b.hooksUrl}/files/guessed`)).status).toBe(404)
  })

  test('a host that ends gives back what it carries, and the other one goes on with it', async () => {
    const shop = shopOf(b)
    const anna = shop.chatra.visit({ name: 'Anna' })
    anna.says('#a1')
    await shops.until('the first', () => shops.feedMarks(shop, 'Anna').includes('#a1'))
    await b.stop()
    await shops.until('all', () => a.connections.size === 2)
    anna.says('#a2')
    await shops.until('the second', () => shops.feedMarks(shop, 'Anna').includes('#a2'))
    expect(shops.feedMarks(shop, 'Anna')).toEqual(['#a1', '#a2'])
    expect(await a.carriedBy(shop.id)).toBeNull()
  })

  test('the address is proven by a request that came in at the other host', async () => {
    // It leads to b.
    await shops.until('both', () => [a, b].every(({ publicAddress }) => publicAddress.state === 'proven'))
  })
})
