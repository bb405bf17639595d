import { describe, expect, test } from 'vitest'
import {
  calm,
  chatMarks,
  feedMarks,
  inVirtualWorld,
  only,
  pass,
  planfixState,
  quiet,
  tasksNamed,
} from '../support/planfix-scenes.ts'
import type { World, WorldOptions } from '../support/world.ts'

/** A refusal or loss in Planfix affects only the request it belongs to. */

async function begun(world: World, name = 'Anna') {
  const visitor = world.chatra.visit({ name })
  visitor.says('Hello #a1')
  const task = await world.until('a task', () => tasksNamed(world, name)[0])
  await quiet(world)
  return { visitor, task: task.id }
}
const link = (world: World, task: number) => `${world.planfix.webUrl}/task/${task}`
const refusal = (code: number, error: string) =>
  ({ kind: 'status', status: 400, body: { result: 'fail', code, error } }) as const

describe.concurrent('a comment with an indeterminate result', () => {
  test.each([[true], [false]])(
    'an indeterminate comment whose task is gone delays nothing (for good: %s)',
    async (forGood) => {
      await inVirtualWorld({}, async (world) => {
        const { visitor, task } = await begun(world)
        world.planfix.nextWrites('timeout-before-commit', 1)
        visitor.says('Lost? #a2')
        await world.until('the fault has struck', () => world.planfix.writeOutcomeTimes === 0)
        world.planfix.deletesTask(task, { forGood })
        visitor.says('Hello? #a3')
        const second = await world.until('a second task', () =>
          tasksNamed(world, 'Anna').find(({ id }) => id !== task),
        )
        await calm(world)
        const text = world
          .feed(second.id)
          .map((one) => one.text)
          .join()
        expect(text.match(/#a[23]/g)).toEqual(['#a2', '#a3'])
      })
    },
  )

  const ids: [string, WorldOptions['planfix']][] = [
    ['ids shown', {}],
    ['ids hidden', { switches: { 'source-read': 'never', 'comment-list-source': 'empty' } }],
  ]
  test.each(ids)(
    "an indeterminate comment is not proven by an employee's equal text (%s)",
    async (_name, planfix) => {
      await inVirtualWorld({ planfix }, async (world) => {
        const { visitor, task } = await begun(world)
        await world.until('the token’s user is known', () => world.app.store.fact('shop', 'tokenUserId'))
        world.planfix.nextWrites('timeout-before-commit', 1)
        visitor.says('Good day')
        await world.until('the fault has struck', () => world.planfix.writeOutcomeTimes === 0)
        world.planfix.employeeComments(task, 5, '<p>Good day</p>')
        await world.until('the message', () =>
          world.feed(task).some(({ owner, text }) => owner.startsWith('contact:') && text === 'Good day'),
        )
        await calm(world)
        expect(world.feed(task).filter(({ text }) => text === 'Good day')).toHaveLength(2)
      })
    },
  )
})

describe.concurrent('a task that accepts no comments any more', () => {
  const no = refusal(6, 'New comments not allowed in this process')

  test('a task that accepts no comments is followed by a linked one, and the owner is notified', async () => {
    await inVirtualWorld({}, async (world) => {
      const { visitor, task } = await begun(world)
      world.planfix.server.faults.add({ ...no, method: 'POST', path: `/task/${task}/comments/$` })
      visitor.says('And? #a2')
      const second = await world.until('a second task', () =>
        tasksNamed(world, 'Anna').find(({ id }) => id !== task),
      )
      visitor.says('Well? #a3')
      await world.until('the next', () => world.feed(second.id).some(({ text }) => text.includes('#a3')))
      await calm(world)
      expect(world.feed(second.id)[0]?.text).toContain(link(world, task))
      expect(feedMarks(world, 'Anna')).toEqual(['#a1', '#a2', '#a3'])
      expect((await world.app.store.events(null, 100)).map(({ key }) => key)).toContain(
        'event.task-refuses-comments',
      )
      world.planfix.employeeComments(task, 5, '<p>In the old one #r1</p>')
      await world.until('the reply', () => chatMarks(visitor).includes('#r1'))
    })
  })

  test('no series of tasks is created when all tasks refuse comments', async () => {
    await inVirtualWorld({}, async (world) => {
      const { visitor } = await begun(world)
      world.planfix.server.faults.add({ ...no, method: 'POST', path: '/comments/$' })
      for (const n of [2, 3, 4]) {
        visitor.says(`Well? #a${n}`)
        await pass(world, 20_000)
      }
      const states = (await world.messages())
        .filter(({ text }) => /#a[34]/.test(text))
        .map(({ state }) => state)
      expect(states).toContain('failed')
      expect(await planfixState(world)).toMatchObject({ state: 'waiting', code: 'refused' })
      expect(tasksNamed(world, 'Anna').length).toBeLessThanOrEqual(3)
    })
  })
})

test.each([[4000], [41], [7003]])(
  'an author whom Planfix refuses (code %s) is named in the text instead',
  async (code) => {
    const agents = [{ id: 'juliaAgent0000001', name: 'Julia', email: 'julia@shop.example' }]
    const employees = [{ planfixUserId: 'user:6', email: 'julia@shop.example', name: 'Julia' }]
    await inVirtualWorld({ chatra: { agents }, connection: { employees } }, async (world) => {
      const { visitor, task } = await begun(world)
      world.planfix.server.faults.add({ ...refusal(code, 'No such employee'), path: '/comments/$', times: 1 })
      world.chatra.agentSays(visitor.clientId, 'juliaAgent0000001', 'From Chatra #j1')
      await world.until('her words', () => feedMarks(world, 'Anna').includes('#j1'))
      await calm(world)
      expect(world.feed(task).at(-1)).toMatchObject({
        owner: 'user:1',
        text: 'Julia (Chatra): From Chatra #j1',
      })
      expect(only(feedMarks(world, 'Anna'), 'j')).toEqual(['#j1'])
    })
  },
)

test('the assigner counts as the cause only when the same task succeeds without it', async () => {
  await inVirtualWorld({}, async (world) => {
    await begun(world)
    await world.until('the account is known', () => world.app.store.fact('shop', 'assigner'))
    // Refused for every assigner.
    world.planfix.server.faults.add({ ...refusal(41, 'Something else'), path: '/task/$', times: 2 })
    const boris = world.chatra.visit({ name: 'Boris' })
    boris.says('Hi #b1')
    await world.until('his task', () => tasksNamed(world, 'Boris')[0])
    await calm(world)
    const refused = world.planfix.server.requests.filter(
      ({ path, answered }) => path === '/rest/task/' && answered === 'status',
    )
    expect(refused.length).toBe(2)
    expect(only(feedMarks(world, 'Boris'), 'b')).toEqual(['#b1'])
  })
})

test.each([[3], [4], [5]])(
  'a mandatory field that is fixed after %s refusals disables no feature',
  async (times) => {
    await inVirtualWorld({ planfixSettings: { participants: ['user:5'] } }, async (world) => {
      await begun(world)
      await world.until('the account is known', () => world.app.store.fact('shop', 'assigner'))
      world.planfix.server.faults.add({ ...refusal(40, 'Field is mandatory'), path: '/task/$', times })
      for (const name of ['Boris', 'Vera']) {
        world.chatra.visit({ name }).says('Hi')
        const task = await world.until('a task', () => tasksNamed(world, name)[0])
        await world.until('the client as assigner', () => task.assigner === task.counterparty)
        await calm(world)
      }
      expect(await world.app.store.fact('shop', 'assigner')).toBe('contact')
      expect(tasksNamed(world, 'Vera')[0]?.participants.users).toContain('user:5')
      await world.restart()
      world.chatra.visit({ name: 'Gleb' }).says('Hi')
      const task = await world.until('a task', () => tasksNamed(world, 'Gleb')[0])
      expect(task.assigner).toBe(task.counterparty)
      expect(task.participants.users).toContain('user:5')
    })
  },
)

test('one refused client is shown as failed in the end, and the side continues', async () => {
  await inVirtualWorld({ speed: 100 }, async (world) => {
    await begun(world)
    await world.until('the account is known', () => world.app.store.fact('shop', 'assigner'))
    world.planfix.server.faults.add({
      ...refusal(41, 'Value not allowed'),
      path: '/contact/$',
      method: 'POST',
    })
    const boris = world.chatra.visit({ name: 'Boris' })
    boris.says('Hi #b1')
    await world.until(
      'refusals',
      () => world.planfix.server.requests.filter(({ answered }) => answered === 'status').length > 2,
    )
    expect(await planfixState(world)).not.toMatchObject({ code: 'refused' })
    await world.until('it is given up', async () =>
      (await world.messages()).some(({ text, state }) => text.includes('#b1') && state === 'failed'),
    )
    world.planfix.server.faults.clear()
    boris.says('Still there #b2')
    await world.until('the next', () => feedMarks(world, 'Boris').includes('#b2'))
    await calm(world)
  })
})

test('a note whose write was indeterminate is written once', async () => {
  await inVirtualWorld({}, async (world) => {
    const { visitor, task } = await begun(world)
    world.planfix.server.faults.add({
      kind: 'timeout-then-late-write',
      ms: 3000,
      path: '/comments/$',
      times: 1,
    })
    world.chatra.server.faults.add({ kind: 'status', status: 400, path: '/messages', times: 6 })
    world.planfix.employeeComments(task, 5, '<p>Cannot be said #r1</p>')
    const notes = () => world.feed(task).filter(({ text }) => text.startsWith('Your reply was not delivered'))
    await world.until('the note', () => notes().length > 0)
    await calm(world)
    await pass(world, 70_000)
    await quiet(world)
    expect(notes()).toHaveLength(1)
    expect(chatMarks(visitor)).toEqual([])
  })
})

test('values missing from the card are in the task, with a link to the card that has them', async () => {
  await inVirtualWorld({}, async (world) => {
    const other = world.planfix.createsContact({ name: 'Somebody', email: 'taken@mail.example' })
    const { visitor, task } = await begun(world)
    visitor.introduces({ email: 'taken@mail.example', phone: '+37369123456' })
    visitor.says('It is me #a2')
    await world.until('the phone', () => world.planfix.contacts.some(({ phones }) => phones.length > 0))
    await world.until('the note', () =>
      world.feed(task).some(({ text }) => text.includes(`${world.planfix.webUrl}/contact/${other.id}`)),
    )
    await calm(world)
    expect(other).toMatchObject({ name: 'Somebody', email: 'taken@mail.example' })
  })
})

test('jobs that wait for a change write nothing meanwhile', async () => {
  await inVirtualWorld({}, async (world) => {
    const { visitor } = await begun(world)
    const client = await world.app.store.client('shop', visitor.clientId)
    await world.app.store.commit([
      { type: 'conversation.patch', id: client?.conversationId ?? 0, patch: { paused: 'loop-same-text' } },
    ])
    visitor.says('Bye #a2')
    visitor.leaves()
    await world.chatra.flush()
    await pass(world, 10_000)
    let commits = 0
    const commit = world.app.store.commit.bind(world.app.store)
    world.app.store.commit = (changes) => {
      commits += changes.some((change) => change.type.startsWith('job.')) ? 1 : 0
      return commit(changes)
    }
    await pass(world, 60_000)
    expect(commits).toBe(0)
    const held = (await world.messages()).find(({ text }) => text.includes('#a2'))
    await world.app.retry(held?.id ?? 0)
    await world.until('the message', () => feedMarks(world, 'Anna').includes('#a2'))
    const at = world.clock.now()
    await world.until('the end', () => world.planfix.statusOf(world.task().id)?.key === 'completed')
    expect(world.clock.now() - at).toBeLessThan(20_000)
  })
})
