import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { Application } from '../../src/main/runtime/application.ts'
import { loadConfiguration } from '../../src/main/settings/config-file.ts'
import { control, hookAddress, startSimulators, writeConfig } from '../crash/processes.ts'
import { HOSTILE_HTML, HOSTILE_TEXTS } from '../support/hostile.ts'
import { until } from './bench-server.ts'
import { type Row, round } from './measure.ts'

const MESSAGE = 8_900
const COMMENT = 60_000
const POLLS_MS = 6_000

/**
 * How long the event loop is blocked while a visitor and an employee write text that is slow to parse, and the feed
 * is read again.
 */
export async function hostileRows(): Promise<Row[]> {
  const dir = await mkdtemp(join(tmpdir(), 'bench-hostile-'))
  const simulators = await startSimulators(['--no-recording'])
  try {
    const config = await writeConfig(dir, simulators.ready, { planfix: { pollSeconds: 1 } })
    const loaded = loadConfiguration(config, dir)
    if (!loaded.ok) throw new Error(loaded.problems.join('\n'))
    const nothing = () => undefined
    const app = await Application.open({
      configuration: loaded.value,
      secrets: {
        get: async (_id, name) =>
          name === 'PLANFIX_TOKEN' ? simulators.ready.planfix.token : simulators.ready.chatra.secretKey,
        whereToPut: (_id, name) => name,
      },
      dataDir: join(dir, 'data'),
      receiver: { host: '127.0.0.1', port: 0 },
      log: { info: nothing, warn: nothing, error: nothing },
    })
    try {
      await app.start()
      return [await worstPause(app, simulators.ready)]
    } finally {
      await app.stop()
    }
  } finally {
    await simulators.end()
    await rm(dir, { recursive: true, force: true })
  }
}

async function worstPause(
  app: Application,
  ready: { chatra: { url: string }; planfix: { url: string } },
): Promise<Row> {
  const [chatra, planfix] = [control(ready.chatra.url), control(ready.planfix.url)]
  await chatra.post('webhookUrl', { url: hookAddress(app.hooksUrl) })
  const { clientId } = await chatra.post<{ clientId: string }>('visit', { name: 'Anna' })
  await chatra.post('say', { clientId, text: 'Hello' })
  const tasks = () => planfix.get<{ id: number }[]>('tasks')
  await until('the task', async () => (await tasks()).length === 1)
  const taskId = (await tasks())[0]?.id
  // Counted in the file a few times a second: reading the texts as well would block the event loop too.
  const database = new Database(join(app.dataDir, 'bridge.sqlite'), { readonly: true })
  const count = database.prepare(
    "SELECT count(*) AS n FROM messages WHERE direction = ? AND state = 'delivered'",
  )
  const delivered = async (direction: string) => {
    await new Promise((resolve) => setTimeout(resolve, 200))
    return (count.get(direction) as { n: number }).n
  }
  // Code that runs for the first time is slow for other reasons.
  await planfix.post('employeeComments', { taskId, userId: 5, html: '<p>Good day</p>' })
  await until('the first reply', async () => (await delivered('to-chatra')) === 1)

  const turns = watchTurns()
  const said = Object.values(HOSTILE_TEXTS).map((make, n) => `${make(MESSAGE).slice(0, MESSAGE)} ${n}`)
  for (const text of said) await chatra.post('say', { clientId, text })
  const written = Object.values(HOSTILE_HTML).map((make, n) => `${n} ${make(COMMENT).slice(0, COMMENT)}`)
  for (const [n, html] of written.entries()) {
    await planfix.post('employeeComments', { taskId, userId: 5, html })
    // At the pace of a person who pastes quickly, not all at once.
    if (n % 4 === 3) await until('the replies', async () => (await delivered('to-chatra')) > n)
  }
  await until('the messages', async () => (await delivered('to-planfix')) > said.length)
  await until('the replies', async () => (await delivered('to-chatra')) > written.length)
  await new Promise((resolve) => setTimeout(resolve, POLLS_MS))
  const worst = turns.stop()
  database.close()
  return {
    topic: 'hostile',
    metric: 'longest pause of the event loop while hostile texts are read',
    measured: `${round(worst)} ms`,
    target: '<= 50 ms',
    met: worst <= 50,
  }
}

/**
 * The longest event-loop turn in CPU time of this thread: the disk's time for a commit and the load of other programs
 * are not counted.
 */
function watchTurns(): { stop(): number } {
  let [worst, before, running] = [0, process.threadCpuUsage(), true]
  const look = () => {
    const { user, system } = process.threadCpuUsage(before)
    worst = Math.max(worst, (user + system) / 1000)
    before = process.threadCpuUsage()
    if (running) setImmediate(look)
  }
  setImmediate(look)
  return {
    stop() {
      running = false
      return worst
    },
  }
}
