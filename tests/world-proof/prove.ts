import { expect, test } from 'vitest'
import { makeUp } from './make-up.ts'
import { failsBy, shrink, tryStory } from './shrink.ts'
import { report } from './tell.ts'

/** How many stories are played to shorten a failing one. */
const TRIES = 60

/** A test for each seed from `first` to `last`, both included; with `chat` Planfix's Chat API is in use. */
export function prove(first: number, last: number, { chat = false } = {}): void {
  const seeds = Array.from({ length: last - first + 1 }, (_, index) => first + index)
  test.each(seeds)('the story of seed %i holds', { timeout: 300_000 }, async (seed) => {
    const story = makeUp(seed, { chat })
    const { findings } = await tryStory(story)
    const first = findings[0]
    if (!first) return
    const short = await shrink(story, failsBy(first.invariant), TRIES)
    expect.fail(report(short, (await tryStory(short)).findings))
  })
}
