import { setTimeout as pause } from 'node:timers/promises'
import type { DataPlace } from '../../src/main/cli/running.ts'
import { openAnyStore } from '../../src/main/runtime/any-store.ts'
import type { LogPlace } from '../../src/main/store/index.ts'
import { control, type SimulatorsReady } from './processes.ts'

/** One visitor's conversation and all texts in it, each with a unique mark. */
export interface Talk {
  name: string
  clientId: string
  taskId: number | null
  /** What the client and the agents said in Chatra, in order. */
  said: string[]
  /** Comments of employees that the client should receive, in order. */
  replies: string[]
  /** Comments that the client must never see. */
  notes: string[]
}
export interface StormReport {
  talks: Talk[]
  /** Milliseconds from the start of a process to its ready line. */
  startUps: number[]
  killsWhileStarting: number
  restarts: number
  /** Marks whose webhook was answered 200 at least once. */
  accepted: Set<string>
  /** Marks of replies of which at least one echo was answered 200. */
  echoed: Set<string>
  /** The feed of each conversation's task as one text, in the order of its comments. */
  feeds: Map<string, string>
  /** How often each conversation's task says why a comment stayed inside; not part of `feeds`, as it quotes the comment. */
  hints: Map<string, number>
  /** The chat of each conversation as one text. */
  chats: Map<string, string>
  contacts: string[]
  tasks: string[]
  violations: unknown[]
  /** Texts of replies that the log shows as uncertain. */
  uncertain: string[]
  /** Messages that are neither delivered nor skipped, for failure messages. */
  unsettled: string[]
}

export const people = ({ chatra, planfix }: SimulatorsReady) => ({
  chatra: control(chatra.url),
  planfix: control(planfix.url),
})

export async function begin(n: number, chatra: ReturnType<typeof control>): Promise<Talk> {
  const name = `Visitor ${n + 1}.`
  const { clientId } = await chatra.post<{ clientId: string }>('visit', { name })
  return { name, clientId, taskId: null, said: [], replies: [], notes: [] }
}

/** Clients write, agents answer in Chatra, employees in Planfix, and some employees write internal notes. */
export async function keepTalking(
  talks: Talk[],
  simulators: SimulatorsReady,
  chance: () => number,
  paceMs: number,
  stop: AbortSignal,
): Promise<void> {
  const { chatra, planfix } = people(simulators)
  for (let n = 0; !stop.aborted; n++) {
    const talk = talks[Math.floor(chance() * talks.length)]
    if (!talk) throw new Error('nobody talks')
    const what = talk.said.length === 0 ? 0 : chance()
    const mark = `<${talk.clientId.slice(0, 4)}-${n}>`.replace(/[<>]/g, '#')
    if (what < 0.6) {
      talk.said.push(mark)
      await chatra.post('say', { clientId: talk.clientId, text: `Client says ${mark}` })
    } else if (what < 0.72) {
      talk.said.push(mark)
      await chatra.post('agentSays', { clientId: talk.clientId, text: `Agent says ${mark}` })
    } else await comment(talk, mark, what > 0.93, planfix)
    await pause(paceMs * (0.5 + chance()))
  }
}

async function comment(
  talk: Talk,
  mark: string,
  internal: boolean,
  planfix: ReturnType<typeof control>,
): Promise<void> {
  talk.taskId ??= await taskOf(talk, planfix)
  if (talk.taskId === null) return
  const by = { taskId: talk.taskId, userId: 5 }
  if (!internal) {
    talk.replies.push(mark)
    await planfix.post('employeeComments', { ...by, html: `<p>Employee says ${mark}</p>` })
    return
  }
  talk.notes.push(mark)
  const hidden = talk.notes.length % 2 === 0
  const html = `<p>Between us ${mark}</p>`
  await planfix.post('employeeComments', {
    ...by,
    html,
    ...(hidden ? { hidden } : { recipients: ['user:6'] }),
  })
}

interface FlatTask {
  id: number
  name: string
}
async function taskOf(talk: Talk, planfix: ReturnType<typeof control>): Promise<number | null> {
  const tasks = await planfix.get<FlatTask[]>('tasks')
  return tasks.find((task) => task.name.startsWith(talk.name))?.id ?? null
}

/**
 * Until everything has arrived (an interrupted reply waits 30 s for its echo), or 75 s have passed; then until
 * nothing changes for two seconds.
 */
export async function calm(
  talks: Talk[],
  simulators: SimulatorsReady,
  place: DataPlace,
  connection = 'shop',
): Promise<void> {
  const until = Date.now() + 75_000
  await people(simulators).chatra.post('flush')
  let before = ''
  while (Date.now() < until) {
    const now = await readServices(talks, simulators)
    const uncertain = (await readLog(place, connection)).uncertain.join('\n')
    const arrived = talks.every(
      ({ name, said, replies }) =>
        said.every((mark) => !now.accepted.has(mark) || now.feeds.get(name)?.includes(mark)) &&
        replies.every((mark) => now.chats.get(name)?.includes(mark)),
    )
    const picture = JSON.stringify([...now.feeds, ...now.hints, ...now.chats, uncertain])
    if (arrived && picture === before) return
    before = picture
    await pause(2000)
  }
}

type FromServices = Pick<
  StormReport,
  'accepted' | 'echoed' | 'feeds' | 'hints' | 'chats' | 'contacts' | 'tasks' | 'violations'
>

export async function readServices(
  talks: readonly Talk[],
  simulators: SimulatorsReady,
): Promise<FromServices> {
  const { chatra, planfix } = people(simulators)
  const webhooks = await chatra.get<{ status?: number; body: unknown }[]>('webhooks')
  const answered = JSON.stringify(webhooks.filter((one) => one.status === 200).map((one) => one.body))
  const tasks = await planfix.get<FlatTask[]>('tasks')
  const feeds = new Map<string, string>()
  const hints = new Map<string, number>()
  const chats = new Map<string, string>()
  for (const talk of talks) {
    const own = tasks.filter((task) => task.name.startsWith(talk.name))
    const comments = await Promise.all(
      own.map((task) =>
        planfix.get<{ description: string; isDeleted: boolean }[]>('comments', { taskId: task.id }),
      ),
    )
    const shown = comments.flat().filter((one) => !one.isDeleted)
    const texts = shown.map((one) => one.description)
    feeds.set(talk.name, texts.filter((text) => !isHint(text)).join('\n'))
    hints.set(talk.name, texts.filter(isHint).length)
    const chat = await chatra.get<{ text: string }[]>('messages', { clientId: talk.clientId })
    chats.set(talk.name, chat.map((message) => message.text).join('\n'))
  }
  return {
    accepted: new Set(talks.flatMap((talk) => talk.said).filter((mark) => answered.includes(mark))),
    echoed: new Set(talks.flatMap((talk) => talk.replies).filter((mark) => answered.includes(mark))),
    feeds,
    hints,
    chats,
    contacts: (await planfix.get<{ name: string }[]>('contacts')).map((contact) => contact.name),
    tasks: tasks.map((task) => task.name),
    violations: await planfix.get<unknown[]>('violations'),
  }
}

const isHint = (text: string): boolean => text.includes('does not see this comment')

/** The latest state of each message, as the live log has it. */
export async function readLog(
  { dataDir: dir, database }: DataPlace,
  connection = 'shop',
): Promise<Pick<StormReport, 'uncertain' | 'unsettled'>> {
  const store = await openAnyStore({ dir, database, shared: true })
  const isOurs = (line: { connection: string }) => line.connection === connection
  const latest = new Map<string, { state: string; line: string; text: string }>()
  for (let place: LogPlace | null = null; ; ) {
    const page = await store.logAfter(place, 1000)
    for (const { id, direction, state, reason, text } of page.lines.filter(isOurs)) {
      latest.set(id, { state, text, line: `${id} ${direction} ${state} ${reason ?? ''} ${text}` })
    }
    if (page.lines.length === 0) break
    place = page.place
  }
  await store.close()
  const all = [...latest.values()]
  return {
    uncertain: all.filter((one) => one.state === 'uncertain').map((one) => one.text),
    unsettled: all.filter((one) => !['delivered', 'skipped'].includes(one.state)).map((one) => one.line),
  }
}
