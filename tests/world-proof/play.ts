import { createHash } from 'node:crypto'
import { quieten } from './life.ts'
import { People } from './people.ts'
import { type Action, isTrouble, type Story } from './story.ts'
import { bring } from './troubles.ts'
import { BEGINS, World } from './world.ts'

const CAUGHT_UP_MS = 11 * 60_000
/** `src/main/planfix/limits/quota-plan.ts` updates every ten minutes, and a stale header can be as old. */
const RESERVE_LOOK_MS = 21 * 60_000
const SECOND = 1000
const MINUTE = 60 * SECOND
/** An action that needs a task retries this often, and waits this long each time. */
const MOST_WAITS = 12
const WAIT_MS = 5 * SECOND
/** After the last action the faults continue for this long before they end. */
const AFTERMATH_MS = 30 * SECOND
const QUIET_FOR_MS = 3 * MINUTE
const LONGEST_QUIETING_MS = 40 * MINUTE

export interface Played {
  world: World
  /** Work that never ended; empty when all did. */
  open: string[]
  /** The same for the same story. */
  hash: string
  healedAt: number
}

/** Plays a story from its beginning until all work has ended. Close the world afterwards. */
export async function play(story: Story): Promise<Played> {
  const world = await World.open(story)
  const loud = quieten(world.clock)
  try {
    const people = new People(world)
    const perform = (action: Action, waits = 0): void => {
      const done = isTrouble(action) ? bring(world, action) : people.perform(action)
      world.note(`${done === 'done' ? '' : `(${done}) `}${JSON.stringify(action)}`)
      if (done === 'later' && waits < MOST_WAITS) world.clock.after(WAIT_MS, () => perform(action, waits + 1))
    }
    for (const action of story.actions) world.clock.after(action.at, () => perform(action))
    void world.boot()
    const last = Math.max(0, ...story.actions.map(({ at }) => at))
    await world.clock.runUntil(BEGINS + last + AFTERMATH_MS)
    const healedAt = world.clock.now()
    await heal(world)
    const open = await comeToRest(world)
    const hash = createHash('sha256').update(world.trace.join('\n')).digest('hex').slice(0, 16)
    return { world, open, hash, healedAt }
  } finally {
    loud()
  }
}

/** Both services work, the bridge runs, and a transcript at the visit's end contains what lost webhooks contained. */
async function heal(world: World): Promise<void> {
  const { clock, faults, webhooks, planfix, shops } = world
  world.note('everything is well again')
  world.crashes = []
  world.breaksWithReply = null
  faults.clear()
  webhooks.clear()
  world.storage.isWell()
  planfix.limits.dailyLimit = Number.POSITIVE_INFINITY
  await clock.runUntil(clock.now() + 5 * SECOND)
  for (let wait = 0; wait < 600 && !(world.life?.app && !world.life.asleep); wait++) {
    await clock.runUntil(clock.now() + SECOND)
  }
  await clock.runUntil(clock.now() + 40 * SECOND)
  // When a day's quota was nearly used up, the bridge learns of the new quota only at its next request.
  if (world.story.actions.some((action) => action.do === 'quota'))
    await clock.runUntil(clock.now() + RESERVE_LOOK_MS)
  // By the Chat API edits, deletions and lost calls are found in the next round of catching up.
  if (world.story.settings.chat) await clock.runUntil(clock.now() + CAUGHT_UP_MS)
  for (const { chatra } of shops) {
    chatra.setSwitch('leave-signal', 'transcript')
    chatra.setSwitch('transcript-timing', 'on-leave')
    chatra.setSwitch('transcript-repeat', 'all-messages')
  }
  for (const [index, { visitor }] of world.devices.entries()) {
    if (!world.truth.said.some(({ device }) => device === index)) continue
    if (!visitor.present) visitor.comesBack()
    const n = 9000 + index
    visitor.says(`Goodbye ${n} #c${n}`)
    world.truth.said.push({ mark: `#c${n}`, device: index, at: clock.now() })
    await clock.runUntil(clock.now() + 2 * SECOND)
    visitor.leaves()
  }
}

/** Runs until nothing waits any more. Returns what still waits after too long. */
async function comeToRest(world: World): Promise<string[]> {
  const { clock } = world
  const until = clock.now() + LONGEST_QUIETING_MS
  let quietSince = clock.now()
  for (;;) {
    await clock.runUntil(clock.now() + 5 * SECOND)
    const open = await waiting(world)
    if (open.length > 0) quietSince = clock.now()
    if (clock.now() - quietSince >= QUIET_FOR_MS) return []
    if (clock.now() > until) return open
  }
}

/** Work in progress or waiting, in words. */
async function waiting(world: World): Promise<string[]> {
  const { life } = world
  const store = life?.store
  if (!store || life.dead || life.asleep) return ['the bridge does not run']
  const open: string[] = []
  for (const { id, chatra } of world.shops) {
    if (Number((chatra.summary().webhooks as { pending: number }).pending) > 0) open.push(`webhooks of ${id}`)
  }
  if ((await store.inboxPending(1)).length > 0) open.push('the inbox')
  for (const { conversationId, queue } of await store.queuesWithWork()) {
    if (queue !== 'jobs') {
      open.push(...(await openMessages(world, conversationId, queue)))
      continue
    }
    for (const job of await store.jobs(conversationId)) {
      if (job.kind === 'leave-check' || job.kind === 'verify') continue
      // Planfix learns what became of a reply when its owner knows.
      if (job.kind === 'tick') {
        const parts = await store.messagesByChannel(job.connectionId, job.key)
        if (parts.some(({ state }) => state === 'uncertain')) continue
      }
      open.push(`conversation ${conversationId}: job ${job.kind} ${job.key}`)
    }
  }
  return open
}

async function openMessages(world: World, id: number, queue: 'planfix' | 'chatra'): Promise<string[]> {
  const store = world.life?.store
  if (!store) return []
  const conversation = await store.conversation(id)
  const messages = await store.waiting(id, queue === 'planfix' ? 'to-planfix' : 'to-chatra', 100)
  const isUnclear = async (messageId: number | null) =>
    messageId !== null && (await store.message(messageId))?.state === 'uncertain'
  // What its owner was told of waits for the owner, and so do the changes of it.
  const isForOwner = await Promise.all(
    messages.map(async ({ state, targetId }) => state === 'uncertain' || (await isUnclear(targetId))),
  )
  const open = messages
    .filter((_message, index) => !isForOwner[index])
    .map(({ text, state, reason }) => `conversation ${id}: "${text}" is ${state} (${reason ?? ''})`)
  if (queue === 'planfix' && conversation?.attempt)
    open.push(`conversation ${id}: a ${conversation.attempt.kind} is under way`)
  return open
}
