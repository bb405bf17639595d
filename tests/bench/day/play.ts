import type { Visitor } from '../../../src/simulators/chatra/index.ts'
import { type Calls, type DayWorld, seeded } from './world.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

export interface DayPlan {
  chats: number
  /** This many chats begin within the same minute; 1 = evenly spread over the ten hours. */
  burst?: number
}

/** Every text by its mark, and the time it was written. */
interface Said {
  mark: string
  at: number
  /** A reply written after the client had left. */
  late: boolean
}

export interface DayFigures {
  calls: Calls
  replies: number
  lost: number
  doubled: number
  commits: number
  /** Milliseconds. */
  client: number[]
  reply: number[]
  late: number[]
}

const MESSAGES = 8
/** An employee answers after these messages of the client. */
const ANSWERED = new Set([1, 2, 4, 5, 7, 8])
/** Of a hundred chats, this many get one more reply after the client has left. */
const LATE_OF_100 = 7

/**
 * A business day from 9 to 19 and the night after it: each chat has eight client messages and six replies, most of
 * them within a quarter of an hour, and then the client leaves.
 */
export async function playDay(world: DayWorld, plan: DayPlan): Promise<DayFigures> {
  const { clock, planfix, chatras } = world
  const random = seeded(11)
  const said = { client: [] as Said[], reply: [] as Said[] }
  const visitors: { visitor: Visitor; n: number }[] = []
  const begin = clock.now()
  const between = (least: number, most: number) => least * (most / least) ** random()
  const burst = plan.burst ?? 1

  for (let n = 0; n < plan.chats; n++) {
    const slot = Math.floor(n / burst) * burst
    const spread = burst > 1 ? random() * MINUTE : (random() - 0.5) * ((10 * HOUR) / plan.chats)
    const begins = begin + Math.max(1000, ((slot + 0.5) / plan.chats) * (9.6 * HOUR) + spread)
    const chatra = chatras[n % chatras.length]!
    const name = `Client ${n}`
    // All random decisions are drawn beforehand, so that the same texts are written whatever the bridge does.
    const gaps = Array.from({ length: MESSAGES }, () => between(8_000, 120_000))
    const thinks = Array.from({ length: MESSAGES }, () => between(10_000, 90_000))
    const stays = between(30_000, 4 * MINUTE)
    const comesLate = random() * 100 < LATE_OF_100 ? between(2 * MINUTE, 60 * MINUTE) : null
    let visitor: Visitor | null = null
    const taskId = () => planfix.tasks.findLast((task) => task.name.startsWith(`${name} (Chatra)`))?.id

    const answer = (mark: string, late: boolean): void => {
      const id = taskId()
      // The employee answers what the task shows; without a task the employee waits.
      if (id === undefined) return void clock.after(5000, () => answer(mark, late))
      said.reply.push({ mark, at: clock.now(), late })
      planfix.employeeComments(id, 5 + (n % 2), `<p>Reply ${mark}</p>`)
    }
    let at = begins
    for (let k = 1; k <= MESSAGES; k++) {
      const mark = `#c${n}x${k}#`
      const written = at
      clock.after(written - begin, () => {
        visitor ??= chatra.visit({ name })
        if (k === 1) visitors.push({ visitor, n })
        said.client.push({ mark, at: clock.now(), late: false })
        visitor.says(`Message ${mark}`)
      })
      if (ANSWERED.has(k)) clock.after(written + thinks[k - 1]! - begin, () => answer(`#r${n}x${k}#`, false))
      at += gaps[k - 1]!
    }
    const left = at + 90_000 + stays
    clock.after(left - begin, () => visitor?.leaves())
    if (comesLate !== null) clock.after(left + comesLate - begin, () => answer(`#r${n}x99#`, true))
  }
  const before = world.calls()
  const commitsBefore = world.commits
  await clock.runUntil(begin + 24 * HOUR)
  const calls = world.calls()

  const inPlanfix = writtenInPlanfix(planfix)
  const arrivals = new Map<string, number[]>()
  for (const { visitor, n } of visitors) {
    for (const message of chatras[n % chatras.length]!.messages(visitor.clientId)) {
      for (const [mark] of message.text.matchAll(/#r\d+x\d+#/g))
        arrivals.set(mark, [...(arrivals.get(mark) ?? []), message.createdAt])
    }
  }
  const delays = (some: Said[], when: (mark: string) => number | undefined) =>
    some.flatMap(({ mark, at }) => {
      const arrived = when(mark)
      return arrived === undefined ? [] : [arrived - at]
    })
  const replyAt = (mark: string) => arrivals.get(mark)?.[0]
  const lost = [
    ...said.client.filter(({ mark }) => !inPlanfix.has(mark)),
    ...said.reply.filter(({ mark }) => !arrivals.has(mark)),
  ]
  return {
    calls: {
      rest: calls.rest - before.rest,
      lists: calls.lists - before.lists,
      feeds: calls.feeds - before.feeds,
      chat: calls.chat - before.chat,
    },
    replies: said.reply.length,
    lost: lost.length,
    doubled: [...inPlanfix.values(), ...arrivals.values()].filter((times) => times.length > 1).length,
    commits: world.commits - commitsBefore,
    client: delays(said.client, (mark) => inPlanfix.get(mark)?.[0]),
    reply: delays(
      said.reply.filter((one) => !one.late),
      replyAt,
    ),
    late: delays(
      said.reply.filter((one) => one.late),
      replyAt,
    ),
  }
}

/** Clients' texts by their marks, with the times of the requests that wrote them: tasks, comments, Chat API. */
function writtenInPlanfix({ server }: DayWorld['planfix']): Map<string, number[]> {
  const written = new Map<string, number[]>()
  for (const { method, path, body, time, answered } of server.requests) {
    if (method !== 'POST') continue
    const { description, cmd, message } = Object(body) as Record<string, string | undefined>
    const isRest = answered === 201 && /\/task\/(\d+\/comments\/)?$/.test(path)
    const isChat = answered === 200 && cmd === 'newMessage'
    const text = isRest ? description : isChat ? message : ''
    for (const [mark] of (text ?? '').matchAll(/#c\d+x\d+#/g))
      written.set(mark, [...(written.get(mark) ?? []), time])
  }
  return written
}
