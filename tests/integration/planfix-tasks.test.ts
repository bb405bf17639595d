import { describe, expect, test } from 'vitest'
import { switchTable } from '../../src/simulators/planfix/switches.ts'
import {
  calm,
  chatMarks,
  feedMarks,
  inVirtualWorld,
  only,
  pass,
  quiet,
  tasksNamed,
} from '../support/planfix-scenes.ts'
import type { World, WorldOptions } from '../support/world.ts'

/** A conversation whose task was created, and no open work. */
async function begun(world: World, visit: Parameters<World['chatra']['visit']>[0] = {}) {
  const anna = world.chatra.visit({ name: 'Anna', ...visit })
  anna.says('Hello #a1')
  const task = await world.until('a task', () => tasksNamed(world, 'Anna')[0])
  await quiet(world)
  return { anna, task: task.id }
}

/** Makes the bridge's knowledge of a task out of date. */
const later = (world: World) => pass(world, 20_000)

describe.concurrent('F8 on: a new task when none is active', () => {
  const ends: [string, (world: World, task: number) => void][] = [
    ['completed', (world, task) => world.planfix.completes(task)],
    ['rejected', (world, task) => world.planfix.setsStatus(task, 5)],
    ['in the trash', (world, task) => world.planfix.deletesTask(task)],
    ['deleted for good', (world, task) => world.planfix.deletesTask(task, { forGood: true })],
  ]
  for (const missing of switchTable['missing-task']) {
    test.each(ends)(`a new task is created when the task is %s (${missing})`, async (_name, end) => {
      await inVirtualWorld({ planfix: { switches: { 'missing-task': missing } } }, async (world) => {
        const { anna, task } = await begun(world)
        end(world, task)
        await later(world)
        anna.says('One more thing #a2')
        anna.says('Please #a3')
        const second = await world.until('a second task', () =>
          world.planfix.tasks.find((one) => one.id !== task),
        )
        await calm(world)
        const text = world.feed(second.id).map((comment) => comment.text)
        expect(text[0]).toContain(`${world.planfix.webUrl}/task/${task}`)
        expect(text.join().match(/#a[23]/g)).toEqual(['#a2', '#a3'])
        world.planfix.employeeComments(second.id, 5, '<p>Sure #r1</p>')
        await world.until('the reply', () => chatMarks(anna).length > 0)
        await calm(world)
        expect(chatMarks(anna)).toEqual(['#r1'])
        expect(world.planfix.tasks.filter((one) => one.id !== task)).toHaveLength(1)
      })
    })
  }

  test('a task completed just before the message is noticed within a poll, without loss', async () => {
    await inVirtualWorld({}, async (world) => {
      const { anna, task } = await begun(world)
      world.planfix.completes(task)
      await pass(world, 4000)
      anna.says('Wait #a2')
      await world.until('the message', () => feedMarks(world, 'Anna').includes('#a2'))
      await calm(world)
      expect(feedMarks(world, 'Anna')).toEqual(['#a1', '#a2'])
      expect(tasksNamed(world, 'Anna')).toHaveLength(2)
    })
  })

  test('an active task is continued by a returning client', async () => {
    await inVirtualWorld({ options: { completeWhenClientLeaves: false } }, async (world) => {
      const { anna } = await begun(world)
      anna.leaves()
      await later(world)
      anna.comesBack()
      anna.says('Back again #a2')
      await world.until('the message', () => feedMarks(world, 'Anna').includes('#a2'))
      await calm(world)
      expect(tasksNamed(world, 'Anna')).toHaveLength(1)
    })
  })

  test('a completed task that a person reopens is continued', async () => {
    await inVirtualWorld({}, async (world) => {
      const { anna, task } = await begun(world)
      world.planfix.completes(task)
      await pass(world, 5000)
      world.planfix.reopens(task)
      await later(world)
      anna.says('Back again #a2')
      await world.until('the message', () => feedMarks(world, 'Anna').includes('#a2'))
      await calm(world)
      expect(tasksNamed(world, 'Anna')).toHaveLength(1)
    })
  })

  test('a completed task reopened a moment before the client writes is continued', async () => {
    await inVirtualWorld({}, async (world) => {
      const { anna, task } = await begun(world)
      world.planfix.completes(task)
      await later(world)
      world.planfix.reopens(task)
      anna.says('Back again #a2')
      await world.until('the message', () => feedMarks(world, 'Anna').includes('#a2'))
      await calm(world)
      expect(tasksNamed(world, 'Anna')).toHaveLength(1)
    })
  })

  test('a reopened task is continued when the one that followed it is deleted', async () => {
    await inVirtualWorld({}, async (world) => {
      const { anna, task } = await begun(world)
      world.planfix.completes(task)
      await later(world)
      anna.says('Another thing #a2')
      await world.until('a second task', () => world.planfix.tasks.length === 2)
      await calm(world)
      world.planfix.deletesTask(world.planfix.tasks[1]!.id)
      world.planfix.reopens(task)
      await later(world)
      anna.says('Back again #a3')
      await world.until('the message', () =>
        world.planfix.tasks.some(
          ({ id, feed }) => id === task && feed.some((one) => one.description.includes('#a3')),
        ),
      )
      await calm(world)
      expect(world.planfix.tasks).toHaveLength(2)
    })
  })

  test('a reply in the old, completed task still reaches the client', async () => {
    await inVirtualWorld({}, async (world) => {
      const { anna, task } = await begun(world)
      world.planfix.completes(task)
      await later(world)
      anna.says('One more thing #a2')
      await world.until('a second task', () => world.planfix.tasks.length === 2)
      world.planfix.employeeComments(task, 5, '<p>About the first matter #r1</p>')
      await world.until('the reply', () => chatMarks(anna).length === 1)
      await calm(world)
      expect(chatMarks(anna)).toEqual(['#r1'])
    })
  })
})

describe.concurrent('F8 off: always the same task', () => {
  const off: WorldOptions = { options: { newTaskWhenNoneActive: false } }

  test('the one task is used with any status', async () => {
    await inVirtualWorld(off, async (world) => {
      const { anna, task } = await begun(world)
      for (const [n, status] of [3, 5, 7].entries()) {
        world.planfix.setsStatus(task, status)
        await later(world)
        anna.says(`Again #a${n + 2}`)
        await world.until('the message', () => feedMarks(world, 'Anna').includes(`#a${n + 2}`))
      }
      await calm(world)
      expect(feedMarks(world, 'Anna')).toEqual(['#a1', '#a2', '#a3', '#a4'])
      expect(world.planfix.tasks).toHaveLength(1)
    })
  })

  test.each([[true], [false]])('only a deleted task is replaced (for good: %s)', async (forGood) => {
    await inVirtualWorld(off, async (world) => {
      const { anna, task } = await begun(world)
      world.planfix.deletesTask(task, { forGood })
      await later(world)
      anna.says('Again #a2')
      const second = await world.until('a second task', () =>
        world.planfix.tasks.find((one) => one.id !== task),
      )
      await calm(world)
      expect(world.feed(second.id)[0]?.text).toContain('#a2')
      expect(world.feed(second.id)[0]?.text).toContain(`/task/${task}`)
    })
  })
})

test('tasks and comments carry the source ids of design.md', async () => {
  const { v5 } = await import('uuid')
  await inVirtualWorld({}, async (world) => {
    const { anna, task } = await begun(world)
    const chatId = anna.chatId
    const messageId = anna.says('Second #a2')
    await world.until('it', () => feedMarks(world, 'Anna').includes('#a2'))
    world.planfix.completes(task)
    await later(world)
    anna.says('Third #a3')
    await world.until('a second task', () => world.planfix.tasks.length === 2)
    await calm(world)
    const source = v5('connection:shop', '7c0f1c2e-5b1a-5d0e-9a53-0c8f1f2b6a10')
    expect(world.planfix.tasks.map((one) => one.sourceObjectId)).toEqual([
      v5(`task:${chatId}:1`, source),
      v5(`task:${chatId}:2`, source),
    ])
    expect(world.planfix.contacts[0]?.sourceObjectId).toBe(v5(`client:${anna.clientId}`, source))
    const comment = world.planfix.comments(task)[1]
    expect(comment).toMatchObject({ sourceId: source, sourceObjectId: v5(`message:${messageId}`, source) })
  })
})

describe.concurrent('F10: the client as assigner', () => {
  const positions = switchTable['assigner-contact'].flatMap((assigner) =>
    switchTable['foreign-task'].map((foreign) => [assigner, foreign] as const),
  )
  test.each(positions)(
    '%s, %s: tasks stay visible, and there is no second one',
    async (assigner, foreign) => {
      const switches = { 'assigner-contact': assigner, 'foreign-task': foreign }
      await inVirtualWorld(
        { planfix: { switches }, planfixSettings: { participants: ['user:7'] } },
        async (world) => {
          const { anna, task } = await begun(world)
          await world.until('the account is known', () => world.app.store.fact('shop', 'assigner'))
          const boris = world.chatra.visit({ name: 'Boris' })
          boris.says('Hi #b1')
          const second = await world.until('his task', () => tasksNamed(world, 'Boris')[0])
          await quiet(world)
          for (const id of [task, second.id]) world.planfix.employeeComments(id, 5, '<p>Good day #r1</p>')
          await world.until(
            'both replies',
            () => chatMarks(anna).length === 1 && chatMarks(boris).length === 1,
          )
          anna.says('Thanks #a2')
          boris.says('Thanks #b2')
          await world.until(
            'both',
            () => feedMarks(world, 'Anna').includes('#a2') && feedMarks(world, 'Boris').includes('#b2'),
          )
          await calm(world)
          expect(world.planfix.tasks).toHaveLength(2)
          const people = world.planfix.tasks.map((one) => one.participants.users)
          for (const users of people) expect(users).toContain('user:7')
          const contact = (n: number) => `contact:${world.planfix.contacts[n]?.id}`
          const assigners = world.planfix.tasks.map((one) => one.assigner)
          expect(assigners).toEqual(assigner === 'accepted' ? [contact(0), contact(1)] : ['user:1', 'user:1'])
          expect(world.planfix.tasks.map((one) => one.counterparty)).toEqual([contact(0), contact(1)])
        },
      )
    },
  )

  test('a message of a client without a known device still asks for the client', async () => {
    await inVirtualWorld({}, async (world) => {
      // No visit action delays the other jobs: only the check of the assigner is left, and the check for leaving is
      // far off.
      await begun(world, { os: '', browser: '', ip: '' })
      const at = world.clock.now()
      await world.until('the account is known', () => world.app.store.fact('shop', 'assigner'))
      expect(world.clock.now() - at).toBeLessThan(60_000)
    })
  })
})

test('F7: users and groups are participants in addition to those of the template', async () => {
  const options: WorldOptions = { planfixSettings: { participants: ['user:7', 'user:6', 'group:1'] } }
  await inVirtualWorld(options, async (world) => {
    const { anna } = await begun(world)
    await world.until('the account is known', () => world.app.store.fact('shop', 'assigner'))
    await calm(world)
    const task = world.task()
    expect(task.assignees.users).toEqual(['user:5'])
    expect(task.participants.users).toEqual(expect.arrayContaining(['user:7', 'user:6']))
    expect(task.participants.groups).toEqual([1])
    anna.says('More #a2')
    await world.until('a comment', () => feedMarks(world, 'Anna').includes('#a2'))
    const told = world.planfix.comments(task.id).at(-1)?.recipients.users
    expect(told).toEqual(expect.arrayContaining(['user:5', 'user:6', 'user:7']))
  })
})

describe.concurrent('F11: the task is completed when the chat is over', () => {
  const keyOf = (world: World, task: number) => world.planfix.statusOf(task)?.key

  test.each(switchTable['status-set'].map((position) => [position]))(
    'by the transcript (%s)',
    async (position) => {
      await inVirtualWorld({ planfix: { switches: { 'status-set': position } } }, async (world) => {
        const { anna, task } = await begun(world)
        anna.says('Bye #a2')
        anna.leaves()
        await world.until('completed', () => keyOf(world, task) === 'completed')
        await calm(world)
        expect(feedMarks(world, 'Anna')).toEqual(['#a1', '#a2'])
        await later(world)
        anna.comesBack()
        anna.says('Me again #a3')
        await world.until('a new task', () => tasksNamed(world, 'Anna').length === 2)
        await calm(world)
        expect(feedMarks(world, 'Anna')).toEqual(['#a1', '#a2', '#a3'])
      })
    },
  )

  test('without a transcript leaveAfterMinutes of silence completes the task', async () => {
    const options: WorldOptions = {
      chatra: { switches: { 'leave-signal': 'finished-at-only' } },
      options: { leaveAfterMinutes: 0.5 },
    }
    await inVirtualWorld(options, async (world) => {
      const { anna, task } = await begun(world)
      anna.leaves()
      await pass(world, 10_000)
      expect(keyOf(world, task)).toBe('new')
      await world.until('completed', () => keyOf(world, task) === 'completed')
    })
  })

  test('a task is not completed while the visit lasts, however quiet it is', async () => {
    await inVirtualWorld({ options: { leaveAfterMinutes: 0.2 } }, async (world) => {
      const { task } = await begun(world)
      await pass(world, 60_000)
      expect(keyOf(world, task)).toBe('new')
    })
  })

  test('a task is not completed when the option is off', async () => {
    await inVirtualWorld({ options: { completeWhenClientLeaves: false } }, async (world) => {
      const { anna, task } = await begun(world)
      anna.leaves()
      await calm(world)
      await pass(world, 20_000)
      expect(keyOf(world, task)).toBe('new')
    })
  })

  test('a final status that a person chose is kept', async () => {
    await inVirtualWorld({}, async (world) => {
      const { anna, task } = await begun(world)
      world.planfix.setsStatus(task, 7)
      anna.leaves()
      await calm(world)
      expect(keyOf(world, task)).toBe('cancelled')
    })
  })

  test('a task is completed with the status that the owner chose', async () => {
    await inVirtualWorld({ options: { completedStatusId: 6 } }, async (world) => {
      const { anna, task } = await begun(world)
      anna.leaves()
      await world.until('done', () => keyOf(world, task) === 'done')
    })
  })

  test('a task is completed only after all waiting messages have arrived', async () => {
    await inVirtualWorld({}, async (world) => {
      const { anna, task } = await begun(world)
      world.planfix.server.faults.add({ kind: 'status', status: 500, path: '/comments/$', times: 3 })
      anna.says('Last words #a2')
      anna.leaves()
      await world.until('completed', () => keyOf(world, task) === 'completed')
      expect(feedMarks(world, 'Anna')).toEqual(['#a1', '#a2'])
    })
  })

  test('a client who writes again before the completion keeps the task open', async () => {
    await inVirtualWorld({}, async (world) => {
      const { anna, task } = await begun(world)
      world.planfix.server.faults.add({ kind: 'status', status: 500, path: `/task/${task}$`, times: 3 })
      anna.leaves()
      await world.chatra.flush()
      anna.comesBack()
      anna.says('Wait! #a2')
      await world.until('the message', () => feedMarks(world, 'Anna').includes('#a2'))
      await calm(world)
      expect(keyOf(world, task)).toBe('new')
      expect(only(feedMarks(world, 'Anna'), 'a')).toEqual(['#a1', '#a2'])
    })
  })
})
