import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isOpen } from '../../src/shared/domain.ts'
import type { FaultRule } from '../../src/simulators/common/server.ts'
import { bugs, marksIn, only, pass, tasksNamed, type Visitor } from '../support/planfix-scenes.ts'
import { World } from '../support/world.ts'

/** More runs: PROPERTY_RUNS=500. A failure prints the seed; PROPERTY_SEED=… repeats it. */
const numRuns = Number(process.env.PROPERTY_RUNS ?? 15)
const seed = process.env.PROPERTY_SEED === undefined ? {} : { seed: Number(process.env.PROPERTY_SEED) }
const NAMES = ['Ana', 'Ben', 'Cleo', 'Dan']

type Action =
  | { do: 'say' | 'comment' | 'note' | 'agent' | 'leave' | 'return'; who: number }
  | { do: 'restart' | 'duplicate' | 'lose' }
  | { do: 'pass'; ms: number }
  | { do: 'planfix' | 'chatra'; fault: FaultRule }

const planfixFaults: FaultRule[] = [
  { kind: 'status', status: 500 },
  { kind: 'status', status: 504, afterWrite: true },
  { kind: 'status', status: 429 },
  { kind: 'reset-before-write' },
  { kind: 'reset-after-write' },
  { kind: 'timeout-before-write' },
  { kind: 'timeout-after-write' },
  { kind: 'timeout-then-late-write', ms: 200 },
  { kind: 'timeout-then-late-write', ms: 600 },
  { kind: 'latency', ms: 80 },
]
const chatraFaults: FaultRule[] = [
  { kind: 'status', status: 502, afterWrite: true },
  { kind: 'status', status: 503 },
  { kind: 'status', status: 429 },
  { kind: 'reset-before-write' },
  { kind: 'reset-after-write' },
  { kind: 'timeout-after-write' },
  { kind: 'latency', ms: 80 },
]
const fault = (rules: FaultRule[]) =>
  fc
    .record({ rule: fc.constantFrom(...rules), times: fc.integer({ min: 1, max: 3 }), writes: fc.boolean() })
    .map(({ rule, times, writes }): FaultRule => ({ ...rule, times, ...(writes && { method: 'POST' }) }))

/**
 * `lossy`: webhooks get lost while the bridge runs, so a missing echo is misleading; then Chatra's answers are always
 * certain.
 */
function actionsOf(lossy: boolean): fc.Arbitrary<Action[]> {
  const who = fc.integer({ min: 0, max: NAMES.length - 1 })
  const by = (kind: 'say' | 'comment' | 'note' | 'agent' | 'leave' | 'return') =>
    who.map((one): Action => ({ do: kind, who: one }))
  return fc.array(
    fc.oneof(
      { weight: 10, arbitrary: by('say') },
      { weight: 8, arbitrary: by('comment') },
      { weight: 2, arbitrary: by('note') },
      { weight: 3, arbitrary: by('agent') },
      { weight: 2, arbitrary: by('leave') },
      { weight: 2, arbitrary: by('return') },
      { weight: 2, arbitrary: fc.constant<Action>({ do: 'duplicate' }) },
      { weight: 6, arbitrary: fc.integer({ min: 0, max: 4000 }).map((ms): Action => ({ do: 'pass', ms })) },
      { weight: 6, arbitrary: fault(planfixFaults).map((one): Action => ({ do: 'planfix', fault: one })) },
      ...(lossy
        ? [
            { weight: 2, arbitrary: fc.constant<Action>({ do: 'restart' }) },
            { weight: 2, arbitrary: fc.constant<Action>({ do: 'lose' }) },
          ]
        : [
            { weight: 3, arbitrary: fc.constant<Action>({ do: 'restart' }) },
            {
              weight: 6,
              arbitrary: fault(chatraFaults).map((one): Action => ({ do: 'chatra', fault: one })),
            },
          ]),
    ),
    { minLength: 8, maxLength: 40 },
  )
}
const script = fc.boolean().chain((lossy) =>
  fc.record({
    lossy: fc.constant(lossy),
    shuffled: fc.boolean(),
    idsHidden: fc.boolean(),
    actions: actionsOf(lossy),
  }),
)

/** All texts of a conversation by author, as marks. */
interface Said {
  name: string
  visitor: Visitor
  client: string[]
  replies: string[]
  agents: string[]
}

test('after any faults each message arrives once, in order, and nothing internal leaks', async () => {
  await fc.assert(
    fc.asyncProperty(script, async ({ shuffled, idsHidden, actions }) => {
      const world = await World.start({
        chatra: { switches: shuffled ? { 'webhook-order': 'shuffled-within-chat' } : {} },
        planfix: { switches: idsHidden ? { 'source-read': 'never', 'comment-list-source': 'empty' } : {} },
      })
      try {
        const said = NAMES.map(
          (name): Said => ({
            name,
            visitor: world.chatra.visit({ name }),
            client: [],
            replies: [],
            agents: [],
          }),
        )
        let n = 0
        for (const action of actions) await act(world, said, action, ++n)
        await heal(world, said)
        await check(world, said)
      } finally {
        await world.stop()
      }
    }),
    { numRuns, ...seed, endOnFailure: true },
  )
}, 600_000)

async function act(world: World, said: readonly Said[], action: Action, n: number): Promise<void> {
  const { chatra, planfix } = world
  if (action.do === 'restart') return world.restart()
  if (action.do === 'duplicate') return chatra.duplicateNextWebhooks(1)
  if (action.do === 'lose') return chatra.dropNextWebhooks(1)
  if (action.do === 'pass') return pass(world, action.ms)
  if (action.do === 'planfix') return planfix.server.faults.add(action.fault)
  if (action.do === 'chatra') return chatra.server.faults.add(action.fault)
  const one = 'who' in action ? said[action.who] : undefined
  if (!one) return
  const task = tasksNamed(world, one.name).at(-1)?.id
  switch (action.do) {
    case 'say':
      one.visitor.says(`Text ${n} #c${n}`)
      one.client.push(`#c${n}`)
      break
    case 'comment':
      if (task === undefined) break
      planfix.employeeComments(task, 5, `<p>Answer ${n} #r${n}</p>`)
      one.replies.push(`#r${n}`)
      break
    case 'note':
      if (task !== undefined)
        planfix.employeeComments(task, 6, `<p>Note ${n} #n${n}</p>`, { recipients: ['user:5'] })
      break
    case 'agent': {
      const agent = chatra.agents[0]
      if (one.client.length === 0 || !agent) break
      chatra.agentSays(one.visitor.clientId, agent.id, `Agent ${n} #j${n}`)
      one.agents.push(`#j${n}`)
      break
    }
    case 'leave':
      one.visitor.leaves()
      break
    case 'return':
      one.visitor.comesBack()
      break
  }
}

/** The services work again; the transcript at the end of the visit contains what lost webhooks contained. */
async function heal(world: World, said: readonly Said[]): Promise<void> {
  world.planfix.server.faults.clear()
  world.chatra.server.faults.clear()
  world.chatra.dropNextWebhooks(0)
  await world.chatra.flush()
  for (const { visitor } of said) {
    if (!visitor.present) visitor.comesBack()
    visitor.says('bye #z1')
    await world.chatra.flush()
    visitor.leaves()
  }
  await world.chatra.flush()
  await world.until('every client message and every reply', async () => {
    for (const one of said) {
      if (feedOf(world, one.name, 'c').length < one.client.length) return false
      if (feedOf(world, one.name, 'j').length < one.agents.length) return false
      const settled = new Set([...only(marksIn(one.visitor.sees()), 'r'), ...(await unsettled(world))])
      if (one.replies.some((mark) => !settled.has(mark))) return false
    }
    return true
  })
  await settled(world)
  await pass(world, 4000)
  await settled(world)
}

/** No work is in progress; replies that only the owner can settle may be left. */
async function settled(world: World): Promise<void> {
  await world.chatra.flush()
  await world.app.settled()
  await world.until('nothing is under way', async () => {
    if ((await world.messages()).some((one) => isOpen(one.state))) return false
    const work = await world.app.store.queuesWithWork()
    const jobs = await Promise.all(work.map((one) => world.app.store.jobs(one.conversationId)))
    return jobs.flat().every((job) => job.kind === 'leave-check' || job.kind === 'verify')
  })
}

const feedOf = (world: World, name: string, letter: string): string[] =>
  tasksNamed(world, name).flatMap((task) =>
    only(marksIn(world.feed(task.id).map((comment) => comment.text)), letter),
  )

/** Replies that only the owner can settle: shown to the owner, never sent again automatically. */
const unsettled = async (world: World): Promise<string[]> =>
  marksIn((await world.messages()).filter((one) => one.state === 'uncertain').map((one) => one.text))

async function check(world: World, said: readonly Said[]): Promise<void> {
  const messages = await world.messages()
  const late = new Set(marksIn(messages.filter((one) => one.late).map((one) => one.text)))
  const uncertain = new Set(await unsettled(world))
  for (const one of said) {
    const inTime = (marks: readonly string[]) => marks.filter((mark) => !late.has(mark))
    const feed = feedOf(world, one.name, 'c')
    expect(feed.toSorted(), `client messages of ${one.name}`).toEqual(one.client.toSorted())
    expect(inTime(feed), `their order, the late ones apart, of ${one.name}`).toEqual(inTime(one.client))
    expect(feedOf(world, one.name, 'j').toSorted(), `mirrored agents of ${one.name}`).toEqual(
      one.agents.toSorted(),
    )
    const chat = marksIn(one.visitor.sees())
    const clear = (marks: readonly string[]) => marks.filter((mark) => !uncertain.has(mark))
    expect(clear(only(chat, 'r')), `replies to ${one.name}`).toEqual(clear(one.replies))
    expect(new Set(chat).size, `nothing twice in the chat of ${one.name}`).toBe(chat.length)
    expect(only(chat, 'n', 'c', 'z'), `nothing internal and no echo for ${one.name}`).toEqual([])
    // Each employee's comment is still the only one with its text.
    expect(feedOf(world, one.name, 'r').toSorted()).toEqual(one.replies.toSorted())
  }
  expect(world.planfix.violations).toEqual([])
  expect(bugs(world)).toEqual([])
}
