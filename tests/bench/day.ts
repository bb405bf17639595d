import { withOpenTasks } from './day/open-tasks.ts'
import { type DayFigures, type DayPlan, playDay } from './day/play.ts'
import { DayWorld, type DayWorldOptions } from './day/world.ts'
import { quantile, type Row, round } from './measure.ts'

/** Nine in the morning in the account's zone (+02:00), a Monday. */
const MORNING = Date.UTC(2026, 0, 5, 7, 0, 7)

export interface Day extends DayPlan {
  name: string
  world?: Partial<DayWorldOptions>
  /** Tasks left open by the previous thirty days. */
  open?: number
  /** Maximum REST requests of the day; maximum seconds for replies, late replies and client messages. */
  wanted: { requests: number; reply?: [p50: number, p95: number]; late95?: number; client95?: number }
}

const smallPlan = { planfix: { dailyLimit: 20_000 } }

/** The days of the table, with the target of each (issues "The core" and "Chat API", "Must reach"). */
const DAYS: readonly Day[] = [
  { name: '20 chats', chats: 20, wanted: { requests: 4000, reply: [4.4, 8.7] } },
  { name: '100 chats', chats: 100, wanted: { requests: 9000, reply: [4.2, 9], late95: 15 } },
  { name: '100 chats, pollSeconds 15', chats: 100, world: { pollSeconds: 15 }, wanted: { requests: 5000 } },
  {
    name: '100 chats, told by a scenario',
    chats: 100,
    world: { scenario: true },
    wanted: { requests: 3500, reply: [1, 9] },
  },
  {
    name: '100 chats, Chat API',
    chats: 100,
    world: { chat: true },
    wanted: { requests: 1500, reply: [Number.POSITIVE_INFINITY, 1] },
  },
  {
    name: '100 chats, Chat API, of ten calls one is lost',
    chats: 100,
    world: { chat: true, chatLoss: 0.1 },
    // The rest is found by the catch-up, every five minutes.
    wanted: { requests: 1500, reply: [1, 300] },
  },
  {
    name: '100 chats, 2,200 tasks left open',
    chats: 100,
    open: 2200,
    world: { options: { completeWhenClientLeaves: false }, ...smallPlan },
    wanted: { requests: 9900, reply: [4.2, 9] },
  },
  {
    name: '400 chats in bursts of 20',
    chats: 400,
    burst: 20,
    world: smallPlan,
    wanted: { requests: 16_000, reply: [Number.POSITIVE_INFINITY, 30], client95: 20 },
  },
  {
    name: 'three connections on one account, 100 chats in all',
    chats: 100,
    world: { connections: 3 },
    wanted: { requests: 11_700 },
  },
]

async function measureDay(day: Day): Promise<{ figures: DayFigures; complaints: string[] }> {
  const { chats, burst, open = 0 } = day
  const world = await DayWorld.start({ start: MORNING, ...day.world }, async (world) => {
    if (open > 0) await withOpenTasks(world, open)
  })
  try {
    const figures = await playDay(world, { chats, ...(burst !== undefined && { burst }) })
    return { figures, complaints: [...world.complaints, ...world.planfix.violations] }
  } finally {
    await world.stop()
  }
}

const seconds = (values: readonly number[], share: number) => quantile(values, share) / 1000

/** Rows of the table for each day. */
export async function dayRows(days: readonly Day[] = DAYS): Promise<Row[]> {
  const rows: Row[] = []
  for (const day of days) rows.push(...rowsOf(day, (await measureDay(day)).figures))
  return rows
}

function rowsOf({ name, wanted }: Day, figures: DayFigures): Row[] {
  const { calls, replies } = figures
  const { rest, lists, feeds, chat } = calls
  const kinds = `${round(lists)} lists, ${round(feeds)} feeds for ${round(replies)} replies`
  const detail = `${round(rest)} (${kinds})${chat > 0 ? `, ${round(chat)} by the Chat API` : ''}`
  const upTo = (metric: string, value: number, most: number | undefined): Row => ({
    topic: name,
    metric,
    measured: `${round(value, 1)} s`,
    target: most !== undefined && Number.isFinite(most) ? `<= ${most} s` : null,
    met: most !== undefined && Number.isFinite(most) ? value <= most : null,
  })
  return [
    {
      topic: name,
      metric: 'requests of a day',
      measured: detail,
      target: `<= ${round(wanted.requests)}`,
      met: rest <= wanted.requests,
    },
    upTo('a reply takes, p50', seconds(figures.reply, 0.5), wanted.reply?.[0]),
    upTo('a reply takes, p95', seconds(figures.reply, 0.95), wanted.reply?.[1]),
    upTo('a reply takes, longest', seconds(figures.reply, 1), undefined),
    upTo('written after the client left, p95', seconds(figures.late, 0.95), wanted.late95),
    upTo('a client message takes, p95', seconds(figures.client, 0.95), wanted.client95),
    {
      topic: name,
      metric: 'lost, doubled',
      measured: `${figures.lost}, ${figures.doubled}`,
      target: '0, 0',
      met: figures.lost + figures.doubled === 0,
    },
    {
      topic: name,
      metric: 'commits of a message',
      measured: round(figures.commits / (figures.client.length + replies), 1),
      target: null,
      met: null,
    },
  ]
}
