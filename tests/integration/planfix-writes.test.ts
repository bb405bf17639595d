import { describe, expect, test } from 'vitest'
import type { PlanfixSwitches } from '../../src/simulators/planfix/switches.ts'
import {
  calm,
  chatMarks,
  feedMarks,
  inVirtualWorld,
  only,
  pass,
  quiet,
  taskNamed,
  tasksNamed,
  withWorld,
} from '../support/planfix-scenes.ts'
import type { World } from '../support/world.ts'

type Outcome = PlanfixSwitches['planfix-write-outcome']
const outcomes: Outcome[] = [
  'timeout-after-commit',
  'timeout-before-commit',
  'timeout-then-late-commit',
  '504-after-commit',
]
/** What an account returns of our source ids: everything, nothing, or only if the request has a sourceId. */
const accounts: { name: string; switches: Partial<PlanfixSwitches>; zoneOffsetMinutes?: number }[] = [
  { name: 'ids shown', switches: {} },
  { name: 'ids hidden', switches: { 'comment-list-source': 'empty', 'source-read': 'never' } },
  {
    name: 'ids shown to their source',
    switches: { 'comment-list-source': 'empty', 'source-read': 'only-with-source-id' },
  },
  {
    name: 'ids hidden, feeds unsorted, local time in the west',
    switches: {
      'comment-list-source': 'empty',
      'source-read': 'never',
      'result-order': 'ignored',
      'datetime-zone': 'account-zone',
    },
    zoneOffsetMinutes: -300,
  },
]
const cases = accounts.flatMap((account) =>
  outcomes.flatMap((outcome) =>
    (['contact', 'task', 'comment'] as const).map((kind) => [account.name, outcome, kind, account] as const),
  ),
)

describe.concurrent('a write whose answer is lost is searched for before it is sent again', () => {
  test.each(cases)(
    'a write without an answer is searched for before it is repeated: %s, %s, %s',
    async (_name, outcome, kind, account) => {
      const { switches, zoneOffsetMinutes = 120 } = account
      await withWorld({ planfix: { switches, zoneOffsetMinutes } }, async (world) => {
        const { planfix } = world
        const anna = world.chatra.visit({ name: 'Anna' })
        if (kind === 'task')
          planfix.server.faults.add({ kind: 'latency', ms: 60, path: '/rest/task/$', times: 1 })
        if (kind === 'comment') {
          anna.says('Hello #a1')
          await world.until('a task', () => planfix.tasks[0])
          await quiet(world)
          anna.says('Hello #a0')
          await world.until('a comment', () => feedMarks(world, 'Anna').length === 2)
          await calm(world)
        }
        if (kind === 'contact') planfix.nextWrites(outcome, 1)
        if (kind === 'comment') planfix.nextWrites(outcome, 1)
        if (kind === 'task') {
          const start = planfix.account.contacts.size
          void world
            .until('the contact', () => planfix.account.contacts.size > start)
            .then(() => planfix.nextWrites(outcome, 1))
        }
        const texts =
          kind === 'comment' ? ['Hello #a2', 'Hello #a3'] : ['Hello #a1', 'Hello #a2', 'Hello #a3']
        for (const text of texts) anna.says(text)
        const wanted = kind === 'comment' ? ['#a1', '#a0', '#a2', '#a3'] : ['#a1', '#a2', '#a3']
        await world.until('all messages', () => feedMarks(world, 'Anna').length >= wanted.length)
        planfix.employeeComments(taskNamed(world, 'Anna').id, 5, '<p>Yes #r1</p>')
        await world.until('the reply', () => chatMarks(anna).length > 0)
        await pass(world, 5000)
        await calm(world)
        expect(only(feedMarks(world, 'Anna'), 'a')).toEqual(wanted)
        expect(chatMarks(anna)).toEqual(['#r1'])
        expect(tasksNamed(world, 'Anna')).toHaveLength(1)
        expect(planfix.contacts).toHaveLength(1)
        expect(planfix.writeOutcomeTimes, 'the fault has struck').toBe(0)
      })
    },
  )
})

test('the first reply in an account of an unknown zone in the west is none that was moved here', async () => {
  const { switches, zoneOffsetMinutes = 0 } = accounts.at(-1)!
  await inVirtualWorld({ planfix: { switches, zoneOffsetMinutes } }, async (world) => {
    const { planfix } = world
    const anna = world.chatra.visit({ name: 'Anna' })
    // All of them wait for the card, and so become the text of the task: no comment shows the zone.
    planfix.server.faults.add({ kind: 'latency', ms: 2000, path: '/rest/contact/$', times: 1 })
    planfix.nextWrites('504-after-commit', 2)
    for (const mark of ['#a1', '#a2', '#a3']) anna.says(`Hello ${mark}`)
    await world.until('all messages', () => feedMarks(world, 'Anna').length === 3)
    planfix.employeeComments(taskNamed(world, 'Anna').id, 5, '<p>Yes #r1</p>')
    await world.until('the reply', () => chatMarks(anna).length > 0)
    expect(chatMarks(anna)).toEqual(['#r1'])
  })
})

describe.concurrent('a write that is carried out long after the bridge stopped waiting', () => {
  test.each(accounts.map((account) => [account.name, account] as const))(
    'leaves no double comment (%s)',
    async (_name, { switches, zoneOffsetMinutes = 120 }) => {
      await withWorld({ planfix: { switches, zoneOffsetMinutes }, speed: 40 }, async (world) => {
        const { planfix } = world
        const anna = world.chatra.visit({ name: 'Anna' })
        anna.says('Hello #a1')
        await world.until('a task', () => planfix.tasks[0])
        anna.says('again #a2')
        await world.until('a comment', () => feedMarks(world, 'Anna').length === 2)
        await quiet(world)
        // The bridge waits 10 s for the answer and searches for the write for another 6 s: this one comes later.
        planfix.lateCommitMs = 25_000 / 40
        planfix.nextWrites('timeout-then-late-commit', 1)
        anna.says('late #a3')
        await world.until('both copies', () => planfix.comments(taskNamed(world, 'Anna').id).length >= 4)
        anna.says('late #a4')
        await world.until('the double is gone', () =>
          planfix.comments(taskNamed(world, 'Anna').id).some((one) => one.isDeleted),
        )
        await calm(world)
        expect(feedMarks(world, 'Anna')).toEqual(['#a1', '#a2', '#a3', '#a4'])
        expect(chatMarks(anna)).toEqual([])
      })
    },
  )
})

test('a comment executed within 6 s of a time-out is found and not repeated', async () => {
  await withWorld({ virtual: true }, async (world) => {
    const { planfix } = world
    const anna = world.chatra.visit({ name: 'Anna' })
    anna.says('Hello #a1')
    await world.until('a task', () => planfix.tasks[0])
    await quiet(world)
    // The bridge waits 10 s for the answer: the write is carried out 4 s after that.
    planfix.lateCommitMs = 14_000
    planfix.nextWrites('timeout-then-late-commit', 1)
    anna.says('late #a2')
    await world.until('the comment', () => feedMarks(world, 'Anna').length === 2)
    await pass(world, 30_000)
    await calm(world)
    // The task's text and one comment, deleted ones included.
    expect(planfix.comments(taskNamed(world, 'Anna').id)).toHaveLength(2)
    expect(planfix.writeOutcomeTimes, 'the fault has struck').toBe(0)
  })
})

/** Milliseconds of the computer: at 20 times its speed Planfix carries the write out 12 s after it came in. */
const LATE_MS = 600

test.each([
  ['the bridge ended', (world: World) => world.restart()],
  ['the connection broke', (world: World) => world.planfix.server.cut()],
])('a comment that Planfix still carries out after %s is not written again', async (_how, ends) => {
  await withWorld({}, async (world) => {
    const { planfix } = world
    const anna = world.chatra.visit({ name: 'Anna' })
    anna.says('Hello #a1')
    await world.until('a task', () => planfix.tasks[0])
    await quiet(world)
    const late = { kind: 'timeout-then-late-write', ms: LATE_MS } as const
    planfix.server.faults.add({ ...late, method: 'POST', path: '/comments/$', times: 1 })
    anna.says('late #a2')
    await world.until('the call', () =>
      planfix.server.requests.some(({ answered }) => answered === late.kind),
    )
    await ends(world)
    await world.until('the comment', () => feedMarks(world, 'Anna').length === 2)
    await pass(world, 30_000)
    await calm(world)
    expect(planfix.comments(taskNamed(world, 'Anna').id)).toHaveLength(2)
  })
})
