import { describe, expect, test } from 'vitest'
import { type PlanfixSwitches, type SwitchName, switchTable } from '../../src/simulators/planfix/switches.ts'
import { chatSwitchTable } from '../../src/simulators/planfix/webchat/switches.ts'
import {
  calm,
  chatMarks,
  expectPlayedOnce,
  feedMarks,
  only,
  planfixHook,
  planfixState,
  play,
  quiet,
  taskNamed,
  withWorld,
} from '../support/planfix-scenes.ts'
import type { World, WorldOptions } from '../support/world.ts'

/** Positions that stop everything: set in the middle of a conversation and reset later. */
const stops: SwitchName[] = ['daily-limit', 'account-state']
/** Positions that need a separate scene, further below. */
const apart: SwitchName[] = [
  ...stops,
  'planfix-write-outcome',
  'scenario-retry',
  'scenario-stall',
  'scenario-timeout',
  'scenario-body',
  'scenario-header',
]

const rows = Object.entries(switchTable)
  // The bridge in the mode `rest` never meets the Chat API's.
  .filter(([name]) => !apart.includes(name as SwitchName) && !Object.hasOwn(chatSwitchTable, name))
  .flatMap(([name, positions]) =>
    positions.map((position) => [name as SwitchName, position as string] as const),
  )

const at = (name: SwitchName, position: string) => ({ [name]: position }) as Partial<PlanfixSwitches>

/** Settings that make a switch take effect. */
function sceneOf(name: SwitchName, position: string): { options: WorldOptions; boris?: { email: string } } {
  const switches = at(name, position)
  if (name === 'over-rps') {
    // The world's second is a twentieth of the simulator's. If Planfix makes callers wait, only rate limiting helps.
    const requestsPerSecond = position === 'delayed' ? 1 : 1000
    return { options: { requestsPerSecond, planfix: { switches, requestsPerSecondLimit: 20 } } }
  }
  if (name === 'id-shape') {
    return { options: { planfix: { switches }, planfixSettings: { participants: ['user:7', 'group:1'] } } }
  }
  // The address is an employee's: no contact with it can be found, and yet it is taken.
  if (name === 'email-duplicate')
    return { options: { planfix: { switches } }, boris: { email: 'ana@shop.example' } }
  return { options: { planfix: { switches } } }
}

describe.concurrent('a conversation arrives once and in order whatever Planfix does', () => {
  test.each(rows)('a conversation arrives once and in order with %s: %s', async (name, position) => {
    const { options, boris } = sceneOf(name, position)
    await withWorld(options, async (world) => {
      expectPlayedOnce(world, await play(world, boris && { boris }))
    })
  })
})

describe.concurrent('a conversation continues after its obstacle is removed', () => {
  const positions = stops.flatMap((name) => switchTable[name].map((position) => [name, position] as const))
  test.each(positions)('a conversation continues after the fix of %s: %s', async (name, position) => {
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

const scenarioRows = (
  ['scenario-retry', 'scenario-stall', 'scenario-timeout', 'scenario-body', 'scenario-header'] as const
).flatMap((name) => switchTable[name].map((position) => [name, position as string] as const))

describe.concurrent('a scenario brings each reply at once and none twice', () => {
  test.each(scenarioRows)(
    'a scenario delivers each reply at once and only once with %s: %s',
    async (name, position) => {
      const options = { planfix: { switches: at(name, position) }, planfixSettings: { pollSeconds: 3000 } }
      await withWorld(options, async (world) => {
        const { anna, task } = await begun(world)
        world.planfix.scenarioUrl = planfixHook(world)
        world.planfix.employeeComments(task, 5, '<p>First #r1</p>')
        await world.until('the first reply', () => chatMarks(anna).length === 1)
        world.planfix.employeeComments(task, 5, '<p>Only inside #n1</p>', { recipients: [] })
        world.planfix.employeeComments(task, 6, '<p>Second #r2</p>')
        await world.until('the second reply', () => chatMarks(anna).length === 2)
        await world.planfix.flush()
        await calm(world)
        expect(chatMarks(anna)).toEqual(['#r1', '#r2'])
        expect(world.planfix.scenario.attempts.map((one) => one.outcome)).toEqual([200, 200, 200])
      })
    },
  )

  test('a scenario whose texts break its JSON is refused, and the next poll finds the reply', async () => {
    await withWorld({ planfix: { switches: { 'scenario-body': 'raw-unescaped' } } }, async (world) => {
      const { anna, task } = await begun(world)
      world.planfix.scenarioUrl = planfixHook(world)
      world.planfix.scenario.bodyTemplate = '{"task": {{Задача.Номер}}, "text": "{{Комментарий.Текст}}"}'
      world.planfix.employeeComments(task, 5, '<p class="x">It is "ready" #r1</p>')
      await world.until('the reply', () => chatMarks(anna).length === 1)
      await calm(world)
      expect(world.planfix.scenario.attempts[0]?.outcome).toBe(400)
      expect(chatMarks(anna)).toEqual(['#r1'])
    })
  })

  test.each([
    ['an empty body', ''],
    ['a body that names no task', '{"what": "comment"}'],
    ['a task that is no number', '{"task": ""}'],
  ])('a scenario with %s delivers the reply by its header', async (_name, body) => {
    await withWorld({ planfixSettings: { pollSeconds: 3000 } }, async (world) => {
      world.planfix.scenarioUrl = planfixHook(world)
      world.planfix.scenario.bodyTemplate = body
      const { anna, task } = await begun(world)
      world.planfix.employeeComments(task, 5, '<p>Yes #r1</p>')
      await world.until('the reply', () => chatMarks(anna).length === 1)
      expect(world.planfix.scenario.attempts.map((one) => one.outcome)).toEqual([200])
    })
  })

  test('without that header an empty body is refused, and the next poll finds the reply', async () => {
    await withWorld({ planfix: { switches: { 'scenario-header': 'absent' } } }, async (world) => {
      world.planfix.scenarioUrl = planfixHook(world)
      world.planfix.scenario.bodyTemplate = ''
      const { anna, task } = await begun(world)
      world.planfix.employeeComments(task, 5, '<p>Yes #r1</p>')
      await world.until('the reply', () => chatMarks(anna).length === 1)
      expect(world.planfix.scenario.attempts[0]?.outcome).toBe(400)
    })
  })

  test("a scenario that also fires for the bridge's writes causes no echo", async () => {
    await withWorld({ planfixSettings: { pollSeconds: 3000 } }, async (world) => {
      world.planfix.scenarioUrl = planfixHook(world)
      world.planfix.scenarioOnRest = true
      const { anna, task } = await begun(world)
      anna.says('More #a2')
      await world.until('the second message', () => feedMarks(world, 'Anna').length === 2)
      world.planfix.employeeComments(task, 5, '<p>Yes #r1</p>')
      await world.until('the reply', () => chatMarks(anna).length === 1)
      await world.planfix.flush()
      await calm(world)
      expect(anna.sees()).toEqual(['Yes #r1'])
      expect(only(feedMarks(world, 'Anna'), 'a')).toEqual(['#a1', '#a2'])
    })
  })
})

/** A conversation whose task was created, and no open work. */
async function begun(world: World) {
  const anna = world.chatra.visit({ name: 'Anna' })
  anna.says('Hello #a1')
  await world.until('a task', () => world.planfix.tasks[0])
  await quiet(world)
  return { anna, task: taskNamed(world, 'Anna').id }
}

describe.concurrent('long texts and files', () => {
  const long = switchTable['over-64k'].map((position) => [position])
  test.each(long)('a text far over 64 KB arrives completely, in numbered parts (%s)', async (position) => {
    await withWorld({ planfix: { switches: { 'over-64k': position } } }, async (world) => {
      const { anna } = await begun(world)
      const words = Array.from({ length: 16_000 }, (_, n) => `&"${n}"`)
      anna.says(`#a2 ${words.join(' ')} #a3`)
      anna.says('after #a4')
      await world.until('the end', () => feedMarks(world, 'Anna').includes('#a4'))
      await calm(world)
      expect(feedMarks(world, 'Anna')).toEqual(['#a1', '#a2', '#a3', '#a4'])
      const text = world
        .feed(taskNamed(world, 'Anna').id)
        .slice(1)
        .map((comment) => comment.text.replace(/ ?\(\d+\/\d+\)$/, ''))
        .join(' ')
      expect(text.match(/&"\d+"/g)).toEqual(words)
    })
  })

  const files = (['file-size-unit', 'file-too-large'] as const).flatMap((name) =>
    switchTable[name].map((position) => [name, position as string] as const),
  )
  test.each(files)(
    'files are delivered in both directions, or leave a link (%s: %s)',
    async (name, position) => {
      const options: WorldOptions = {
        planfix: { switches: at(name, position) },
        chatra: { switches: { files: 'brevo-file-object' } },
      }
      await withWorld(options, async (world) => {
        const { anna, task } = await begun(world)
        world.planfix.account.fileLimitMb = 1
        const big = position === '400-code7002-over-N-MB'
        anna.sendsFile({ name: 'photo.jpg', content: Buffer.alloc(big ? 1_500_000 : 20), type: 'image/jpeg' })
        anna.says('Look #a2')
        await world.until('the text', () => feedMarks(world, 'Anna').includes('#a2'))
        const file = world.planfix.addsFile('bill.pdf', 'bill', 'application/pdf')
        world.planfix.employeeComments(task, 5, '<p>The bill #r1</p>', { files: [file.id] })
        await world.until('the reply', () => chatMarks(anna).length === 1)
        await calm(world)
        const withFile = world.planfix
          .comments(task)
          .filter((comment) => comment.files.length > 0 && !comment.byHand)
        const linked = world.feed(task).filter((comment) => comment.text.includes('photo.jpg: http'))
        expect([withFile.length, linked.length]).toEqual(big ? [0, 1] : [1, 0])
        expect(feedMarks(world, 'Anna')).toEqual(['#a1', '#a2', '#r1'])
        expect(anna.sees()).toHaveLength(1)
        expect(anna.sees()[0]).toMatch(/^The bill #r1\nbill\.pdf: http/)
      })
    },
  )
})
