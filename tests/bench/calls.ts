import { type Bench, startBench, until } from './bench-server.ts'
import type { Row } from './measure.ts'

/** (a) Calls of the bridge to both services, counted by the simulators. */
export async function callRows(): Promise<Row[]> {
  // No poll occurs while calls are counted; Planfix's scenario reports a reply.
  const bench = await startBench({ simulators: [], planfix: { pollSeconds: 3600 } })
  try {
    await bench.planfix.post('scenarioUrl', { url: bench.hooks.replace(/chatra$/, 'planfix') })
    return [...(await chatRows(bench)), ...(await replyRows(bench))]
  } finally {
    await bench.end()
  }
}

interface Call {
  n: number
  method: string
  path: string
}
const asked = (bench: Bench) => bench.planfix.get<Call[]>('requests')
const chatCalls = (bench: Bench) => bench.chatra.get<Call[]>('requests')
const feedOf = (bench: Bench, taskId: number) =>
  bench.planfix.get<{ description: string }[]>('comments', { taskId })

/** Waits until no call has been made for a second and a half. */
async function quiet(bench: Bench): Promise<void> {
  for (let before = -1; ; ) {
    const now = (await asked(bench)).length + (await chatCalls(bench)).length
    if (now === before) return
    before = now
    await new Promise((resolve) => setTimeout(resolve, 1500))
  }
}

async function chatRows(bench: Bench): Promise<Row[]> {
  const { clientId } = await bench.chatra.post<{ clientId: string }>('visit', {})
  const say = (body: object) => bench.chatra.post('say', { clientId, ...body })
  await say({ text: 'The first message' })
  await until('the task', async () => (await asked(bench)).some((call) => call.path === '/rest/task/'))
  const first = (await asked(bench)).findIndex((call) => call.path === '/rest/task/') + 1
  const [task] = await bench.planfix.get<{ id: number; description: string }[]>('tasks')
  const visible = task?.description.includes('The first message') === true

  await quiet(bench)
  const seen = async (text: string) =>
    (await feedOf(bench, task?.id ?? 0)).some((comment) => comment.description.includes(text))
  const further: number[] = []
  for (const text of ['The second message', 'The third message', 'The fourth message']) {
    const before = (await asked(bench)).length
    await say({ text })
    await until(text, () => seen(text))
    await quiet(bench)
    further.push((await asked(bench)).length - before)
  }

  const before = (await asked(bench)).length
  await say({ texts: Array.from({ length: 20 }, (_, n) => `Joined ${n};`) })
  await until('the joined messages', () => seen('Joined 19;'))
  await quiet(bench)
  const joined = (await asked(bench)).length - before
  const most = Math.max(...further)
  return [
    row('new anonymous chat: calls until the task shows the first message', visible ? first : Number.NaN, 2),
    row('each further message: calls', most, 1, Math.min(...further) === 1 && most === 1),
    row('20 messages at once: calls', joined, 19),
  ]
}

async function replyRows(bench: Bench): Promise<Row[]> {
  const [task] = await bench.planfix.get<{ id: number }[]>('tasks')
  const reply = (html: string) =>
    bench.planfix.post('employeeComments', { taskId: task?.id, userId: 5, html })
  // The first one also brings the first poll; the next poll is an hour away.
  await reply('<p>The first reply</p>')
  await new Promise((resolve) => setTimeout(resolve, 7000))
  await quiet(bench)
  const before = { planfix: (await asked(bench)).length, chatra: (await chatCalls(bench)).length }
  await reply('<p>A reply</p>')
  await until('the reply', async () => (await chatCalls(bench)).length > before.chatra)
  await quiet(bench)
  const planfix = (await asked(bench)).slice(before.planfix)
  const chatra = (await chatCalls(bench)).slice(before.chatra)
  return [
    row('a reply: calls to Chatra', chatra.length, 1),
    row(
      'a reply told by a scenario: calls to Planfix (lists)',
      planfix.every((call) => call.path.endsWith('/list')) ? planfix.length : Number.NaN,
      1,
    ),
  ]
}

/** Calls of a connection with one open task in `polls` polls of one second, after `quietMs` without activity. */
export async function idleRow(quietMs: number, polls: number): Promise<Row> {
  const bench = await startBench({ simulators: [], planfix: { pollSeconds: 1 } })
  try {
    const { clientId } = await bench.chatra.post<{ clientId: string }>('visit', { name: 'Anna' })
    await bench.chatra.post('say', { clientId, text: 'Hello' })
    await until('the task', async () => (await bench.planfix.get<unknown[]>('tasks')).length === 1)
    await new Promise((resolve) => setTimeout(resolve, quietMs))
    const before = (await asked(bench)).length
    await new Promise((resolve) => setTimeout(resolve, polls * 1000))
    const calls = (await asked(bench)).length - before
    return row(`idle connection: calls in the time of ${polls} polls`, calls, polls)
  } finally {
    await bench.end()
  }
}

const row = (metric: string, measured: number, most: number, met = measured <= most): Row => ({
  topic: 'calls',
  metric,
  measured: String(measured),
  target: `<= ${most}`,
  met,
})
