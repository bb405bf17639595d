import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { seededRandom } from '../../../src/simulators/chatra/ids.ts'
import { SHOP_EMPLOYEES, shopConnection } from '../../support/shop.ts'
import { control, type Running, SECRET, type SimulatorsReady, startSimulators } from '../processes.ts'
import {
  begin,
  calm,
  keepTalking,
  people,
  readLog,
  readServices,
  type StormReport,
  type Talk,
} from '../talks.ts'
import { type Front, startFront } from './front.ts'
import { Leases, NAMES, TestHost } from './hosts.ts'

export const SHOPS = ['shop', 'store'] as const
type ShopId = (typeof SHOPS)[number]

/** What happens to a host, or to the database. */
export const BLOWS = ['kill', 'stop', 'cut', 'term', 'database'] as const
type Blow = (typeof BLOWS)[number]

export interface ClusterOptions {
  seed: number
  blows: number
  /** Which blows, in turn. */
  kinds: readonly string[]
  talks: number
  paceMs: number
  leaseSeconds: number
  database: { url: string; dir: string; stop(): void; start(): void }
}
export interface ClusterReport {
  shops: Record<ShopId, StormReport>
  /** Milliseconds until all units of the host that was hit were carried by others. */
  takeovers: { blow: Blow; ms: number }[]
  doubled: number
}

interface Shop {
  id: ShopId
  simulators: Running<SimulatorsReady>
  talks: Talk[]
}

/**
 * Three hosts on one database carry two shops, and a front gives each event to the next host, while hosts are killed,
 * stopped, cut from the database and restarted, and the database too. Then all is mended, and both services are read.
 */
export async function cluster(options: ClusterOptions): Promise<ClusterReport> {
  const chance = seededRandom(options.seed)
  const { database } = options
  const dir = await mkdtemp(join(tmpdir(), 'cluster-'))
  const shops = await Promise.all(SHOPS.map((id, n) => openShop(id, options.seed + n)))
  const ends: (() => Promise<void>)[] = [() => rm(dir, { recursive: true, force: true })]
  ends.push(
    ...shops.map(
      ({ simulators }) =>
        () =>
          simulators.end(),
    ),
  )
  const stop = new AbortController()
  try {
    const config = join(dir, 'config.json')
    const hosts: TestHost[] = []
    for (const name of NAMES) {
      const host = await TestHost.make(name, {
        dir,
        config,
        socket: join(database.dir, '.s.PGSQL.5432'),
        leaseSeconds: options.leaseSeconds,
        secrets: Object.assign({}, ...shops.map(secretsOf)) as NodeJS.ProcessEnv,
      })
      hosts.push(host)
      ends.push(() => host.stop())
    }
    const front = await startFront(
      hosts.map(({ port }) => port),
      () => chance() < 0.1,
    )
    ends.push(() => front.stop())
    await writeConfig(config, front, shops)
    await Promise.all(hosts.map((host) => host.start()))
    for (const shop of shops) await enter(shop, front, options.talks)

    const talking = shops.map(({ talks, simulators }, n) =>
      keepTalking(talks, simulators.ready, seededRandom(options.seed + 7 + n), options.paceMs, stop.signal),
    )
    for (const one of talking) one.catch(() => undefined)
    const leases = new Leases(database.url)
    const takeovers: ClusterReport['takeovers'] = []
    for (let n = 0; n < options.blows; n++) {
      const blow = options.kinds[n % options.kinds.length] as Blow
      await leases.calm(SHOPS.length)
      await pause(chance() * 1500)
      const ms = await strike(blow, { hosts, leases, chance, ...options })
      if (ms !== null) takeovers.push({ blow, ms })
    }
    stop.abort()
    await Promise.all(talking)
    return { shops: await readAll(shops, hosts, dir, database.url), takeovers, doubled: front.doubled }
  } finally {
    stop.abort()
    for (const end of ends.toReversed()) await end()
  }
}

/** One blow, and its mending. The milliseconds until others carried what the host had carried; null: it had nothing. */
async function strike(
  blow: Blow,
  at: ClusterOptions & { hosts: readonly TestHost[]; leases: Leases; chance: () => number },
): Promise<number | null> {
  const { hosts, leases, chance, leaseSeconds, database } = at
  if (blow === 'database') {
    database.stop()
    await pause(chance() * 2000)
    database.start()
    return null
  }
  const holders = await leases.holders()
  const carrying = [...holders].filter(([unit]) => unit !== 'maintenance')
  const name = carrying[Math.floor(chance() * carrying.length)]?.[1] ?? 'a'
  const host = hosts.find((one) => one.name === name)!
  const units = carrying.filter(([, holder]) => holder === name).map(([unit]) => unit)
  const ends = blow === 'kill' ? host.end('SIGKILL') : blow === 'term' ? host.end('SIGTERM') : null
  if (blow === 'stop') host.signal('SIGSTOP')
  if (blow === 'cut') host.cut()
  const struckAt = performance.now()
  const ms =
    units.length === 0 ? null : await leases.movedFrom(host.name, units, leaseSeconds * 1000 + 15_000)
  await ends
  const left = 2000 * leaseSeconds - (performance.now() - struckAt)
  if (blow === 'stop' || blow === 'cut') await pause(Math.max(0, left))
  if (blow === 'stop') host.signal('SIGCONT')
  if (blow === 'cut') host.heal()
  if (ends) await host.start()
  return ms
}

async function openShop(id: ShopId, seed: number): Promise<Shop> {
  const simulators = await startSimulators([
    ...['--time-scale', '0.05', '--seed', String(seed), '--chatra-switch', 'webhook-retry=on-non-200'],
  ])
  return { id, simulators, talks: [] }
}

async function enter({ id, simulators, talks }: Shop, { url }: Front, count: number): Promise<void> {
  const { chatra, planfix } = people(simulators.ready)
  const hooks = `${url}/hooks/${id}/${SECRET}`
  await chatra.post('webhookUrl', { url: `${hooks}/chatra` })
  await planfix.post('scenarioUrl', { url: `${hooks}/planfix` })
  for (let n = 0; n < count; n++) talks.push(await begin(n, chatra))
}

const secretsOf = ({ id, simulators }: Shop): NodeJS.ProcessEnv => ({
  [`BRIDGE_${id.toUpperCase()}_CHATRA_SECRET_KEY`]: simulators.ready.chatra.secretKey,
  [`BRIDGE_${id.toUpperCase()}_PLANFIX_TOKEN`]: simulators.ready.planfix.token,
})

function writeConfig(path: string, front: Front, shops: readonly Shop[]): Promise<void> {
  const connections = shops.map(({ id, simulators: { ready } }) =>
    shopConnection(ready.chatra, ready.planfix, {
      id,
      name: `${id}.example`,
      planfix: { pollSeconds: 1 },
      employees: SHOP_EMPLOYEES,
      options: { completeWhenClientLeaves: false },
      webhookSecret: SECRET,
    }),
  )
  // With an address that is proven: so a host may conclude that a reply did not arrive.
  return writeFile(path, JSON.stringify({ publicUrl: front.url, connections }))
}

async function readAll(
  shops: readonly Shop[],
  hosts: readonly TestHost[],
  dataDir: string,
  url: string,
): Promise<ClusterReport['shops']> {
  const place = { dataDir, database: url }
  await Promise.all(
    shops.map(async ({ id, simulators, talks }) => {
      await control(simulators.ready.chatra.url).post('resumeWebhooks')
      await calm(talks, simulators.ready, place, id)
    }),
  )
  const uncertain = new Map(
    await Promise.all(shops.map(async ({ id }) => [id, await readLog(place, id)] as const)),
  )
  await Promise.all(hosts.map((host) => host.end('SIGTERM')))
  const reports = await Promise.all(
    shops.map(async ({ id, simulators, talks }): Promise<[ShopId, StormReport]> => {
      const found = await readServices(talks, simulators.ready)
      const nothing = { startUps: [], killsWhileStarting: 0, restarts: 0 }
      return [id, { talks, ...nothing, ...uncertain.get(id)!, ...found }]
    }),
  )
  return Object.fromEntries(reports) as ClusterReport['shops']
}
