import { expect, test } from 'vitest'
import type { FaultRule } from '../../src/simulators/common/server.ts'
import { feedMarks, inVirtualWorld, pass } from '../support/planfix-scenes.ts'

const NAMES = ['Ana', 'Ben', 'Cleo', 'Dan']
/** More readings of jobs than four conversations need. */
const MOST = 300

test.each<[string, FaultRule[]]>([
  ['refuses two calls as too many', [{ kind: 'status', status: 429, times: 2 }]],
  [
    'refuses two calls as too many and answers two too late',
    [
      { kind: 'status', status: 429, times: 2 },
      { kind: 'timeout-then-late-write', ms: 200, times: 2 },
    ],
  ],
  ['cuts every call for a while', [{ kind: 'reset-before-write', times: 12 }]],
])('a job that waits for a message does not keep it from being tried: Planfix %s', async (_how, faults) => {
  await inVirtualWorld({}, async (world) => {
    let readings = 0
    const { store } = world.app
    const jobs = store.jobs.bind(store)
    store.jobs = async (id) => {
      // Without an end the loop would leave no turn to any timer, this test's included.
      if (++readings > MOST) throw new Error('the jobs are read without end')
      return jobs(id)
    }
    for (const fault of faults) world.planfix.server.faults.add(fault)
    const visitors = NAMES.map((name) => world.chatra.visit({ name }))
    for (const [index, visitor] of visitors.entries()) {
      visitor.says(`Hello #m${index}`)
      await pass(world, 200)
    }
    // Each task is to be completed once nothing waits for it.
    for (const visitor of visitors) {
      visitor.says('Bye #z1')
      visitor.leaves()
    }
    await pass(world, 200_000)
    for (const [index, name] of NAMES.entries()) expect(feedMarks(world, name)).toEqual([`#m${index}`, '#z1'])
    expect(readings).toBeLessThan(MOST)
  })
})
