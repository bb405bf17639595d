import { beforeAll, describe, expect, test } from 'vitest'
import { hasPostgres, testServer } from '../../support/postgres.ts'
import { build } from '../processes.ts'
import { checkStorm } from '../storm-checks.ts'
import { BLOWS, type ClusterReport, cluster, SHOPS } from './cluster.ts'

/** Three hosts on one database; a long run: `CLUSTER_BLOWS=200`. */
const seed = Number(process.env.KILL_SEED ?? Math.floor(Math.random() * 2 ** 31))
const blows = Number(process.env.CLUSTER_BLOWS ?? 5)
/** `CLUSTER_KINDS=term` for instance, to look at one kind alone. */
const kinds = process.env.CLUSTER_KINDS?.split(',') ?? BLOWS
/** Short, so that a stopped host is away for twice as long; `CLUSTER_LEASE=15` is the default of a server. */
const leaseSeconds = Number(process.env.CLUSTER_LEASE ?? 3)

describe.skipIf(!hasPostgres)(
  `three hosts on one database, struck ${blows} times (KILL_SEED=${seed})`,
  () => {
    let running: Promise<ClusterReport> | null = null
    const report = () => {
      running ??= testServer('cluster').then((database) =>
        cluster({ seed, blows, kinds, talks: 5, paceMs: 120, leaseSeconds, database }),
      )
      return running
    }

    beforeAll(async () => {
      build()
      const { takeovers, doubled } = await report()
      const shown = takeovers.map(({ blow, ms }) => `${blow} ${(ms / 1000).toFixed(1)} s`)
      console.info(`carried by another host after: ${shown.join(', ')}; ${doubled} events at two hosts`)
    }, 3_600_000)

    for (const shop of SHOPS)
      describe(`the ${shop}`, () => {
        // A host that was stopped stores what it was given when it goes on; nobody waits for its answer any more.
        checkStorm(
          seed,
          async () => (await report()).shops[shop],
          (mark, { accepted }) => accepted.has(mark),
        )
      })

    test('what a host carried is soon carried by another one', async () => {
      const { takeovers } = await report()
      // A lease, and the look of the others; a host that ends gives back.
      const late = takeovers.filter(
        ({ blow, ms }) => ms > (blow === 'term' ? 2000 : leaseSeconds * 1000 + 5000),
      )
      expect(late).toEqual([])
      expect(takeovers.length).toBeGreaterThan(0)
    })
  },
)
