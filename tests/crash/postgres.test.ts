import { describe } from 'vitest'
import { hasPostgres, testServer } from '../support/postgres.ts'
import { storm } from './storm.ts'
import { checkStorm } from './storm-checks.ts'

/** As kill.test.ts, with the data in PostgreSQL: every third time the database is restarted instead of the server. */
const seed = Number(process.env.KILL_SEED ?? Math.floor(Math.random() * 2 ** 31))
const kills = Number(process.env.KILLS ?? 60)

describe.skipIf(!hasPostgres)(
  `on PostgreSQL, killed or without its database ${kills} times (KILL_SEED=${seed})`,
  () => {
    checkStorm(seed, async () => {
      const database = await testServer('storm')
      return storm({ seed, kills, talks: 10, paceMs: 60, database })
    })
  },
)
