import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chatraSwitches } from '../../src/simulators/chatra/switches.ts'
import type { World } from '../support/world.ts'
import { closeWorld, expectCarried, openWorld, play } from './chatra-play.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => closeWorld(world))

describe('x', () => {
  for (const [name, positions] of Object.entries(chatraSwitches)) {
    for (const position of positions) {
      test(`${name}: ${position}`, async () => {
        const before = world.chatra.switches[name as 'files']
        world.chatra.setSwitch(name as 'files', position as 'none')
        try {
          await expectCarried(world, await play(world))
        } finally {
          world.chatra.setSwitch(name as 'files', before)
        }
      })
    }
  }
})
