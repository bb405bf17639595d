import { describe } from 'vitest'
import { storm } from './storm.ts'
import { checkStorm } from './storm-checks.ts'

/**
 * The server host is killed a hundred times while messages flow both ways. KILL_SEED repeats a run's delays and texts
 * (the computer's own timing differs), KILLS changes the number of kills.
 */
const seed = Number(process.env.KILL_SEED ?? Math.floor(Math.random() * 2 ** 31))
const kills = Number(process.env.KILLS ?? 100)

describe(`killed ${kills} times while messages flow both ways (KILL_SEED=${seed})`, () => {
  checkStorm(seed, () => storm({ seed, kills, talks: 10, paceMs: 60 }))
})
