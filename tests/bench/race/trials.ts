import { setTimeout as pause } from 'node:timers/promises'
import { type Stage, type Start, startStage, until, visitors } from '../bench-server.ts'
import { Arrivals } from '../flow/arrivals.ts'
import { type FlowReport, measureFlow, say } from '../flow/flow.ts'
import { countFaults, type Faults } from '../flow/marks.ts'
import { rssMb } from '../measure.ts'

export const TALKS = 50
export const KILLS = 3
export const OUTAGE_SECONDS = 20
/** Whether Chatra posts an event again that was not answered 200 is not known: contracts/chatra.md, `webhook-retry`. */
export type Retry = 'none' | 'on-non-200'

/** As `npm run bench -- flow` with half the messages, and the resident memory five seconds after the start, in MB. */
export async function speedOf(start: Start): Promise<FlowReport & { rssAtRest: number }> {
  const stage = await startStage(start)
  try {
    await pause(5000)
    const rssAtRest = rssMb(stage.server.child.pid)
    return { ...(await measureFlow(stage, { talks: TALKS, messages: 100 })), rssAtRest }
  } finally {
    await stage.end()
  }
}

/** Killed in the middle of a flood and started again at once, three times. Chatra repeats what was not answered. */
export const killed = (start: Start): Promise<Faults> =>
  faultsIn(start, 'on-non-200', 100, async (stage, ids, arrivals) => {
    await say(stage, ids, 1, 99)
    for (let kill = 1; kill <= KILLS; kill++) {
      const enough = (TALKS * 100 * kill) / (KILLS + 1)
      await until('the moment of a kill', async () => (await arrivals.messages()) >= enough, PATIENT)
      await stage.restart()
    }
  })

/**
 * Every client writes a message a second for 40 seconds. For 20 of them Planfix is away: it carries out twenty comments
 * and cuts their connections before it answers, then answers 500, then cuts connections at once.
 */
export const inOutage = (start: Start, retry: Retry): Promise<Faults> =>
  faultsIn(start, retry, 40, async (stage, ids) => {
    const begun = performance.now()
    const fault = (rule: object) => stage.planfix.post('fault', rule)
    const first = 10
    for (let n = 1; n < 40; n++) {
      if (n === first) {
        await fault({ kind: 'reset-after-write', path: '/comments/$', times: 20 })
        await fault({ kind: 'status', status: 500 })
      }
      if (n === first + OUTAGE_SECONDS / 2) {
        await stage.planfix.post('clearFaults')
        await fault({ kind: 'reset-before-write' })
      }
      if (n === first + OUTAGE_SECONDS) await stage.planfix.post('clearFaults')
      await say(stage, ids, n, 1)
      await pause(Math.max(0, begun + n * 1000 - performance.now()))
    }
  })

const PATIENT = { patienceMs: 180_000, pauseMs: 20 }

/** Each client writes `messages`: the first before the trouble, so that all have a task. */
async function faultsIn(
  start: Start,
  retry: Retry,
  messages: number,
  trouble: (stage: Stage, ids: readonly string[], arrivals: Arrivals) => Promise<void>,
): Promise<Faults> {
  const stage = await startStage(start, ['--no-recording', '--chatra-switch', `webhook-retry=${retry}`])
  try {
    const arrivals = new Arrivals(stage)
    const ids = await visitors(stage, TALKS)
    await say(stage, ids, 0, 1)
    await until('the tasks', async () => (await arrivals.messages()) >= TALKS, PATIENT)
    await trouble(stage, ids, arrivals)
    await settled(stage, arrivals, TALKS * messages)
    return countFaults(arrivals.comments, { talks: TALKS, messages })
  } finally {
    await stage.end()
  }
}

/**
 * Until Chatra has no event left and nothing has changed in Planfix for 3 seconds, or for 30 while messages are missing:
 * longer than any program here waits before it tries again.
 */
async function settled(stage: Stage, arrivals: Arrivals, expected: number): Promise<void> {
  let changed = Date.now()
  let before = -1
  const calm = async () => {
    const arrived = await arrivals.messages()
    const { webhooks } = await stage.chatra.get<{ webhooks: { pending: number } }>('summary')
    if (arrivals.comments.length !== before || webhooks.pending > 0) changed = Date.now()
    before = arrivals.comments.length
    return Date.now() - changed > (arrived >= expected ? 3000 : 30_000)
  }
  await until('the end of all work', calm, { patienceMs: 300_000, pauseMs: 200 })
}
