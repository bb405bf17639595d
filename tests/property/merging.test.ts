import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isOpen } from '../../src/shared/domain.ts'
import { EngineWorld, type Fate } from '../support/engine-world.ts'

/** More runs: MERGE_RUNS=2000. MERGE_SEED and MERGE_PATH repeat a failure, MERGE_SHRINK shortens it. */
const numRuns = Number(process.env.MERGE_RUNS ?? 100)
const { MERGE_SEED, MERGE_PATH } = process.env
const replay =
  MERGE_SEED === undefined ? {} : { seed: Number(MERGE_SEED), ...(MERGE_PATH && { path: MERGE_PATH }) }

const DEVICES = ['d1', 'd2', 'd3', 'd4', 'd5']
const EMAILS = ['one@mail.example', 'two@mail.example']

type Action =
  | { do: 'says'; device: number }
  /** Gives an address, vouched for by the site or typed with the same name, and writes. */
  | { do: 'introduces'; device: number; email: number; vouched: boolean }
  /** Writes, perhaps gets a reply, and gives an address while that is in progress. */
  | { do: 'races'; device: number; email: number; vouched: boolean; fates: Fate[]; answered: boolean }
  | { do: 'answers'; task: number }
  | { do: 'fate'; fates: Fate[] }
  | { do: 'crash'; after: number }
  | { do: 'separate'; which: number }
  | { do: 'pass'; ms: number }

const fate = fc.constantFrom<Fate>(
  'ok',
  'slow',
  'slow',
  'lost-before',
  'lost-after',
  'slow-lost-before',
  'slow-lost-after',
  'refused',
  'slow-refused',
)
const email = fc.integer({ min: 0, max: EMAILS.length - 1 })
const fates = fc.array(fate, { minLength: 1, maxLength: 4 })
const device = fc.integer({ min: 0, max: DEVICES.length - 1 })
const of = <T extends Action['do']>(kind: T) => fc.constant(kind)
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: of('says'), device }) },
  { weight: 4, arbitrary: fc.record({ do: of('introduces'), device, email, vouched: fc.boolean() }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: of('races'),
      device,
      email,
      fates,
      vouched: fc.boolean(),
      answered: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: of('answers'), task: fc.nat(5) }) },
  { weight: 4, arbitrary: fc.record({ do: of('fate'), fates }) },
  { weight: 2, arbitrary: fc.record({ do: of('crash'), after: fc.nat(8) }) },
  { weight: 3, arbitrary: fc.record({ do: of('separate'), which: fc.nat(5) }) },
  { weight: 6, arbitrary: fc.record({ do: of('pass'), ms: fc.constantFrom(0, 100, 2000, 7000) }) },
)

test('after any merges and interruptions open work belongs to the root and arrives once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 4, maxLength: 25 }), async (actions) => {
      const world = await EngineWorld.begin()
      try {
        const said: string[] = []
        const known = new Map<number, object>()
        // Two people who have tasks, so that there is something to merge.
        for (const [n, one] of PRELUDE.entries()) await act(world, one, 100 + n, said, known)
        await world.pass(1000)
        for (const [n, one] of actions.entries()) {
          await act(world, one, n, said, known)
          await world.pass(0)
          await expectRoots(world)
        }
        world.heal()
        for (let n = 0; n < 12; n++) {
          await world.pass(30_000)
          await expectRoots(world)
        }
        await expectDelivered(world, said)
      } finally {
        await world.end()
      }
    }),
    { numRuns, ...replay, endOnFailure: process.env.MERGE_SHRINK === undefined },
  )
}, 600_000)

const PRELUDE: Action[] = [
  { do: 'introduces', device: 0, email: 0, vouched: true },
  { do: 'says', device: 1 },
]

async function act(
  world: EngineWorld,
  one: Action,
  n: number,
  said: string[],
  known: Map<number, object>,
): Promise<void> {
  switch (one.do) {
    case 'says':
    case 'introduces': {
      if (one.do === 'introduces') {
        const vouched = { email: one.vouched, name: false, phone: false }
        known.set(one.device, { email: EMAILS[one.email], name: 'Same', vouched })
      }
      said.push(`#c${n};`)
      return world.says({ id: DEVICES[one.device] ?? '', ...known.get(one.device) }, `words #c${n};`)
    }
    case 'races': {
      const { device: who, email: address, vouched, answered } = one
      const task = world.tasks.findIndex(({ name }) => name.includes('Purple') || answered)
      world.fate(...one.fates)
      await act(world, { do: 'says', device: who }, n + 1000, said, known)
      if (answered && task >= 0) await act(world, { do: 'answers', task }, n + 2000, said, known)
      return act(world, { do: 'introduces', device: who, email: address, vouched }, n, said, known)
    }
    case 'answers':
      return world.employeeAnswers(world.tasks[one.task]?.id ?? 0, `answer #r${n};`)
    case 'fate':
      return world.fate(...one.fates)
    case 'crash':
      return world.crashAfter(one.after)
    case 'separate': {
      const merged = (await world.conversations()).filter(({ joined }) => joined != null)
      const chosen = merged[one.which % Math.max(1, merged.length)]
      if (chosen) await Promise.race([world.separate(chosen.id), world.pass(1)])
      return
    }
    case 'pass':
      return world.pass(one.ms)
  }
}

/** There is no cycle; devices and open work belong to roots, except for what is being written, sent or done. */
async function expectRoots(world: EngineWorld): Promise<void> {
  for (const conversation of await world.conversations()) {
    const root = await world.root(conversation.id)
    expect(root?.mergedInto, 'a circle').toBeNull()
    if (conversation.mergedInto === null) continue
    expect(await world.store.clientsOf(conversation.id), 'devices').toEqual([])
    const busy = new Set(conversation.attempt?.messageIds ?? [])
    const left = [
      ...(await world.store.waiting(conversation.id, 'to-planfix', 100)),
      ...(await world.store.waiting(conversation.id, 'to-chatra', 100)),
    ].filter(({ id, state }) => !busy.has(id) && state !== 'sending')
    expect(
      left.map(({ text, state }) => [text, state]),
      'left behind',
    ).toEqual([])
    if (world.inFlight === 0) {
      const kinds = (await world.store.jobs(conversation.id)).map(({ kind }) => kind)
      expect(kinds, 'jobs left behind').toEqual([])
    }
  }
}

async function expectDelivered(world: EngineWorld, said: readonly string[]): Promise<void> {
  const all = world.written().join('\n')
  const counts = said.map((mark) => [mark, all.split(mark).length - 1])
  expect(counts).toEqual(said.map((mark) => [mark, 1]))
  for (const { id, attempt } of await world.conversations()) {
    expect(attempt, `the open write of conversation ${id}`).toBeNull()
    const open = await world.store.waiting(id, 'to-planfix', 100)
    expect(open).toEqual([])
    const replies = await world.store.waiting(id, 'to-chatra', 100)
    expect(replies.filter(({ state }) => isOpen(state))).toEqual([])
  }
  const marks = world.chats.flatMap(({ text }) => text.match(/#r\d+;/g) ?? [])
  expect(new Set(marks).size, 'no reply twice').toBe(marks.length)
  expect(world.bugs).toEqual([])
}
