import { expect, test } from 'vitest'
import { Lanes } from '../../../src/main/engine/delivery/lanes.ts'

const clock = { now: () => 0, after: () => () => undefined }

/** Work that a store behind a network is asked for: the answer comes some turns later. */
function setUp(turns: number) {
  let work = 0
  const done: number[] = []
  const answer = async <T>(value: T): Promise<T> => {
    for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve))
    return value
  }
  const lanes = new Lanes(
    clock,
    async () => {
      if ((await answer(work)) === 0) return { next: 'idle' }
      work -= 1
      done.push(await answer(1))
      return { next: 'again' }
    },
    (error) => {
      throw error
    },
  )
  const add = () => {
    work += 1
  }
  return { lanes, done, add }
}

test.each([0, 1, 3])('no work is overlooked when the store answers %i turns later', async (turns) => {
  const { lanes, done, add } = setUp(turns)
  for (let n = 0; n < 50; n++) {
    add()
    lanes.wake(1, 'planfix')
    // Every distance between a wake and the end of the lane's last look, by microtasks and by turns.
    for (let micro = 0; micro < n % 7; micro++) await Promise.resolve()
    for (let turn = 0; turn < n % 5; turn++) await new Promise((resolve) => setImmediate(resolve))
  }
  while (lanes.busy > 0) await new Promise((resolve) => setImmediate(resolve))
  expect(done).toHaveLength(50)
})
