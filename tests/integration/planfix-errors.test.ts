import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Application } from '../../src/main/runtime/application.ts'
import { parseConfiguration } from '../../src/shared/config.ts'
import { startChatraSimulator } from '../../src/simulators/chatra/index.ts'
import type { FaultRule } from '../../src/simulators/common/server.ts'
import { type PlanfixSwitches, startPlanfixSimulator } from '../../src/simulators/planfix/index.ts'
import { sidesOf } from '../support/clients.ts'
import { endOfPause } from '../support/day-limit.ts'
import {
  calm,
  chatMarks,
  expectPlayedOnce,
  feedMarks,
  marksIn,
  only,
  pass,
  planfixState,
  play,
  quiet,
  taskNamed,
  type Visitor,
  withWorld,
} from '../support/planfix-scenes.ts'
import { shopConnection } from '../support/shop.ts'
import { fastClock, SECRET, type World } from '../support/world.ts'

/** A conversation whose task was created, and no open work. */
async function begun(world: World, visit: Parameters<World['chatra']['visit']>[0] = {}) {
  const anna = world.chatra.visit({ name: 'Anna', ...visit })
  anna.says('Hello #a1')
  await world.until('a task', () => world.planfix.tasks[0])
  await quiet(world)
  return { anna, task: taskNamed(world, 'Anna').id }
}

/** A message and a reply that arrive while Planfix refuses everything; the state that is shown meanwhile. */
async function comeInVain(world: World, anna: Visitor, task: number) {
  anna.says('Still there? #a2')
  world.planfix.employeeComments(task, 5, '<p>Yes #r1</p>')
  anna.says('Good #a3')
  await world.chatra.flush()
  return await world.until('it is paused', async () => {
    const state = await planfixState(world)
    return state.state === 'paused' ? state : null
  })
}

async function expectMadeUpFor(world: World, anna: Visitor) {
  await world.until('the messages', () => only(feedMarks(world, 'Anna'), 'a').length === 3)
  await world.until('the reply', () => chatMarks(anna).length === 1)
  await calm(world)
  expect(only(feedMarks(world, 'Anna'), 'a')).toEqual(['#a1', '#a2', '#a3'])
  expect(chatMarks(anna)).toEqual(['#r1'])
  expect((await planfixState(world)).state).toBe('ok')
}

describe.concurrent('a fault that the owner must correct pauses the connection, and nothing is lost', () => {
  test('a wrong token is named, and with the right one all messages go out', async () => {
    await withWorld({}, async (world) => {
      const { anna, task } = await begun(world)
      const right = world.planfix.token
      await world.restart(() => {
        world.planfix.token = 'not-the-token'
      })
      expect(await comeInVain(world, anna, task)).toMatchObject({ code: 'wrong-keys' })
      expect(world.app.isDegraded()).toBe(true)
      expect(feedMarks(world, 'Anna')).toEqual(['#a1', '#r1'])
      await world.restart(() => {
        world.planfix.token = right
      })
      await expectMadeUpFor(world, anna)
      expect(JSON.stringify(await world.log()) + world.complaints.join()).not.toContain('not-the-token')
    })
  })

  const expected: Record<number, string> = {
    2: 'unpaid',
    10: 'unpaid',
    11: 'unpaid',
    16: 'unpaid',
    20: 'unpaid',
    21: 'no-plan',
    23: 'unpaid',
  }
  const states = Object.keys(expected).flatMap((code) =>
    [403, 401, 400].map((status) => [Number(code), status] as const),
  )
  test.each(states)(
    'account state code %i as HTTP %i is named, survives a restart, and ends',
    async (code, status) => {
      await withWorld({}, async (world) => {
        const { anna, task } = await begun(world)
        world.planfix.setSwitch('account-state', `code${code}-${status}` as PlanfixSwitches['account-state'])
        const state = await comeInVain(world, anna, task)
        expect(state.code).toBe(expected[code])
        expect(state.detail).toContain(`code ${code}`)
        await world.restart()
        world.planfix.setSwitch('account-state', 'ok')
        await expectMadeUpFor(world, anna)
      })
    },
  )

  const limits = ['403-code22-ms', '403-code22-seconds', '403-code22-no-time'] as const
  test.each(limits)(
    'the daily limit (%s) is named with its time, and waiting messages go out after it',
    async (position) => {
      await withWorld({}, async (world) => {
        const { anna, task } = await begun(world)
        const resetAt = endOfPause(world.clock.now())
        const { limits } = world.planfix
        limits.resetAt = resetAt
        // Nothing is left, and the header says so: otherwise a refusal is a pause of a minute, not the day's limit.
        limits.dailyLimit = limits.dailyUsed
        world.planfix.setSwitch('rate-header', 'exact')
        world.planfix.setSwitch('daily-limit', position)
        const state = await comeInVain(world, anna, task)
        expect(state.code).toBe('daily-limit')
        expect(sidesOf(world.app)[0]?.budget.remaining).toBe(0)
        if (position !== '403-code22-no-time') {
          expect(Math.abs(state.until - resetAt)).toBeLessThan(3000)
          await pass(world, 3000)
          const asked = world.planfix.server.requests.length
          await pass(world, 20_000)
          expect(world.planfix.server.requests.length, 'no call before the reset').toBe(asked)
        }
        world.clock.after(Math.max(0, resetAt - world.clock.now()), () => {
          limits.dailyLimit = Number.POSITIVE_INFINITY
          world.planfix.setSwitch('daily-limit', 'off')
        })
        await expectMadeUpFor(world, anna)
      })
    },
  )

  test('code 22 for a minute, with requests left, is a pause and not the daily limit', async () => {
    await withWorld({}, async (world) => {
      const { anna, task } = await begun(world)
      const resetAt = endOfPause(world.clock.now())
      world.planfix.limits.resetAt = resetAt
      world.planfix.setSwitch('daily-limit', '403-code22-ms')
      world.clock.after(resetAt - world.clock.now(), () => world.planfix.setSwitch('daily-limit', 'off'))
      anna.says('More #a2')
      world.planfix.employeeComments(task, 5, '<p>Answer #r1</p>')
      const waits = () => sidesOf(world.app)[0]?.planfix
      await world.until('it waits', () => waits()?.state === 'waiting')
      expect(waits()).toMatchObject({ code: 'rate-limited' })
      expect(sidesOf(world.app)[0]?.budget.remaining).toBeGreaterThan(1000)
      await world.until(
        'both',
        () => feedMarks(world, 'Anna').includes('#a2') && chatMarks(anna).length === 1,
      )
    })
  })
})

/** Scopes that the bridge uses, and the features that need them. */
const scopes: { scope: string; needs(world: World, anna: Visitor, task: number): Promise<void> | void }[] = [
  { scope: 'task_readonly', needs: () => undefined },
  {
    scope: 'comment_readonly',
    needs: (world, _anna, task) => void world.planfix.employeeComments(task, 6, '<p>Hm #r0</p>'),
  },
  { scope: 'comment_add', needs: (_world, anna) => void anna.says('More #a8') },
  { scope: 'contact_add', needs: (world) => void world.chatra.visit({ name: 'Boris' }).says('Hi #b1') },
  { scope: 'task_add', needs: (world) => void world.chatra.visit({ name: 'Boris' }).says('Hi #b1') },
  {
    scope: 'contact_readonly',
    needs: (world) => void world.chatra.visit({ name: 'Boris', email: 'b@mail.example' }).says('Hi #b1'),
  },
  {
    scope: 'contact_update',
    needs: (_world, anna) => {
      anna.introduces({ phone: '+37369999999' })
      anna.says('My number #a8')
    },
  },
  {
    scope: 'task_update',
    needs: async (world) => {
      const boris = world.chatra.visit({ name: 'Boris' })
      boris.says('Hi #b1')
      await world.until('his message', () => feedMarks(world, 'Boris').includes('#b1'))
      boris.leaves()
    },
  },
]

describe.concurrent('a right that the token lacks is named, and what needs it is sent once after it is granted', () => {
  test.each(scopes)(
    'a missing scope is named, and waiting work continues once it is granted: $scope',
    async ({ scope, needs }) => {
      await withWorld({}, async (world) => {
        const { anna, task } = await begun(world)
        world.planfix.scopes.delete(scope)
        await needs(world, anna, task)
        const state = await world.until('it is paused', async () => {
          const now = await planfixState(world)
          return now.state === 'paused' ? now : null
        })
        expect(state.code).toBe('missing-scope')
        await pass(world, 5000)
        const told = world.complaints.filter((line) => line.includes('side-paused'))
        expect(told.length, 'the owner is not told again and again').toBeLessThanOrEqual(2)
        world.planfix.scopes.add(scope)
        await world.until('all is well', async () => (await planfixState(world)).state === 'ok')
        await calm(world)
        const feeds = [...feedMarks(world, 'Anna'), ...feedMarks(world, 'Boris')]
        const saidByClients = world.chatra.clients.flatMap((client) =>
          marksIn(client.messages.filter((one) => one.type === 'client').map((one) => one.text)),
        )
        expect(only(feeds, 'a', 'b')).toEqual(saidByClients)
        if (scope === 'comment_readonly') expect(chatMarks(anna)).toEqual(['#r0'])
        if (scope === 'contact_update')
          expect(world.planfix.contacts[0]?.phones[0]?.number).toBe('+37369999999')
        if (scope === 'task_update')
          expect(world.planfix.statusOf(taskNamed(world, 'Boris').id)?.key).toBe('completed')
      })
    },
  )

  test('without the right to read files the reply is sent, and the employee gets a note', async () => {
    await withWorld({}, async (world) => {
      const { anna, task } = await begun(world)
      world.planfix.scopes.delete('file_readonly')
      const file = world.planfix.addsFile('bill.pdf', 'x')
      world.planfix.employeeComments(task, 5, '<p>The bill #r1</p>', { files: [file.id] })
      await world.until('the reply', () => chatMarks(anna).length === 1)
      await world.until('the note', () =>
        world.feed(task).some((comment) => comment.text.includes('bill.pdf')),
      )
      await calm(world)
      expect(chatMarks(anna)).toEqual(['#r1'])
      expect(anna.sees().join()).not.toContain('http')
    })
  })

  test("without the right to add files the client's message contains a link", async () => {
    await withWorld({ chatra: { switches: { files: 'brevo-file-object' } } }, async (world) => {
      const { anna, task } = await begun(world)
      world.planfix.scopes.delete('file_add')
      anna.sendsFile({ name: 'photo.jpg', content: Buffer.from('x'), type: 'image/jpeg' })
      anna.says('Look #a2')
      await world.until('the text', () => feedMarks(world, 'Anna').includes('#a2'))
      expect(world.feed(task).some((comment) => comment.text.includes('photo.jpg: http'))).toBe(true)
    })
  })
})

/** Faults that hit each call with some probability until they are removed. */
const storms: { name: string; rules: FaultRule[] }[] = [
  { name: '429 without a time', rules: [{ kind: 'status', status: 429, probability: 0.3 }] },
  {
    name: '429 with Retry-After',
    rules: [{ kind: 'status', status: 429, headers: { 'retry-after': '2' }, probability: 0.3 }],
  },
  { name: '500 before the write', rules: [{ kind: 'status', status: 500, probability: 0.3 }] },
  {
    name: '503 with a page',
    rules: [{ kind: 'status', status: 503, body: '<html>Service unavailable</html>', probability: 0.3 }],
  },
  {
    name: '502 after the write',
    rules: [{ kind: 'status', status: 502, afterWrite: true, probability: 0.3 }],
  },
  { name: 'resets before the write', rules: [{ kind: 'reset-before-write', probability: 0.3 }] },
  { name: 'resets after the write', rules: [{ kind: 'reset-after-write', probability: 0.3 }] },
  { name: 'slow answers', rules: [{ kind: 'latency', ms: 60, probability: 0.5 }] },
  {
    name: 'a 200 that is no JSON',
    rules: [{ kind: 'status', status: 200, body: '<html>login</html>', afterWrite: true, probability: 0.2 }],
  },
]

describe.concurrent('a Planfix with many faults', () => {
  test.each(storms)('$name: all messages arrive once and in order', async ({ rules }) => {
    await withWorld({}, async (world) => {
      let n = 7
      // A small random generator of our own, so that the faults are the same every time.
      world.planfix.server.faults.random = () => {
        n = (n * 16_807) % 2_147_483_647
        return n / 2_147_483_647
      }
      for (const rule of rules) world.planfix.server.faults.add(rule)
      expectPlayedOnce(world, await play(world))
    })
  })

  test('an unreachable Planfix is retried, and used again within 10 s of its recovery', async () => {
    await withWorld({}, async (world) => {
      const { anna, task } = await begun(world)
      // A redirect to another host counts as unreachable: nothing was carried out.
      world.planfix.server.faults.add({
        kind: 'status',
        status: 302,
        headers: { location: 'https://login.example/' },
      })
      const failedBefore = () =>
        world.planfix.server.requests.filter((call) => call.answered === 'status').length
      anna.says('Anyone? #a2')
      world.planfix.employeeComments(task, 5, '<p>Yes #r1</p>')
      anna.says('Hello? #a3')
      await world.until('three failures', () => failedBefore() >= 3)
      expect(await planfixState(world)).toMatchObject({ state: 'waiting', code: 'unreachable' })
      world.planfix.server.faults.clear()
      const healed = world.clock.now()
      await world.until('the messages', () => only(feedMarks(world, 'Anna'), 'a').length === 3)
      expect(world.clock.now() - healed).toBeLessThan(10_000)
      await expectMadeUpFor(world, anna)
    })
  })

  test('a permanently refused comment is shown as failed, and the next ones are delivered', async () => {
    await withWorld({}, async (world) => {
      const { anna } = await begun(world)
      world.planfix.server.faults.add({
        kind: 'status',
        status: 400,
        body: { result: 'fail', code: 5001, error: 'Comment adding failed' },
        path: '/comments/$',
        times: 1,
      })
      anna.says('Not this #a2')
      await world.until('the failure', async () =>
        (await world.messages()).some((one) => one.state === 'failed'),
      )
      anna.says('But this #a3')
      await world.until('the next', () => feedMarks(world, 'Anna').includes('#a3'))
      expect(feedMarks(world, 'Anna')).toEqual(['#a1', '#a3'])
    })
  })
})

describe.concurrent('a failing conversation does not delay another one', () => {
  const troubles: FaultRule[] = [
    { kind: 'timeout-before-write' },
    { kind: 'status', status: 500 },
    { kind: 'reset-before-write' },
    { kind: 'status', status: 400, body: { result: 'fail', code: 6, error: 'Access denied' } },
  ]
  test.each(troubles)('comments of one task meet $kind $status without delaying the others', async (rule) => {
    await withWorld({}, async (world) => {
      const { anna, task } = await begun(world)
      const boris = world.chatra.visit({ name: 'Boris' })
      boris.says('Hi #b1')
      await world.until('both tasks', () => world.planfix.tasks.length === 2)
      world.planfix.server.faults.add({ ...rule, path: `/task/${task}/comments/` })
      anna.says('Hm #a2')
      await world.until('the trouble', () =>
        world.planfix.server.requests.some((call) => call.answered === rule.kind),
      )
      const started = world.clock.now()
      const other = taskNamed(world, 'Boris').id
      for (const n of [2, 3, 4]) {
        boris.says(`More #b${n}`)
        world.planfix.employeeComments(other, 5, `<p>Answer #s${n}</p>`)
        await world.until(
          'both ways',
          () => feedMarks(world, 'Boris').includes(`#b${n}`) && chatMarks(boris).includes(`#s${n}`),
        )
      }
      expect(world.clock.now() - started, 'well within a time-out').toBeLessThan(60_000)
      world.planfix.server.faults.clear()
      if (rule.kind === 'status' && rule.status === 400) return
      await world.until('the other one', () => feedMarks(world, 'Anna').includes('#a2'))
      await calm(world)
      expect(feedMarks(world, 'Anna')).toEqual(['#a1', '#a2'])
      expect(only(feedMarks(world, 'Boris'), 'b')).toEqual(['#b1', '#b2', '#b3', '#b4'])
    })
  })
})

test('an unpaid Planfix of one connection does not affect another connection', async () => {
  const speed = 20
  const clock = fastClock(speed)
  const dataDir = await mkdtemp(join(tmpdir(), 'bridge-'))
  const shops = await Promise.all(
    ['one', 'two'].map(async (id, n) => ({
      id,
      chatra: await startChatraSimulator({
        timeScale: 1 / speed,
        seed: n + 1,
        now: clock.now,
        secretKey: `${id}-key`,
      }),
      planfix: await startPlanfixSimulator({
        timeScale: 1 / speed,
        now: clock.now,
        requestsPerSecondLimit: 1e9,
        token: `${id}-token`,
      }),
    })),
  )
  const parsed = parseConfiguration({
    connections: shops.map(({ id, chatra, planfix }) =>
      shopConnection(chatra, planfix, { id, webhookSecret: SECRET }),
    ),
  })
  if (!parsed.ok) throw new Error(parsed.problems.join())
  const app = await Application.open({
    configuration: parsed.value,
    secrets: {
      get: async (id, name) => `${id}-${name === 'PLANFIX_TOKEN' ? 'token' : 'key'}`,
      whereToPut: (_id, name) => name,
    },
    dataDir,
    receiver: { host: '127.0.0.1', port: 0 },
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    clock,
  })
  const [one, two] = shops as [(typeof shops)[0], (typeof shops)[0]]
  try {
    await app.start()
    for (const shop of shops) shop.chatra.webhookUrl = `${app.hooksUrl}/hooks/${shop.id}/${SECRET}/chatra`
    one.planfix.setSwitch('account-state', 'code20-403')
    const visitors = shops.map((shop) => shop.chatra.visit({ name: 'Anna' }))
    for (const visitor of visitors) visitor.says('Hello #a1')
    await expect.poll(() => two.planfix.tasks.length, { timeout: 5000 }).toBe(1)
    two.planfix.employeeComments(two.planfix.tasks[0]?.id ?? 0, 5, '<p>Yes #r1</p>')
    await expect.poll(() => visitors[1]?.sees(), { timeout: 5000 }).toEqual(['Yes #r1'])
    const states = sidesOf(app).map(({ planfix }) => planfix.state)
    expect(states).toEqual(['paused', 'ok'])
    one.planfix.setSwitch('account-state', 'ok')
    await expect.poll(() => one.planfix.tasks.length, { timeout: 5000 }).toBe(1)
  } finally {
    await app.stop()
    await Promise.all(shops.flatMap(({ chatra, planfix }) => [chatra.stop(), planfix.stop()]))
    await rm(dataDir, { recursive: true, force: true })
  }
})
