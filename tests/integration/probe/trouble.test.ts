import { afterEach, describe, expect, test } from 'vitest'
import { questions } from '../../../src/main/diagnostics/probe/questions/index.ts'
import { bridgeError, fail } from '../../../src/shared/errors.ts'
import { answersOf, type ProbeChange, probeIn } from '../../support/probe.ts'
import { World, type WorldOptions } from '../../support/world.ts'

let world: World
afterEach(() => world.stop())
const begin = async (options: Partial<WorldOptions> = {}) => {
  world = await World.start({
    virtual: true,
    chat: true,
    planfix: { fetchFile: async () => undefined },
    planfixSettings: { pollSeconds: 3600 },
    ...options,
  })
}
const open = () => world.planfix.tasks.filter(({ statusKey }) => statusKey !== 'completed')
const remembered = () => world.app.store.fact<{ marks: string[] }>('shop', 'probeOpen')
const reasons = (findings: Awaited<ReturnType<typeof probeIn>>['findings']) =>
  new Set(findings.flatMap(({ reason }) => (reason ? [reason.why] : [])))

/** What happens to the n-th REST request, and from then on. */
const fromRequest = (first: number, what: () => ReturnType<typeof fail>): ProbeChange => {
  let count = 0
  return {
    through: (access) => {
      const { rest } = access.ports
      const broken: typeof rest = async (step) => (++count >= first ? what() : rest(step))
      return { ...access, ports: { ...access.ports, rest: broken } }
    },
  }
}

describe('a probe that cannot do everything', () => {
  test('each right that is missing leaves the other questions alone', async () => {
    await begin()
    const full = answersOf((await probeIn(world)).findings)
    for (const scope of [...world.planfix.scopes]) {
      world.planfix.scopes.delete(scope)
      const { findings, left } = await probeIn(world)
      world.planfix.scopes.add(scope)
      expect(findings.filter(({ reason }) => reason?.why === 'bug')).toEqual([])
      const lost = findings.filter(({ question, position }) => position === null && full[question.id] !== '')
      expect(lost.every(({ reason }) => reason !== null)).toBe(true)
      const tells = left.tasks.length > 0
      expect([scope, open().length > 0 && !tells]).toEqual([scope, false])
      // The next one, with all rights, completes what this one could not.
      await probeIn(world)
      expect([scope, open()]).toEqual([scope, []])
    }
  })

  test('a token that Planfix refuses ends the questions at once', async () => {
    await begin()
    const before = world.planfix.server.requests.length
    const { findings, left } = await probeIn(world, { token: 'another-token', chatToken: null })
    expect(findings).toHaveLength(questions.length)
    expect(reasons(findings)).toEqual(new Set(['not-seen', 'wrong-keys', 'no-chat']))
    expect(left.tasks).toEqual([])
    expect(world.planfix.server.requests.length - before).toBe(1)
  })

  test('without the Chat API everything else is asked', async () => {
    await begin({ chat: false })
    const { findings, left } = await probeIn(world, { chatToken: null })
    expect(findings.filter(({ position }) => position !== null).length).toBeGreaterThan(24)
    expect([left.chatCard, open(), world.planfix.tasks.length]).toEqual([false, [], 1])
  })

  test('a chat that Planfix does not know, and a wrong token of the chat', async () => {
    await begin()
    world.planfix.chats.disconnect('chatra-shop')
    const unknown = answersOf((await probeIn(world)).findings)
    const wrong = answersOf((await probeIn(world, { chatToken: 'another-token' })).findings)
    expect([unknown['webchat-repeat'], wrong['webchat-repeat']]).toEqual(['(refused)', '(wrong-chat-token)'])
    expect([unknown['comment-list-source'], wrong['assigner-contact']]).toEqual(['filled', 'accepted'])
    expect(open()).toEqual([])
  })

  test('a chat whose tasks REST does not see is written to and said to stay open', async () => {
    await begin()
    world.planfix.chats.connect({ providerId: 'chatra-shop', employees: [] })
    world.planfix.setSwitch('foreign-task', 'hidden-without-role')
    const { findings, left } = await probeIn(world)
    expect(answersOf(findings)).toMatchObject({ 'webchat-repeat': '(object-gone)', 'webchat-reply': 'empty' })
    expect(left.tasks).toMatchObject([{ taskId: open()[0]?.id, isOpen: true }])
  })

  test('a bridge that does not run, or works by REST, receives no calls', async () => {
    await begin({ chat: false })
    world.planfix.chats.connect({ providerId: 'chatra-shop', token: 'x', employees: ['user:1'] })
    const answers = answersOf((await probeIn(world)).findings)
    expect([answers['webchat-repeat'], answers['rest-comment-pushed']]).toEqual(['doubles', '(no-receiver)'])
  })

  test.each(['429-bare', '429-retry-after', '403-code22-short', 'delayed'] as const)(
    'too many requests (%s) are tried again until all is asked',
    async (position) => {
      await begin({
        planfix: {
          requestsPerSecondLimit: 1,
          switches: { 'over-rps': position },
          fetchFile: async () => undefined,
        },
        requestsPerSecond: 4,
      })
      const { findings, left } = await probeIn(world)
      expect(findings.filter(({ reason }) => reason?.why === 'rate-limited')).toEqual([])
      expect(answersOf(findings)).toMatchObject({
        'assigner-contact': 'accepted',
        'webchat-repeat': 'doubles',
      })
      expect([left.tasks, open()]).toEqual([[], []])
    },
  )
})

describe('a probe that breaks in the middle', () => {
  test.each([10, 20, 30, 45, 60, 75, 90])(
    'request %i and all later ones fail: the next probe completes the rest',
    async (first) => {
      await begin()
      const { findings } = await probeIn(
        world,
        fromRequest(first, () => fail(bridgeError('planfix', 'failing', 'HTTP 500'))),
      )
      expect(findings).toHaveLength(questions.length)
      expect((await remembered())?.marks).toHaveLength(open().length === 0 ? 0 : 1)
      await probeIn(world)
      expect([open(), (await remembered())?.marks]).toEqual([[], []])
    },
  )

  test('the network fails: no further question is asked, and what can be cleaned up is', async () => {
    await begin()
    let failing = 2
    const { findings, left } = await probeIn(world, {
      through: (access) => {
        const { rest } = access.ports
        const broken: typeof rest = async (step) => {
          const isLate = step.path.endsWith('/comments/') && failing > 0
          if (!isLate) return rest(step)
          failing--
          return fail(bridgeError('planfix', 'unreachable', 'ECONNREFUSED', { network: 'refused' }))
        }
        return { ...access, ports: { ...access.ports, rest: broken } }
      },
    })
    expect(answersOf(findings)).toMatchObject({ 'source-read': 'always', newlines: '(unreachable)' })
    expect([left.tasks, open()]).toEqual([[], []])
  })

  test('the owner ends it: the cleaning up still runs', async () => {
    await begin()
    const controller = new AbortController()
    const { findings, left } = await probeIn(world, {
      signal: controller.signal,
      progress: (done) => done === 25 && controller.abort(),
    })
    expect(findings.filter(({ reason }) => reason?.why === 'interrupted').length).toBe(questions.length - 25)
    expect([world.planfix.tasks.length, left.tasks, open()]).toEqual([1, [], []])
  })

  test('a question that throws is a finding; the others are asked', async () => {
    await begin()
    const { findings } = await probeIn(world, {
      through: (access) => ({
        ...access,
        ports: { ...access.ports, records: () => Promise.reject(new Error('the disk is full')) },
      }),
    })
    expect(answersOf(findings)).toMatchObject({ 'chatra-echo': '(bug)', 'source-read': 'always' })
    expect(open()).toEqual([])
  })

  test('it is killed: the next one completes its tasks and uses its contact', async () => {
    await begin()
    const killed = probeIn(world, {
      through: (access) => {
        const { rest } = access.ports
        const hangs: typeof rest = async (step) =>
          step.path.endsWith('/comments/') ? new Promise(() => undefined) : rest(step)
        return { ...access, ports: { ...access.ports, rest: hangs } }
      },
    })
    await world.until('the task', () => world.planfix.tasks.length === 1)
    void killed
    await probeIn(world)
    expect([open(), world.planfix.contacts.filter(({ chatKeys }) => !chatKeys).length]).toEqual([[], 1])
  })

  test.each(['timeout-after-commit', '504-after-commit', 'timeout-then-late-commit'] as const)(
    'writes without an answer (%s) make no second contact and no second task',
    async (position) => {
      await begin()
      world.planfix.setSwitch('planfix-write-outcome', position)
      world.planfix.writeOutcomeTimes = 2
      const { findings } = await probeIn(world, { chatToken: null })
      expect([world.planfix.contacts.length, world.planfix.tasks.length, open()]).toEqual([1, 1, []])
      expect(answersOf(findings)).toMatchObject({ 'comment-list-source': 'filled' })
    },
  )
})

test('a chat that leads into the task of a client is left alone', async () => {
  await begin()
  world.chatra.visit({ name: 'Anna' }).says('Hello')
  await world.until('the task', () => world.planfix.tasks.length === 1)
  await world.quiet()
  const { id } = world.task()
  const before = world.feed(id)
  const { findings, left } = await probeIn(world, {
    through: (access) => {
      const { chat } = access.ports
      const led: typeof chat = async (step) =>
        step.command === 'getTask'
          ? { ok: true, value: { status: 200, body: { data: { number: id } }, left: null } }
          : chat(step)
      return { ...access, ports: { ...access.ports, chat: led } }
    },
  })
  expect(answersOf(findings)).toMatchObject({
    'webchat-title': '(unexpected)',
    'assigner-contact': 'accepted',
  })
  expect(left.tasks).toEqual([])
  expect(world.task().statusKey).toBe('new')
  expect(world.feed(id)).toEqual(before)
})

test('the conversations of clients are not touched', async () => {
  await begin({ chat: false })
  world.chatra.visit({ name: 'Anna' }).says('Hello')
  await world.until('the task', () => world.planfix.tasks.length === 1)
  await world.quiet()
  const { id, statusKey, assigner, feed } = world.task()
  const before = structuredClone({ statusKey, assigner, feed })
  await probeIn(world)
  const after = world.planfix.task(id)
  expect({ statusKey: after?.statusKey, assigner: after?.assigner, feed: after?.feed }).toEqual(before)
  expect(world.chatra.server.requests.filter(({ method }) => method !== 'GET')).toEqual([])
  expect(await world.app.store.connectionIds()).toEqual(['shop'])
  expect((await world.messages()).map(({ text }) => text)).toEqual(['Hello'])
})

test.each([true, false])(
  'clients and employees who write meanwhile read each message once (Chat API: %s)',
  async (chat) => {
    await begin({ chat, planfixSettings: { pollSeconds: 5 } })
    const visitor = world.chatra.visit({ name: 'Anna' })
    visitor.says('Question 0')
    const annas = () => world.planfix.tasks.find(({ name }) => name.startsWith('Anna'))
    await world.until('the task', annas)
    let n = 0
    await probeIn(world, {
      progress: (done) => {
        if (done % 8 !== 0) return
        n++
        visitor.says(`Question ${n}`)
        const { id, counterparty } = annas()!
        world.planfix.employeeComments(id, 5, `<p>Answer ${n}</p>`, { recipients: [counterparty ?? ''] })
      },
    })
    const numbers = Array.from({ length: n }, (_, index) => index + 1)
    await world.until('the last answer', () => visitor.sees().includes(`Answer ${n}`))
    await world.quiet()
    expect(n).toBeGreaterThan(4)
    expect(visitor.sees().toSorted()).toEqual(numbers.map((one) => `Answer ${one}`))
    const asked = world.feed(annas()!.id).flatMap(({ text }) => text.match(/Question \d+/g) ?? [])
    expect(asked.toSorted()).toEqual([0, ...numbers].map((one) => `Question ${one}`))
    expect(world.planfix.tasks.filter(({ name }) => name.startsWith('Anna'))).toHaveLength(1)
  },
)
