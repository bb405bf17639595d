import { describe, expect, test } from 'vitest'
import type { FaultRule } from '../../src/simulators/common/faults.ts'
import {
  calm,
  feedMarks,
  only,
  pass,
  planfixState,
  quiet,
  tasksNamed,
  withWorld,
} from '../support/planfix-scenes.ts'
import type { World } from '../support/world.ts'

/** People whom Planfix does not know any more: whatever names them is written without them. */

const JULIA = 'juliaAgent0000001'
const agents = [{ id: JULIA, name: 'Julia', email: 'julia@shop.example' }]
const employees = [{ planfixUserId: 'user:6', email: 'julia@shop.example', name: 'Julia' }]
const withJulia = { chatra: { agents }, connection: { employees } }

async function begun(world: World, name = 'Anna') {
  const visitor = world.chatra.visit({ name })
  visitor.says('Hello #a1')
  const task = await world.until('a task', () => tasksNamed(world, name)[0])
  await quiet(world)
  return { visitor, task: task.id }
}
const refusal = (status: number, code: number | null): FaultRule => ({
  kind: 'status',
  status,
  method: 'POST',
  body: code === null ? '' : { result: 'fail', code, error: 'Something about the owner' },
})
const keys = async (world: World) => (await world.app.store.events(null, 100)).map(({ key }) => key)

describe.concurrent('an agent whose employee was deleted', () => {
  test('an agent whose employee left the account is named in the text', async () => {
    await withWorld(withJulia, async (world) => {
      const { visitor, task } = await begun(world)
      world.planfix.account.users.delete(6)
      for (const n of [1, 2, 3]) {
        world.chatra.agentSays(visitor.clientId, JULIA, `From Chatra #j${n}`)
        await world.until('her words', () => feedMarks(world, 'Anna').includes(`#j${n}`))
      }
      visitor.says('Thanks #a2')
      await world.until('the client', () => feedMarks(world, 'Anna').includes('#a2'))
      await calm(world)
      expect(only(feedMarks(world, 'Anna'), 'j')).toEqual(['#j1', '#j2', '#j3'])
      expect(world.feed(task)).toContainEqual({ owner: 'user:1', text: 'Julia (Chatra): From Chatra #j3' })
      expect(world.feed(task).at(-1)?.owner).toMatch(/^contact:/)
    })
  })

  // Whatever Planfix answers to a comment that names this agent.
  const answers: [number, number | null][] = [
    [400, 2],
    [400, 6],
    [400, 10],
    [400, 16],
    [400, 20],
    [400, 21],
    [400, 23],
    [400, 40],
    [400, 41],
    [400, 2000],
    [400, 4000],
    [400, 7003],
    [400, 0],
    [400, null],
    [403, 5],
    [403, 16],
    [403, null],
    [404, 0],
    [404, 4000],
    [404, null],
    [405, null],
    [409, null],
    [422, 41],
    [422, null],
    [500, 4000],
  ]
  test.each(answers)(
    'an agent whose employee is answered %s code %s is named in the text',
    async (status, code) => {
      await withWorld(withJulia, async (world) => {
        const { visitor, task } = await begun(world)
        world.planfix.server.faults.add({
          ...refusal(status, code),
          path: '/comments/$',
          bodyHas: '"owner":{"id":"user:6"}',
        })
        world.chatra.agentSays(visitor.clientId, JULIA, 'From Chatra #j1')
        await world.until('her words', () => feedMarks(world, 'Anna').includes('#j1'))
        await calm(world)
        expect(world.feed(task).at(-1)).toEqual({ owner: 'user:1', text: 'Julia (Chatra): From Chatra #j1' })
        expect(only(feedMarks(world, 'Anna'), 'j')).toEqual(['#j1'])
        expect(tasksNamed(world, 'Anna')).toHaveLength(1)
        expect((await world.messages()).filter(({ state }) => state === 'failed')).toEqual([])
        expect((await planfixState(world)).state).toBe('ok')
      })
    },
  )

  test('an agent is not the cause when the account is unpaid: later the employee is the author', async () => {
    await withWorld(withJulia, async (world) => {
      const { visitor, task } = await begun(world)
      world.planfix.setSwitch('account-state', 'code20-403')
      world.chatra.agentSays(visitor.clientId, JULIA, 'From Chatra #j1')
      await world.until('the side is stopped', async () => (await planfixState(world)).state !== 'ok')
      await pass(world, 30_000)
      world.planfix.setSwitch('account-state', 'ok')
      await world.until('her words', () => feedMarks(world, 'Anna').includes('#j1'))
      await calm(world)
      expect(world.feed(task).at(-1)).toEqual({ owner: 'user:6', text: 'From Chatra #j1' })
      const told = (await keys(world)).filter((key) => key === 'event.side-ok')
      expect(told.length).toBeLessThanOrEqual(1)
    })
  })

  test('a comment fails only when it also fails without its author', async () => {
    await withWorld(withJulia, async (world) => {
      const { visitor } = await begun(world)
      world.planfix.server.faults.add({ ...refusal(400, 41), path: '/comments/$', bodyHas: '#j1' })
      world.chatra.agentSays(visitor.clientId, JULIA, 'From Chatra #j1')
      await world.until('it failed', async () =>
        (await world.messages()).some(({ state }) => state === 'failed'),
      )
      visitor.says('And me? #a2')
      await world.until('the client', () => feedMarks(world, 'Anna').includes('#a2'))
    })
  })
})

describe.concurrent('a client whose contact Planfix refuses as author', () => {
  test('a client whose card is refused as author is named in the text', async () => {
    await withWorld({}, async (world) => {
      const { visitor, task } = await begun(world)
      world.planfix.server.faults.add({
        ...refusal(400, 2003),
        path: '/comments/$',
        bodyHas: '"owner":{"id":"contact:',
      })
      visitor.says('Still me #a2')
      await world.until('his words', () => feedMarks(world, 'Anna').includes('#a2'))
      await calm(world)
      expect(world.feed(task).at(-1)).toEqual({ owner: 'user:1', text: 'Anna (Chatra): Still me #a2' })
    })
  })

  test.each([[41], [4000], [40]])('a client whose card is gone (code %s) gets a new card', async (code) => {
    await withWorld({}, async (world) => {
      const { visitor } = await begun(world)
      const card = world.planfix.contacts[0]?.id ?? 0
      world.planfix.deletesContact(card)
      world.planfix.server.faults.add({
        ...refusal(400, code),
        path: '/comments/$',
        bodyHas: `"owner":{"id":"contact:${card}"}`,
      })
      visitor.says('Still me #a2')
      await world.until('his words', () => feedMarks(world, 'Anna').includes('#a2'))
      await calm(world)
      expect(only(feedMarks(world, 'Anna'), 'a')).toEqual(['#a1', '#a2'])
    })
  })
})

test('a file that is gone from Planfix becomes a link', async () => {
  await withWorld({ chatra: { switches: { files: 'brevo-file-object' } } }, async (world) => {
    const { visitor, task } = await begun(world)
    world.planfix.server.faults.add({ ...refusal(400, 7000), path: '/comments/$', bodyHas: '"files"' })
    visitor.sendsFile({ name: 'plan.txt', type: 'text/plain', content: Buffer.from('plan') })
    await world.until('the link', () => world.feed(task).some(({ text }) => text.includes('plan.txt: http')))
    await calm(world)
    expect((await world.messages()).filter(({ state }) => state === 'failed')).toEqual([])
  })
})

describe.concurrent('participants who were deleted', () => {
  const planfixSettings = { participants: ['user:6', 'user:5', 'group:1'] }
  test('participants who are gone are omitted from new tasks, and the owner is notified', async () => {
    await withWorld({ planfixSettings }, async (world) => {
      await begun(world)
      world.planfix.account.users.delete(6)
      const boris = world.chatra.visit({ name: 'Boris' })
      boris.says('Hi #b1')
      const task = await world.until('his task', () => tasksNamed(world, 'Boris')[0])
      await calm(world)
      expect(task.participants.users).toContain('user:5')
      expect(task.participants.users).not.toContain('user:6')
      expect(task.participants.groups).toContain(1)
      expect(task.counterparty).toBe(task.assigner)
      expect(await keys(world)).toContain('event.participants-refused')
      const calls = world.planfix.server.requests.length
      const vera = world.chatra.visit({ name: 'Vera' })
      vera.says('Hi #v1')
      await world.until('her task', () => tasksNamed(world, 'Vera')[0])
      const refused = world.planfix.server.requests.slice(calls).filter(({ path }) => path === '/rest/task/')
      expect(refused).toHaveLength(1)
      expect(world.planfix.contacts).toHaveLength(3)
    })
  })

  test('a gone contact among the participants creates no series of new cards', async () => {
    await withWorld({ planfixSettings: { participants: ['contact:77'] } }, async (world) => {
      await begun(world)
      await pass(world, 60_000)
      expect(world.planfix.contacts).toHaveLength(1)
      expect(tasksNamed(world, 'Anna')).toHaveLength(1)
    })
  })

  test('all participants are omitted when their state cannot be read', async () => {
    await withWorld({ planfixSettings }, async (world) => {
      world.planfix.scopes.delete('user_readonly')
      world.planfix.account.users.delete(6)
      await begun(world)
      expect(await keys(world)).toContain('event.participants-refused')
    })
  })
})

test('a note for an employee who is gone goes to the assignee', async () => {
  await withWorld({}, async (world) => {
    const { task } = await begun(world)
    world.chatra.server.faults.add({ kind: 'status', status: 400, path: '/messages', times: 6 })
    world.planfix.server.faults.add({
      ...refusal(400, 41),
      path: '/comments/$',
      bodyHas: '"recipients":{"users"',
    })
    world.planfix.employeeComments(task, 5, '<p>Cannot be said #r1</p>')
    await world.until('the note', () =>
      world.feed(task).some(({ text }) => text.startsWith('Your reply was not delivered')),
    )
    await calm(world)
  })
})
