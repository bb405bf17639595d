import { describe, expect, test } from 'vitest'
import { switchTable } from '../../src/simulators/planfix/switches.ts'
import {
  callsSince,
  calm,
  chatMarks,
  feedMarks,
  inVirtualWorld,
  pass,
  planfixHook,
  quiet,
  taskNamed,
  type Visitor,
  withWorld,
} from '../support/planfix-scenes.ts'
import type { World, WorldOptions } from '../support/world.ts'

async function begun(world: World, name = 'Anna') {
  const anna = world.chatra.visit({ name })
  anna.says('Hello #a1')
  await world.until('a task', () => world.planfix.tasks.some((task) => task.name === `${name} (Chatra)`))
  await quiet(world)
  return { anna, task: taskNamed(world, name).id }
}

const range = (n: number, from = 1) => Array.from({ length: n }, (_, index) => index + from)
const marks = (n: number) => range(n).map((one) => `#r${one}`)
const comments = (world: World, task: number, numbers: number[]) => {
  for (const n of numbers) world.planfix.employeeComments(task, n % 2 ? 5 : 6, `<p>Answer ${n} #r${n}</p>`)
}
const arrived = (world: World, visitor: Visitor, n: number) =>
  world.until(`${n} replies`, () => chatMarks(visitor).length >= n)

describe('after a time in which the application was off', () => {
  test.each(switchTable['result-order'].map((position) => [position]))(
    'more than 100 comments of a feed are found, none twice, in order (%s)',
    async (position) => {
      await inVirtualWorld({ planfix: { switches: { 'result-order': position } } }, async (world) => {
        const { anna, task } = await begun(world)
        comments(world, task, [1, 2])
        await arrived(world, anna, 2)
        await calm(world)
        await world.restart(() => comments(world, task, range(130, 3)))
        await arrived(world, anna, 132)
        await calm(world)
        expect(chatMarks(anna)).toEqual(marks(132))
      })
    },
  )

  test('after downtime, replies in more than 100 tasks are found, each once and in order', async () => {
    await inVirtualWorld({ planfix: { robotSeesAll: true } }, async (world) => {
      const visitors = range(110).map((n) => ({
        name: `Client ${n}`,
        visitor: world.chatra.visit({ name: `Client ${n}` }),
      }))
      for (const { visitor } of visitors) visitor.says('Hello #a1')
      await world.until('all tasks', () => world.planfix.tasks.length === 110)
      for (const [n, { visitor }] of visitors.entries()) if (n % 2) visitor.leaves()
      await quiet(world)
      await world.restart(() => {
        for (const { name } of visitors) comments(world, taskNamed(world, name).id, [1, 2])
      })
      await world.until('all replies', () => visitors.every(({ visitor }) => chatMarks(visitor).length >= 2))
      await calm(world)
      for (const { visitor } of visitors) expect(chatMarks(visitor)).toEqual(['#r1', '#r2'])
      expect(world.planfix.tasks).toHaveLength(110)
    })
  }, 60_000)

  test('after downtime, edits and deletions are delivered; a reply deleted unread is not sent', async () => {
    await inVirtualWorld({}, async (world) => {
      const { anna, task } = await begun(world)
      const [first, second] = [1, 2].map((n) =>
        world.planfix.employeeComments(task, 5, `<p>Answer #r${n}</p>`),
      )
      await arrived(world, anna, 2)
      await calm(world)
      await world.restart(() => {
        world.planfix.editsComment(first?.id ?? 0, '<p>Better answer #r5</p>')
        world.planfix.deletesComment(second?.id ?? 0)
        world.planfix.deletesComment(world.planfix.employeeComments(task, 5, '<p>Oh no #r3</p>').id)
        world.planfix.employeeComments(task, 5, '<p>The last #r4</p>')
      })
      await world.until('all of it', () => chatMarks(anna).join() === '#r5,#r4')
      await calm(world)
      expect(chatMarks(anna)).toEqual(['#r5', '#r4'])
    })
  })

  test("after downtime, a client's message in the transcript precedes the replies", async () => {
    await inVirtualWorld({}, async (world) => {
      const { anna, task } = await begun(world)
      await world.restart(async () => {
        anna.says('Nobody there? #a2')
        comments(world, task, [1])
        await world.chatra.flush()
      })
      await arrived(world, anna, 1)
      anna.leaves()
      await world.until('his message', () => feedMarks(world, 'Anna').includes('#a2'))
      await calm(world)
      expect(feedMarks(world, 'Anna')).toEqual(['#a1', '#r1', '#a2'])
    })
  })
})

describe.concurrent('hints', () => {
  const slow: WorldOptions = { planfixSettings: { pollSeconds: 3000 } }
  const bodies: [string, string, (task: number) => string][] = [
    ['JSON number', 'application/json', (task) => `{"task": ${task}}`],
    ['JSON text', 'application/json', (task) => `{"task": "${task}"}`],
    ['form', 'application/x-www-form-urlencoded', (task) => `task=${task}`],
  ]
  test.each(bodies)('a POST to the hook delivers the reply at once (%s)', async (_name, type, body) => {
    await withWorld(slow, async (world) => {
      const { anna, task } = await begun(world)
      await pass(world, 5000)
      comments(world, task, [1])
      const answer = await fetch(planfixHook(world), {
        method: 'POST',
        headers: { 'content-type': type },
        body: body(task),
      })
      expect([answer.status, await answer.text()]).toEqual([200, ''])
      await arrived(world, anna, 1)
      await calm(world)
      expect(chatMarks(anna)).toEqual(['#r1'])
    })
  })

  const useless = [
    '{"task": 999999}',
    '{"task": null}',
    '{"other": 1}',
    '{"task": "{{Задача.Номер}}"}',
    '{"task": -3}',
  ]
  test.each(useless.map((body) => [body]))(
    'a hint that names no known task is answered 200 and asks nothing: %s',
    async (body) => {
      await withWorld(slow, async (world) => {
        await begun(world)
        await pass(world, 5000)
        await quiet(world)
        const before = world.planfix.server.requests.length
        const answer = await fetch(planfixHook(world), {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body,
        })
        expect(answer.status).toBe(200)
        await pass(world, 2000)
        expect(callsSince(world.planfix, before)).toEqual([])
      })
    },
  )

  test('many hints for one task cause few reads', async () => {
    await withWorld(slow, async (world) => {
      const { anna, task } = await begun(world)
      await pass(world, 5000)
      comments(world, task, [1])
      const before = world.planfix.server.requests.length
      const post = () =>
        fetch(planfixHook(world), {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: `{"task": ${task}}`,
        })
      await Promise.all(range(30).map(post))
      await arrived(world, anna, 1)
      await calm(world)
      expect(callsSince(world.planfix, before).length).toBeLessThanOrEqual(70)
      expect(chatMarks(anna)).toEqual(['#r1'])
    })
  })
})

describe.concurrent('messages into the chat', () => {
  test('two comments in the same minute, seconds apart, both arrive', async () => {
    await inVirtualWorld({}, async (world) => {
      const { anna, task } = await begun(world)
      for (const n of range(5)) {
        comments(world, task, [n])
        await pass(world, 4000)
      }
      await arrived(world, anna, 5)
      await calm(world)
      expect(chatMarks(anna)).toEqual(marks(5))
    })
  })

  test('a comment written in the minute of the last read is noticed', async () => {
    await inVirtualWorld({}, async (world) => {
      const { anna, task } = await begun(world)
      for (const n of range(3)) {
        // Just before the minute is over, and just after the next began.
        const now = world.clock.now()
        await pass(world, Math.ceil(now / 60_000) * 60_000 - now - 1500)
        comments(world, task, [2 * n - 1])
        await pass(world, 2500)
        comments(world, task, [2 * n])
        await arrived(world, anna, 2 * n)
      }
      await calm(world)
      expect(chatMarks(anna)).toEqual(marks(6))
    })
  })

  test('edits are delivered, equal ones are not, and a deletion removes the message', async () => {
    await inVirtualWorld({}, async (world) => {
      const { anna, task } = await begun(world)
      const comment = world.planfix.employeeComments(task, 5, '<p>It costs 10 #r1</p>')
      world.planfix.employeeComments(task, 5, '<p>Anything else? #r2</p>')
      await arrived(world, anna, 2)
      world.planfix.editsComment(comment.id, '<p>It costs 12 #r1</p>')
      await world.until('the edit', () => anna.sees()[0] === 'It costs 12 #r1')
      const before = world.chatra.server.requests.length
      world.planfix.editsComment(comment.id, '<p><b>It costs 12</b> #r1</p>')
      await calm(world)
      expect(world.chatra.server.requests.slice(before).filter((call) => call.method !== 'GET')).toEqual([])
      world.planfix.deletesComment(comment.id)
      await world.until('the deletion', () => anna.sees().length === 1)
      await calm(world)
      expect(anna.sees()).toEqual(['Anything else? #r2'])
      expect(feedMarks(world, 'Anna')).toEqual(['#a1', '#r2'])
    })
  })

  test('an internal note that is later opened to the client is sent, once', async () => {
    await inVirtualWorld({}, async (world) => {
      const { anna, task } = await begun(world)
      const note = world.planfix.employeeComments(task, 5, '<p>Note #r1</p>', { recipients: ['user:6'] })
      const hidden = world.planfix.employeeComments(task, 5, '<p>Hidden #r2</p>', { hidden: true })
      await world.until(
        'both are seen',
        async () => (await world.messages()).filter((one) => one.state === 'skipped').length === 2,
      )
      expect(anna.sees()).toEqual([])
      note.recipients.users.push(`contact:${world.planfix.contacts[0]?.id}`)
      world.planfix.editsComment(note.id, '<p>Note #r1</p>')
      await arrived(world, anna, 1)
      hidden.isHidden = false
      world.planfix.editsComment(hidden.id, '<p>Hidden #r2</p>')
      await arrived(world, anna, 2)
      await calm(world)
      expect(chatMarks(anna)).toEqual(['#r1', '#r2'])
    })
  })

  test('comments of employees who are not allowed stay internal (F2)', async () => {
    const connection = {
      employees: [
        { planfixUserId: 'user:5', email: 'ana@shop.example', allowed: true },
        { planfixUserId: 'user:6', email: 'julia@shop.example', allowed: false },
      ],
    }
    await inVirtualWorld({ connection }, async (world) => {
      const { anna, task } = await begun(world)
      world.planfix.employeeComments(task, 6, '<p>Not allowed #n1</p>')
      world.planfix.employeeComments(task, 7, '<p>Not listed #n2</p>')
      world.planfix.employeeComments(task, 5, '<p>Allowed #r1</p>')
      await arrived(world, anna, 1)
      await calm(world)
      expect(chatMarks(anna)).toEqual(['#r1'])
    })
  })

  test('when every visible comment is sent, our own messages still do not return', async () => {
    const options: WorldOptions = {
      options: { sendOnlyWhenClientIsRecipient: false },
      connection: {
        employees: [
          { planfixUserId: 'user:6', email: 'julia@shop.example' },
          { planfixUserId: 'user:5' },
          { planfixUserId: 'user:1' },
        ],
      },
      chatra: { switches: { 'unknown-client-send': '404' } },
    }
    await inVirtualWorld(options, async (world) => {
      const { anna, task } = await begun(world)
      const [julia] = world.chatra.agents
      const stranger = world.chatra.addAgent('Stranger', 'stranger@else.example')
      anna.says('More #a2')
      world.chatra.agentSays(anna.clientId, julia?.id ?? '', 'From Chatra #j1')
      world.chatra.agentSays(anna.clientId, stranger.id, 'From Chatra too #j2')
      world.planfix.employeeComments(task, 5, '<p>Open to all #r1</p>', { recipients: ['user:6'] })
      world.planfix.employeeComments(task, 5, '<p>Secret #n1</p>', { hidden: true })
      await world.until('the reply', () => chatMarks(anna).includes('#r1'))
      await world.until(
        'both mirrored',
        () => feedMarks(world, 'Anna').filter((mark) => mark.startsWith('#j')).length === 2,
      )
      await calm(world)
      await world.restart()
      await calm(world)
      await pass(world, 8000)
      expect(chatMarks(anna).toSorted()).toEqual(['#j1', '#j2', '#r1'])
    })
  })

  test('a note about a failed reply never reaches the client, whatever is sent', async () => {
    await inVirtualWorld({ options: { sendOnlyWhenClientIsRecipient: false } }, async (world) => {
      const { anna, task } = await begun(world)
      world.chatra.server.faults.add({ kind: 'status', status: 400, path: '/messages', times: 2 })
      world.planfix.employeeComments(task, 5, '<p>Refused #r1</p>')
      await world.until('the note', () =>
        world.planfix.comments(task).some((one) => !one.byHand && !one.isTaskDescription),
      )
      await calm(world)
      await world.restart()
      await pass(world, 10_000)
      await calm(world)
      expect(anna.sees()).toEqual([])
    })
  })

  test('a reply deleted while it waits is not sent', async () => {
    await inVirtualWorld({}, async (world) => {
      const { anna, task } = await begun(world)
      world.chatra.server.faults.add({ kind: 'status', status: 429, path: '/messages' })
      const reply = world.planfix.employeeComments(task, 5, '<p>Too fast #r1</p>')
      await world.until('it waits', async () =>
        (await world.messages()).some((one) => one.state === 'retrying'),
      )
      world.planfix.deletesComment(reply.id)
      await world.until('it is dropped', async () =>
        (await world.messages()).some((one) => one.reason === 'deleted-before-sent'),
      )
      world.chatra.server.faults.clear()
      comments(world, task, [2])
      await arrived(world, anna, 1)
      await calm(world)
      expect(chatMarks(anna)).toEqual(['#r2'])
    })
  })

  test('a reply is not lost when its feed cannot be read for minutes', async () => {
    await inVirtualWorld({}, async (world) => {
      const { anna, task } = await begun(world)
      await pass(world, 70_000)
      world.planfix.server.faults.add({ kind: 'status', status: 500, path: '/comments/list' })
      comments(world, task, [1])
      await pass(world, 150_000)
      world.planfix.server.faults.clear()
      await arrived(world, anna, 1)
    })
  })
})

describe.concurrent('calls', () => {
  test('an idle poll is one call for all tasks', async () => {
    await inVirtualWorld({ planfixSettings: { pollSeconds: 2 } }, async (world) => {
      await begun(world)
      await begun(world, 'Boris')
      await pass(world, 130_000)
      const before = world.planfix.server.requests.length
      await pass(world, 40_000)
      const calls = callsSince(world.planfix, before)
      expect(new Set(calls)).toEqual(new Set(['POST /task/list']))
      expect(calls.length).toBeLessThanOrEqual(21)
    })
  })

  test('a reply costs one read of its feed and no more than one per poll afterwards', async () => {
    await inVirtualWorld({ planfixSettings: { pollSeconds: 5 } }, async (world) => {
      const { anna, task } = await begun(world)
      await pass(world, 70_000)
      const before = world.planfix.server.requests.length
      comments(world, task, [1])
      await arrived(world, anna, 1)
      const calls = callsSince(world.planfix, before).filter((call) => call.endsWith('/comments/list'))
      expect(calls).toEqual([`POST /task/${task}/comments/list`])
    })
  })
})

test('equal replies of many days, read at once after downtime, all go out: no loop', async () => {
  await inVirtualWorld({}, async (world) => {
    const { planfix } = world
    const { anna, task } = await begun(world)
    await world.restart(async () => {
      for (let day = 0; day < 12; day++) {
        planfix.employeeComments(task, 5, '<p>Are you still there?</p>')
        await pass(world, 24 * 3_600_000)
      }
    })
    await world.until('all twelve', () => anna.sees().length === 12)
    anna.says('Yes #a2')
    await world.until('her answer', () => feedMarks(world, 'Anna').includes('#a2'))
    await calm(world)
    expect(anna.sees()).toHaveLength(12)
  })
})
