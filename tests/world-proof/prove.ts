import { expect, test } from 'vitest'
import { hasPostgres } from '../support/postgres-of-run.ts'
import { makeUp } from './make-up.ts'
import { failsBy, shrink, tryStory } from './shrink.ts'
import { report } from './tell.ts'

/** How many stories are played to shorten a failing one. */
const TRIES = 60

/** A test for each seed from `first` to `last`, both included. Options as for makeUp. */
export function prove(first: number, last: number, options: Parameters<typeof makeUp>[1] = {}): void {
  const seeds = Array.from({ length: last - first + 1 }, (_, index) => first + index)
  test.skipIf(options.database === true && !hasPostgres).each(seeds)(
    'the story of seed %i holds',
    { timeout: 300_000 },
    async (seed) => {
      const story = makeUp(seed, options)
      const { findings } = await tryStory(story)
      const first = findings[0]
      if (!first) return
      const short = await shrink(story, failsBy(first.invariant), TRIES)
      expect.fail(report(short, (await tryStory(short)).findings))
    },
  )
}
