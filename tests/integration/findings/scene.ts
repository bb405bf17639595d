import type { SimComment } from '../../../src/simulators/planfix/state.ts'
import { World, type WorldOptions } from '../../support/world.ts'

/**
 * Scenes of the audit, played against the simulators; actions of people in Planfix change the simulated account
 * directly.
 */

export type Visitor = ReturnType<World['chatra']['visit']>

export async function inWorld(options: WorldOptions, scene: (world: World) => Promise<void>): Promise<void> {
  const world = await World.start({ virtual: true, ...options })
  try {
    await scene(world)
  } finally {
    await world.stop()
  }
}

/** A client whose first message has become a task. */
export async function inTalk(
  world: World,
  who: Parameters<World['chatra']['visit']>[0],
  first = 'Hello',
): Promise<{ visitor: Visitor; taskId: number; cardId: number }> {
  const before = new Set(world.planfix.tasks.map((task) => task.id))
  const visitor = world.chatra.visit(who)
  visitor.says(first)
  const task = await world.until('a task', () => world.planfix.tasks.find((one) => !before.has(one.id)))
  await settle(world)
  return { visitor, taskId: task.id, cardId: Number(task.counterparty?.replace('contact:', '')) }
}

/** Until no work is in progress, except what waits for a person. */
export async function settle(world: World): Promise<void> {
  await world.chatra.flush()
  await world.app.settled()
  await world.until('nothing is under way', async () => {
    const open = (await world.messages()).filter(({ state }) => ['queued', 'sending'].includes(state))
    return open.length === 0
  })
}

export const pass = (world: World, ms: number): Promise<void> =>
  new Promise((resolve) => void world.clock.after(ms, resolve))

/** The watcher has read everything at least twice. */
export const looked = (world: World): Promise<void> => pass(world, 8000)

export function change(world: World, comment: SimComment, fields: Partial<SimComment>): void {
  Object.assign(comment, fields)
  const task = world.planfix.task(comment.taskId ?? 0)
  if (!task) throw new Error('the comment stands in no task')
  task.updatedAt = world.clock.now()
}

export const texts = (world: World, taskId: number): string[] =>
  world.planfix
    .comments(taskId)
    .filter((one) => !one.isDeleted)
    .map((one) => one.description)

export const count = (list: readonly string[], part: string): number =>
  list.filter((one) => one.includes(part)).length

/** Every text that an agent's message ever had in this chat, edits included. */
export function everSent(world: World): string[] {
  return world.chatra.server.requests
    .filter(({ method, path }) => method !== 'GET' && path.startsWith('/api/messages'))
    .map(({ body }) => String((body as { text?: string } | undefined)?.text ?? ''))
}

export const messageOf = async (world: World, part: string) =>
  (await world.messages())
    .filter((one) => one.text.includes(part) && one.kind === 'text' && one.author.kind !== 'bridge')
    .at(-1)
