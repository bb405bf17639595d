import type { Task, Visitor } from './simulators.ts'
import { until, type World } from './world.ts'

const ANA = 5
const JULIA = 6

/** The people in the interface after `playToday`. */
export interface Today {
  anna: { visitor: Visitor; task: Task }
}

/**
 * A few real conversations over the bridge, so that the log has fresh messages of every kind: replies under
 * employees' names, an internal note, one typed in Chatra, a client who has left, and a reply that Chatra refuses.
 */
export async function playToday(world: World): Promise<Today> {
  const { chatra, planfix } = world
  const anna = await opens(
    world,
    'Anna Marin',
    'anna@example.com',
    'Hello! Do you have the red shoes in size 38?',
  )
  await replies(world, anna, ANA, 'Good morning! Yes, two pairs are left.')
  await anna.visitor.says('Thank you! Which card do you take?')
  await planfix.replies(anna.task.id, ANA, 'She bargains; five per cent at the most.', {
    recipients: ['user:7'],
  })
  await replies(world, anna, JULIA, 'Any card, also at the door.')

  const ion = await opens(world, 'Ion Munteanu', 'ion@example.com', 'Do you deliver to Balti?')
  await chatra.agentSays(ion.visitor.clientId, 'Yes, within two days. Our driver calls you first.')

  const victor = await opens(world, 'Victor Lupu', 'victor@example.com', 'Hi, where is my order 1007?')
  // Also when it is sent under the general name.
  await chatra.fault({ kind: 'status', status: 400, method: 'POST', path: '^/api/messages/?$' })
  await planfix.replies(victor.task.id, JULIA, 'It is on its way and arrives tomorrow.')
  await until('the refusal', async () => {
    const filter = { conversationId: await conversationOf(world, 'Victor'), states: ['failed' as const] }
    return (await world.call('log.page', { filter, fromId: null, limit: 1 })).rows[0]
  })
  await chatra.clearFaults()

  const elena = await opens(world, 'Elena Popa', 'elena@example.com', 'I would like to return a dress.')
  await elena.visitor.leaves()
  await replies(world, elena, ANA, 'Of course. Within 14 days, with the label on it.')
  return { anna }
}

async function conversationOf(world: World, name: string): Promise<number> {
  const { conversations } = await world.call('conversations.find', { text: name, limit: 1 })
  return conversations[0]?.id ?? 0
}

async function opens(world: World, name: string, email: string, text: string) {
  const visitor = await world.chatra.visit({ name, email })
  await visitor.says(text)
  const task = await until(`the task of ${name}`, async () =>
    (await world.planfix.tasks()).find((one) => one.name === `${name} (Chatra)`),
  )
  return { visitor, task }
}

async function replies(
  world: World,
  { visitor, task }: { visitor: Visitor; task: Task },
  employee: number,
  text: string,
): Promise<void> {
  await world.planfix.replies(task.id, employee, text)
  await until(`the reply "${text}"`, async () =>
    [...(await visitor.sees()), ...(await visitor.mailed())].some((seen) => seen.includes(text)),
  )
}
