import { expect } from 'vitest'
import type { ChatraSimulator } from '../../src/simulators/chatra/index.ts'
import type { PlanfixSimulator } from '../../src/simulators/planfix/index.ts'
import { plain } from '../../src/simulators/planfix/index.ts'
import { sidesOf } from './clients.ts'
import { SECRET, World, type WorldOptions } from './world.ts'

export type Visitor = ReturnType<ChatraSimulator['visit']>

/** Runs `scene` in a separate world; afterwards Planfix must have recorded no violation. */
export async function withWorld(
  options: WorldOptions,
  scene: (world: World) => Promise<void>,
): Promise<void> {
  const world = await World.start(options)
  try {
    await scene(world)
    expect(world.planfix.violations).toEqual([])
    expect(bugs(world)).toEqual([])
  } finally {
    await world.stop()
  }
}

/** As `withWorld`, on a virtual clock and without sockets: for long stories. */
export const inVirtualWorld: typeof withWorld = (options, scene) =>
  withWorld({ virtual: true, ...options }, scene)

/** Errors of the application that are its own bugs, not failures of the services. */
export const bugs = (world: World): string[] => world.complaints.filter((line) => line.includes('bug: '))

export const planfixHook = (world: World): string => `${world.app.hooksUrl}/hooks/shop/${SECRET}/planfix`

/** `ms` of the world's own time. */
export const pass = (world: World, ms: number): Promise<void> =>
  new Promise((resolve) => void world.clock.after(ms, resolve))

/**
 * Marks like `#a1` found in texts, in order: every message of a scene has one, so that its result can be recognised
 * whatever else the text contains.
 */
export const marksIn = (texts: readonly string[]): string[] =>
  texts.flatMap((text) => text.match(/#[a-z]\d+/g) ?? [])

/** Tasks with a client's conversation, oldest first. */
export const tasksNamed = (world: World, name: string) =>
  world.planfix.tasks.filter((task) => task.name === `${name} (Chatra)`)

export const taskNamed = (world: World, name: string) => {
  const task = tasksNamed(world, name).at(-1)
  if (!task) throw new Error(`there is no task of ${name}`)
  return task
}

/**
 * Marks in the feeds of all tasks of a client, oldest task first; without deleted comments, and without notes that quote a
 * comment which stayed inside.
 */
export const feedMarks = (world: World, name: string): string[] =>
  tasksNamed(world, name).flatMap((task) => {
    const texts = world.feed(task.id).map((comment) => comment.text)
    return marksIn(texts.filter((text) => !text.includes('does not see this comment')))
  })

export const chatMarks = (visitor: Visitor): string[] => marksIn(visitor.sees())

/** Marks beginning with `letter`, e.g. the client's own. */
export const only = (marks: readonly string[], ...letters: string[]) =>
  marks.filter((mark) => letters.includes(mark[1] ?? ''))

/** Nothing waits on either side, and the watcher has had time to read an echo if there were one. */
export async function calm(world: World): Promise<void> {
  await quiet(world)
  await pass(world, 5000)
  await quiet(world)
}

/** `world.quiet`, naming the jobs that did not end. */
export async function quiet(world: World): Promise<void> {
  await world.quiet().catch(async (error: unknown) => {
    const work = await world.app.store.queuesWithWork()
    const jobs = await Promise.all(work.map((one) => world.app.store.jobs(one.conversationId)))
    throw new Error(`${(error as Error).message}\n${JSON.stringify(jobs.flat(), null, 1)}`)
  })
}

export interface Played {
  anna: Visitor
  boris: Visitor
}

/**
 * A conversation with all kinds of messages, between two clients and three people: client messages `#a`, `#b`;
 * replies `#r` (to Anna) and `#s` (to Boris); internal notes `#n`; a reply typed inside Chatra `#j`. `midway` runs in
 * the middle of the conversation.
 */
export async function play(
  world: World,
  {
    midway = () => undefined,
    boris: who = {},
  }: { midway?: () => Promise<void> | void; boris?: { email?: string; name?: string } } = {},
): Promise<Played> {
  const { chatra, planfix } = world
  const anna = chatra.visit({ name: 'Anna' })
  const boris = chatra.visit({ name: 'Boris', email: 'boris@mail.example', phone: '+37360000000', ...who })
  anna.says('Where is my <b>order</b>? #a1')
  boris.says('Привіт & bună! #b1')
  anna.says('Are you\nthere? #a2')
  await world.until('both tasks', () => tasksNamed(world, 'Anna')[0] && tasksNamed(world, 'Boris')[0])
  const [a, b] = [taskNamed(world, 'Anna').id, taskNamed(world, 'Boris').id]
  planfix.employeeComments(a, 5, '<p>Good <b>day</b> #r1</p>')
  planfix.employeeComments(a, 5, '<p>Difficult client #n1</p>', { recipients: ['user:6'] })
  planfix.employeeComments(b, 6, '<p>Give no discount #n2</p>', { hidden: true })
  planfix.employeeComments(b, 6, '<p>Yes? #s1</p>')
  await midway()
  anna.says('Thank you #a3')
  planfix.employeeComments(a, 6, '<p>It left today #r2</p>')
  boris.says('Nothing, thanks #b2')
  const julia = chatra.agents[0]
  if (!julia) throw new Error('Chatra has an agent')
  chatra.agentSays(anna.clientId, julia.id, 'Julia again #j1')
  anna.says('Bye #a4')
  await world.until(
    'the replies',
    () => only(chatMarks(anna), 'r').length >= 2 && chatMarks(boris).length >= 1,
  )
  await world.until('the messages', () => {
    const all = [...feedMarks(world, 'Anna'), ...feedMarks(world, 'Boris')]
    return only(all, 'a', 'b', 'j').length >= 7
  })
  await calm(world)
  return { anna, boris }
}

/** What must be true after `play`, whatever the services did meanwhile. */
export function expectPlayedOnce(world: World, { anna, boris }: Played): void {
  expect(only(feedMarks(world, 'Anna'), 'a')).toEqual(['#a1', '#a2', '#a3', '#a4'])
  expect(only(feedMarks(world, 'Boris'), 'b')).toEqual(['#b1', '#b2'])
  expect(only(feedMarks(world, 'Anna'), 'j')).toEqual(['#j1'])
  // Each employee's comment is still the only one with its text: no reply of ours came back as a comment.
  expect(only(feedMarks(world, 'Anna'), 'r', 'n')).toEqual(['#r1', '#n1', '#r2'])
  expect(only(feedMarks(world, 'Boris'), 's', 'n')).toEqual(['#n2', '#s1'])
  // No note, no message of the client's own and no description among the agents' messages.
  expect(only(chatMarks(anna), 'r', 'n', 'a', 'b', 's')).toEqual(['#r1', '#r2'])
  expect(only(chatMarks(anna), 'j')).toEqual(['#j1'])
  expect(chatMarks(boris)).toEqual(['#s1'])
  expect(tasksNamed(world, 'Anna')).toHaveLength(1)
  expect(tasksNamed(world, 'Boris')).toHaveLength(1)
  expect(world.planfix.tasks).toHaveLength(2)
  expect(world.planfix.contacts.filter((contact) => !contact.isDeleted)).toHaveLength(2)
  // Nothing of ours is sent a second time through a hosted channel bound to the task (switch rest-comment-pushed).
  expect(world.planfix.pushedThroughHostedChannel).toEqual([])
}

/** State of the Planfix side as the interface shows it. */
export const planfixState = async (world: World) => {
  const state = sidesOf(world.app)[0]?.planfix
  if (!state) throw new Error('there is no connection')
  return state
}

/** Calls to Planfix since the `n`-th, as `METHOD /path`. */
export const callsSince = (planfix: PlanfixSimulator, n: number): string[] =>
  planfix.server.requests.slice(n).map((call) => `${call.method} ${call.path.replace('/rest', '')}`)

export { plain }
