import { expect, test } from 'vitest'
import { hasPostgres } from '../support/postgres-of-run.ts'
import { makeUp } from './make-up.ts'
import { prove } from './prove.ts'
import { tryStory } from './shrink.ts'

prove(0, 9, { database: true })

test.skipIf(!hasPostgres)('the same seed gives the same story', { timeout: 120_000 }, async () => {
  for (const seed of [14, 15]) {
    const [one, other] = [
      await tryStory(makeUp(seed, { database: true })),
      await tryStory(makeUp(seed, { database: true })),
    ]
    expect(one.trace).toEqual(other.trace)
  }
})
