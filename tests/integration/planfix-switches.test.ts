import { describe, expect, test } from 'vitest'
import { type PlanfixSwitches, type SwitchName, switchTable } from '../../src/simulators/planfix/switches.ts'
import {
  callsSince,
  calm,
  chatMarks,
  expectPlayedOnce,
  feedMarks,
  only,
  planfixHook,
  planfixState,
  play,
  taskNamed,
  withWorld,
} from '../support/planfix-scenes.ts'
import type { World, WorldOptions } from '../support/world.ts'

/** Positions that stop everything: set in the middle of a conversation and taken back later. */
const stops: SwitchName[] = ['daily-limit', 'account-state']
/** Positions that need a scene of their own, further below. */
const apart: SwitchName[] = [...stops, 'planfix-write-outcome', 'scenario-retry', 'scenario-stall', 'scenario-timeout', 'scenario-body']

const rows = Object.entries(switchTable)
  .filter(([name]) => !apart.includes(name as SwitchName))
  .flatMap(([name, positions]) => positions.map((position) => [name as SwitchName, position as string] as const))

const at = (name: SwitchName, position: string) => ({ [name]: position }) as Partial<PlanfixSwitches>

/** What else a switch needs to make a difference. */
const settingOf: Partial<Record<SwitchName, WorldOptions>> = {
  'over-rps': { planfix: { requestsPerSecondLimit: 20 } },
  'id-shape': { planfixSettings: { participants: ['user:7', 'group:1'] } },
}

describe.concurrent('a conversation arrives once and in order whatever Planfix does', () => {
  test.each(rows)('%s: %s', async (name, position) => {
    const extra = settingOf[name] ?? {}
    await withWorld({ ...extra, planfix: { ...extra.planfix, switches: at(name, position) } }, async (world) => {
      expectPlayedOnce(world, await play(world))
    })
  })
})

describe.concurrent('a conversation goes on after what stopped it was mended', () => {
  const positions = stops.flatMap((name) => switchTable[name].map((position) => [name, position] as const))
  test.each(positions)('%s: %s', async (name, position) => {
    await withWorld({}, async (world) => {
      const midway = async () => {
        world.planfix.setSwitch(name, position as never)
        if (position === 'off' || position === 'ok') return
        await world.until('it is paused', async () => (await planfixState(world)).state === 'paused')
        world.planfix.setSwitch(name, switchTable[name][0] as never)
        if (name === 'daily-limit') await world.app.wake()
      }
      expectPlayedOnce(world, await play(world, { midway }))
    })
  })
})
