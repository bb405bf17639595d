import { DayWorld } from './day/world.ts'
import { note } from './host.ts'
import { type Row, round } from './measure.ts'

/** Nine in the morning in the account's zone (+02:00), a Monday. */
const MORNING = Date.UTC(2026, 0, 5, 7, 0, 7)
const MINUTE = 60_000
const CHATS = 10
const WAITING = 50

/** Milliseconds from the recovery until the first waiting message is in Planfix, and until the last one is. */
interface Recovery {
  first: number
  last: number
}

/**
 * Planfix cannot be reached for `ms` while ten clients, who have tasks, write fifty messages; then it works again.
 */
async function afterOutage(ms: number): Promise<Recovery> {
  const world = await DayWorld.start({ start: MORNING })
  try {
    const { clock, planfix, chatras } = world
    const pass = (time: number) => clock.runUntil(clock.now() + time)
    const visitors = Array.from({ length: CHATS }, (_, n) => chatras[0]!.visit({ name: `Client ${n}` }))
    for (const visitor of visitors) visitor.says('Hello')
    await pass(3 * MINUTE)
    if (planfix.tasks.length !== CHATS) throw new Error(`${planfix.tasks.length} tasks of ${CHATS}`)

    const healsAt = clock.now() + ms
    planfix.server.faults.add({ kind: 'reset-before-write' })
    for (let n = 0; n < WAITING; n++) {
      visitors[n % CHATS]!.says(`waits ${n}.`)
      await pass(ms / 2 / WAITING)
    }
    await clock.runUntil(healsAt)
    planfix.server.faults.clear()

    const arrived = () => {
      const texts = planfix.tasks.flatMap(({ id }) => planfix.comments(id)).map((one) => one.description)
      return new Set(texts.flatMap((text) => text.match(/waits \d+\./g) ?? [])).size
    }
    const until = async (count: number) => {
      while (arrived() < count) {
        if (clock.now() > healsAt + 60 * MINUTE)
          throw new Error(`${arrived()} of ${WAITING} arrived in an hour`)
        await pass(100)
      }
      return clock.now() - healsAt
    }
    return { first: await until(1), last: await until(WAITING) }
  } finally {
    await world.stop()
  }
}

/** At one request a second, the limit of an account; messages of a client that waited together share a comment. */
export async function outageRows(): Promise<Row[]> {
  const rows: Row[] = []
  for (const [name, ms] of [
    ['20 s', 20_000],
    ['5 min', 5 * MINUTE],
  ] as const) {
    const { first, last } = await afterOutage(ms)
    const topic = `after an outage of ${name}, ${WAITING} messages waiting`
    const seconds = (value: number) => `${round(value / 1000, 1)} s`
    rows.push(
      {
        topic,
        metric: 'from healing to the first message out',
        measured: seconds(first),
        target: '<= 10 s',
        met: first <= 10_000,
      },
      note(topic, 'from healing to the last message out', seconds(last)),
    )
  }
  return rows
}
