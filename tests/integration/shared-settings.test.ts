import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ConfigurationTables } from '../../src/main/store-postgres/index.ts'
import { hasPostgres, newDatabase } from '../support/postgres.ts'
import { Bench, HOOK_SECRET, type Program, until } from './server-process.ts'

const KEYS = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)] as const

describe.skipIf(!hasPostgres)('settings and secrets in the database', () => {
  let bench: Bench
  let database: string
  let keyFile: string

  beforeEach(async () => {
    bench = await Bench.start()
    database = await newDatabase()
    keyFile = join(bench.folder, 'master.key')
    keys(KEYS[0])
    mkdirSync(bench.dataDir)
    writeFileSync(join(bench.dataDir, 'config.json'), readFileSync(bench.configFile))
  }, 60_000)
  afterEach(() => bench.stop())

  const keys = (...some: Buffer[]) =>
    writeFileSync(keyFile, some.map((key) => `${key.toString('base64')}\n`).join(''), { mode: 0o600 })
  const environment = (): Record<string, string> => ({
    ...{ ...bench.secrets, BRIDGE_STORE: database, BRIDGE_MASTER_KEY_FILE: keyFile },
  })
  const serve = (env = environment()) => bench.run('server', ['--data-dir', bench.dataDir], env)
  const bridge = (args: string[], env = environment()) =>
    bench.run('cli', [...args, '--data-dir', bench.dataDir], env).ended
  const stop = async (server: Program) => {
    server.kill('SIGTERM')
    expect((await server.ended).code).toBe(0)
  }
  const tables = () => ConfigurationTables.open(database, [...KEYS])

  test('those of the data folder are taken over once, and what others change is used within seconds', async () => {
    let server = serve()
    const ready = await bench.ready(server)
    const ana = bench.chatra.visit({ name: 'Ana' })
    ana.says('#1')
    await until('the task', () => bench.planfix.tasks.find(({ name }) => name.startsWith('Ana')))
    const missing = async () => {
      const health = (await (await fetch(new URL('/healthz', ready.ui))).json()) as {
        connections: { id: string; missing: string[] }[]
      }
      return Object.fromEntries(health.connections.map((one) => [one.id, one.missing]))
    }
    expect(await missing()).toEqual({ shop: [] })

    const { connections } = JSON.parse(readFileSync(bench.configFile, 'utf8')) as {
      connections: { chatra: object }[]
    }
    const [shop] = connections
    const chatra = { ...shop?.chatra, publicKey: 'another-public-key' }
    const other = { ...shop, id: 'market', name: 'Market', chatra, webhookSecret: undefined }
    const market = join(bench.folder, 'market.json')
    writeFileSync(market, JSON.stringify(other))
    const added = await bridge(['connection', 'add', '-f', market])
    expect([added.code, added.err, added.out]).toEqual([0, '', expect.stringContaining('is in the database')])
    await until('the other connection', async () => (await missing()).market)
    const shared = await tables()
    await shared.save('market', 'CHATRA_SECRET_KEY', bench.chatra.secretKey)
    await shared.save('market', 'PLANFIX_TOKEN', bench.planfix.token)
    await until('its secrets', async () => (await missing()).market?.length === 0)
    const stored = JSON.stringify((await shared.read())?.content)
    expect(stored).toContain('"market"')
    for (const secret of [HOOK_SECRET, bench.planfix.token]) expect(stored).not.toContain(secret)
    expect((await shared.secrets()).get('shop/WEBHOOK_SECRET')).toBe(HOOK_SECRET)
    await shared.close()
    expect(server.err).toContain('settings were changed elsewhere')
    await stop(server)

    // The file of the data folder no longer counts.
    writeFileSync(join(bench.dataDir, 'config.json'), '{"connections": []}')
    server = serve()
    await bench.ready(server)
    expect(server.err).toContain('the file of the data folder does not count')
    ana.says('#2')
    await until('the message', () =>
      JSON.stringify(bench.planfix.comments(bench.planfix.tasks[0]!.id)).includes('#2'),
    )
    const doctor = await bridge(['doctor', '--json'])
    expect(doctor.out).toContain('"connection": "market"')
    await stop(server)

    // They go with the data.
    const back = await bridge(['move', '--to', bench.dataDir])
    expect([back.code, back.out]).toEqual([0, expect.stringContaining('config.json')])
    const { BRIDGE_STORE: _, ...inFolder } = environment()
    const local = serve({ ...inFolder, BRIDGE_MARKET_CHATRA_SECRET_KEY: 'x' })
    await bench.ready(local)
    ana.says('#3')
    await until('the next message', () =>
      JSON.stringify(bench.planfix.comments(bench.planfix.tasks[0]!.id)).includes('#3'),
    )
    await stop(local)
    writeFileSync(join(bench.dataDir, 'config.json'), '{"theme": "dark", "connections": []}')
    expect((await bridge(['move', '--to', database], inFolder)).code).toBe(0)
    server = serve()
    await until('the ready line', () => server.out.includes('ready'))
    const now = await tables()
    expect((await now.read())?.content).toEqual({ theme: 'dark', connections: [] })
    await now.close()
    await stop(server)
  }, 120_000)

  test('without the key that sealed the secrets nothing starts, and a new one takes its place', async () => {
    const server = serve()
    await bench.ready(server)
    await stop(server)
    const { BRIDGE_MASTER_KEY_FILE: _, ...without } = environment()
    const noKey = await serve(without).ended
    expect([noKey.code, noKey.err]).toEqual([1, expect.stringContaining('--master-key-file')])
    keys(KEYS[1], KEYS[0])
    expect((await bridge(['secrets', 'rotate'])).out).toContain('1 secrets are sealed by the first key now')
    keys(KEYS[0])
    expect((await serve().ended).code).toBe(1)
    keys(KEYS[1])
    const later = serve()
    await bench.ready(later)
    await stop(later)
    expect((await bridge(['secrets', 'rotate'], bench.secrets)).err).toContain('There are no sealed secrets')
    writeFileSync(keyFile, 'short')
    expect(await serve().ended).toMatchObject({ code: 2, err: expect.stringContaining('openssl rand') })
  }, 60_000)
})
