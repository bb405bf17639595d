import { expect } from 'vitest'
import type { Message } from '../../src/shared/domain.ts'
import type { ChatraSwitch, ChatraSwitches } from '../../src/simulators/chatra/switches.ts'
import { plain } from '../../src/simulators/planfix/index.ts'
import { sidesOf } from '../support/clients.ts'
import { World, type WorldOptions } from '../support/world.ts'

/**
 * Shared by the chatra-*.test.ts files: people who write in marks (`m1: …` the client, `r1: …` an employee to the
 * client, `n1: …` an internal note, `a1: …` an agent inside Chatra), so that a test can count and order what arrived.
 */
export type Visitor = ReturnType<World['chatra']['visit']>

export const EMPLOYEES = [
  { planfixUserId: 'user:5', email: 'ana@shop.example', name: 'Ana' },
  { planfixUserId: 'user:6', email: 'julia@shop.example', name: 'Julia' },
]
/** Planfix users of `tests/support/world.ts`'s account. */
export const ANA = 5
export const JULIA = 6

/**
 * A world whose end (`closeWorld`) checks the usual claims: no call that a correct client would not make, no bug in
 * the log.
 */
export const openWorld = (options: WorldOptions = {}): Promise<World> =>
  World.start({ ...options, connection: { employees: EMPLOYEES, ...options.connection } })

export async function closeWorld(world: World): Promise<void> {
  const bugs = world.complaints.filter((line) => line.includes('bug:'))
  const { violations } = world.planfix
  await world.stop()
  expect(bugs).toEqual([])
  expect(violations).toEqual([])
}

/** The world's services serve many conversations; each is checked through its own contact's tasks. */
export const tasksOf = (world: World, clientName: string) =>
  world.planfix.tasks.filter((task) => task.name === `${clientName} (Chatra)`)

export interface Shown {
  owner: string
  text: string
  hidden: boolean
}

/** The bridge's note about a comment that stayed inside quotes it: it is no comment of a person. */
const isHint = (text: string): boolean => text.includes('does not see this comment')

/** Everything that the client's tasks show, task by task, oldest first. */
export function shownTo(world: World, clientName: string): Shown[] {
  return tasksOf(world, clientName).flatMap((task) =>
    world.planfix
      .comments(task.id)
      .filter((comment) => !comment.isDeleted && !isHint(comment.description))
      .map((comment) => ({
        owner: comment.owner,
        text: plain(comment.description),
        hidden: comment.isHidden,
      })),
  )
}

/** Marks such as `m1` in order of appearance; a mark that arrived twice is listed twice. */
export const marks = (texts: readonly string[], letter: string): string[] =>
  texts.flatMap((text) =>
    [...text.matchAll(new RegExp(`\\b(${letter}\\d+):`, 'g'))].map((found) => found[1] ?? ''),
  )

export const inPlanfix = (world: World, clientName: string, letter: string): string[] =>
  marks(
    shownTo(world, clientName).map((one) => one.text),
    letter,
  )

export async function replied(world: World, visitor: Visitor, mark: string): Promise<void> {
  await world.until(`${mark} in the chat`, () => marks(visitor.sees(), mark[0] ?? '').includes(mark))
}

/** The task that the bridge created for the client, as soon as it exists. */
export const taskOf = (world: World, clientName: string) =>
  world.until(`a task of ${clientName}`, () => tasksOf(world, clientName).at(-1))

export const stateOf = async (world: World, mark: string): Promise<Message> => {
  const found = (await world.messages()).find((one) => one.kind === 'text' && one.text.startsWith(`${mark}:`))
  if (!found) throw new Error(`no message ${mark}\n${await world.story()}`)
  return found
}

let visitors = 0
/** A new client, so that conversations of one world do not mix. */
export function newClient(world: World, options: Parameters<World['chatra']['visit']>[0] = {}) {
  const name = options.name ?? `Anna${++visitors}`
  const visitor = world.chatra.visit({ name, email: `${name.toLowerCase()}@example.com`, ...options })
  return { name, visitor }
}

export interface Played {
  name: string
  visitor: Visitor
  /** The client's messages, the replies for the client, and what an agent typed in Chatra. */
  said: string[]
  replies: string[]
  agents: string[]
}

/**
 * A whole conversation: two messages, a reply beside internal notes, an agent inside Chatra, and the client leaves
 * and comes back.
 */
export async function play(world: World, options: Parameters<typeof newClient>[1] = {}): Promise<Played> {
  const { name, visitor } = newClient(world, options)
  const agent = world.chatra.agents[0]
  if (!agent) throw new Error('the account has an agent')
  visitor.says('m1: Hello')
  visitor.says('m2: Where is my order?')
  const task = await taskOf(world, name)
  world.planfix.employeeComments(task.id, ANA, '<p>n1: difficult client</p>', { recipients: ['user:6'] })
  world.planfix.employeeComments(task.id, ANA, '<p>n2: hidden</p>', { hidden: true })
  world.planfix.employeeComments(task.id, ANA, '<p>r1: It left <b>today</b></p>')
  await replied(world, visitor, 'r1')
  world.chatra.agentSays(visitor.clientId, agent.id, 'a1: I am here too')
  await world.quiet()
  visitor.says('m3: Thanks')
  await world.quiet()
  visitor.leaves()
  await world.quiet()
  world.planfix.employeeComments(task.id, ANA, '<p>r2: Come again</p>')
  await replied(world, visitor, 'r2')
  await world.quiet()
  visitor.comesBack()
  visitor.says('m4: I am back')
  visitor.says('m5: One more thing')
  await world.quiet()
  const last = await taskOf(world, name)
  world.planfix.employeeComments(last.id, ANA, '<p>r3: Gladly</p>')
  await replied(world, visitor, 'r3')
  await world.quiet()
  return {
    name,
    visitor,
    said: ['m1', 'm2', 'm3', 'm4', 'm5'],
    replies: ['r1', 'r2', 'r3'],
    agents: ['a1'],
  }
}

/**
 * Each client message is in Planfix once and in order, each reply is in the chat once, no echo, and nothing internal
 * was sent.
 */
export async function expectDelivered(world: World, played: Played): Promise<void> {
  expect(inPlanfix(world, played.name, 'm')).toEqual(played.said)
  await expectNoEcho(world, played)
}

/** As `expectDelivered`, whatever the order and number of the client's messages. */
export async function expectNoEcho(world: World, played: Played): Promise<void> {
  const { name, visitor, replies, agents } = played
  expect(marks(visitor.sees(), 'r')).toEqual(replies)
  expect(marks(visitor.sees(), 'n')).toEqual([])
  expect(inPlanfix(world, name, 'r')).toEqual(replies)
  expect(inPlanfix(world, name, 'a')).toEqual(agents)
  expect(inPlanfix(world, name, 'n')).toEqual(['n1', 'n2'])
  const stuck = (await world.messages()).filter(
    (message) =>
      message.chatraClientId === visitor.clientId && ['failed', 'uncertain'].includes(message.state),
  )
  expect(stuck.map((message) => [message.state, message.reason, message.text])).toEqual([])
}

/** Switches of contracts/chatra.md §10 that affect REST answers; the others affect webhooks and visitors. */
export type RestSwitch =
  | 'basic-auth'
  | 'error-body'
  | 'bad-key-status'
  | 'unknown-id-status'
  | 'missing-field-status'
  | 'rate-limit'
  | 'plan-refusal'
  | 'chatra-write-outcome'
  | 'unknown-client-send'
  | 'agent-by-email'
  | 'long-text'
  | 'empty-text'
  | 'html-text'
  | 'edit-client-message'
  | 'notes-put'

/** A claim for every position of every row: a missing one does not compile. */
export type Claims<Row extends ChatraSwitch> = {
  [K in Row]: { [P in ChatraSwitches[K]]: (world: World) => Promise<void> }
}

/** The claims as rows for `test.each`: name of the switch, its position, the claim. */
export const rowsOf = (claims: Record<string, Record<string, (world: World) => Promise<void>>>) =>
  Object.entries(claims).flatMap(([name, positions]) =>
    Object.entries(positions).map(([position, claim]) => ({ name, position, claim })),
  )

/** Checks a claim with the switch in that position, and resets the switch. */
export async function inPosition(
  world: World,
  { name, position, claim }: ReturnType<typeof rowsOf>[number],
): Promise<void> {
  const key = name as 'files'
  const before = world.chatra.switches[key]
  world.chatra.setSwitch(key, position as typeof before)
  try {
    await claim(world)
  } finally {
    world.chatra.setSwitch(key, before)
  }
}

/** The Chatra side of the connection, as the interface shows it. */
export async function chatraSide(world: World) {
  const side = sidesOf(world.app)[0]?.chatra
  if (!side) throw new Error('there is no connection')
  return side
}

/** A first message, its task, and a delivered reply. */
export async function conversation(world: World, options: Parameters<typeof newClient>[1] = {}) {
  const { name, visitor } = newClient(world, options)
  visitor.says('m1: Hello')
  const task = await taskOf(world, name)
  await world.quiet()
  return {
    name,
    visitor,
    task,
    answers: (text: string, employee = ANA) =>
      world.planfix.employeeComments(task.id, employee, `<p>${text}</p>`),
  }
}

/** Comments in the client's tasks that begin like a note of the bridge to the employee. */
export const notesTo = (world: World, clientName: string): string[] =>
  shownTo(world, clientName)
    .map((one) => one.text)
    .filter((text) =>
      /^(Your reply was not delivered|You edited this reply|You deleted this reply|The file “)/.test(text),
    )

/**
 * A conversation with a proven public address, and a reply (`r1`) whose echo has come. `world` was opened with
 * `proven`.
 */
export async function talkWithEcho(world: World) {
  const talk = await conversation(world)
  talk.answers('r1: First')
  await replied(world, talk.visitor, 'r1')
  await world.until('an echo', () => world.app.store.fact('shop', 'echoSeen'))
  await world.quiet()
  return talk
}
