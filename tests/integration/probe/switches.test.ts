import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { notAsked, questions } from '../../../src/main/diagnostics/probe/questions/index.ts'
import { switchTable } from '../../../src/simulators/planfix/switches.ts'
import { answersOf, probeIn } from '../../support/probe.ts'
import { World } from '../../support/world.ts'

type Name = keyof typeof switchTable

/** Positions that the account shows to nobody, or under another name. */
const SHOWN: Record<string, Record<string, string>> = {
  'scope-of-templates': {
    'readable-with-any-token': 'readable',
    'needs-readonly': 'readable',
    '405-code5': 'refused',
  },
  // A change is refused in its answer in both cases.
  'assigner-contact': { '400-code41': 'in-failures' },
  'source-id-on-task-write': { ignored: 'accepted', stored: 'accepted' },
}
/** A question that another switch makes possible. */
const TOGETHER: Partial<Record<Name, Partial<Record<Name, string>>>> = {
  'webchat-counts-as-rest': { 'rate-header': 'exact' },
}
const asked = (Object.keys(switchTable) as Name[]).filter((name) => questions.some(({ id }) => id === name))
const others = (Object.keys(switchTable) as Name[]).filter((name) => !asked.includes(name))
const positionsOf = (names: readonly Name[]): [Name, string][] =>
  names.flatMap((name) => switchTable[name].map((position): [Name, string] => [name, position]))

let world: World
beforeAll(async () => {
  world = await World.start({
    virtual: true,
    chat: true,
    planfix: { fetchFile: async () => undefined },
    planfixSettings: { pollSeconds: 3600 },
  })
})
afterAll(() => world.stop())

async function inPosition<T>(name: Name, position: string, work: () => Promise<T>): Promise<T> {
  const { planfix } = world
  const before = { ...planfix.switches }
  const set = { ...TOGETHER[name], [name]: position }
  for (const [one, value] of Object.entries(set)) planfix.setSwitch(one as Name, value as never)
  try {
    return await work()
  } finally {
    for (const one of Object.keys(set) as Name[]) planfix.setSwitch(one, before[one] as never)
  }
}

/** The owner writes to the test chat's client. */
const byHand = async (taskId: number) => {
  const client = world.planfix.task(taskId)?.counterparty ?? ''
  world.planfix.employeeComments(taskId, 5, '<p><b>An answer</b></p>', { recipients: [client] })
  return true
}
const ask = () => probeIn(world, { byHand, publicUrl: world.app.hooksUrl })

test('every switch of the simulated account is asked about, or left out for a reason', () => {
  const known = [...questions, ...notAsked].map(({ id }) => id)
  expect(Object.keys(switchTable).filter((name) => !known.includes(name))).toEqual([])
  expect(new Set(known).size).toBe(known.length)
})

describe('the probe finds each position, and cleans up', () => {
  test.each(positionsOf(asked))('%s: %s', async (name, position) => {
    const before = world.planfix.tasks.length
    const probing = await inPosition(name, position, ask)
    expect(answersOf(probing.findings)[name]).toBe(SHOWN[name]?.[position] ?? position)
    await world.planfix.flush()
    // Where the statuses may not be read, nothing can be completed: the probe says so.
    const left = position === '405-code5' ? 2 : 0
    expect(probing.left.tasks).toHaveLength(left)
    expect(open().filter((task) => world.planfix.tasks.indexOf(task) >= before)).toHaveLength(left)
    expect(world.planfix.violations).toEqual([])
  })
})

describe('the probe survives what it does not ask about', () => {
  test.each(positionsOf(others))('%s: %s', async (name, position) => {
    const probing = await inPosition(name, position, ask)
    expect(probing.findings).toHaveLength(questions.length)
    expect(probing.findings.filter(({ reason }) => reason?.why === 'bug')).toEqual([])
  })
})

const open = () => world.planfix.tasks.filter(({ statusKey }) => statusKey !== 'completed')
