import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { seededRandom } from '../../src/simulators/chatra/ids.ts'
import { freePort } from '../support/free-port.ts'
import {
  hookAddress,
  type Running,
  SECRET,
  type ServerReady,
  startServer,
  startSimulators,
  writeConfig,
} from './processes.ts'
import {
  begin,
  calm,
  keepTalking,
  people,
  readLog,
  readServices,
  type StormReport,
  type Talk,
} from './talks.ts'

export interface StormOptions {
  seed: number
  kills: number
  talks: number
  /** Milliseconds between two actions of people. */
  paceMs: number
  /** A PostgreSQL for the data, which is restarted as well. */
  database?: { url: string; stop(): void; start(): void }
}
/**
 * People write through the bridge while the server host is killed repeatedly; then nothing more happens until all
 * work is done, and both services are read. Nothing is retried by hand.
 */
export async function storm(options: StormOptions): Promise<StormReport> {
  const chance = seededRandom(options.seed)
  const between = (low: number, high: number) => low + chance() * (high - low)
  const dir = await mkdtemp(join(tmpdir(), 'kill-'))
  await mkdir(join(dir, 'data'))
  // An event is posted up to four times, 0.25, 0.75 and 2.25 s apart: only a 200 counts.
  const simulators = await startSimulators([
    ...[
      '--time-scale',
      '0.05',
      '--seed',
      String(options.seed),
      '--chatra-switch',
      'webhook-retry=on-non-200',
    ],
  ])
  const { chatra, planfix } = people(simulators.ready)
  const hookPort = await freePort()
  const config = await writeConfig(dir, simulators.ready, { planfix: { pollSeconds: 1 } })
  const { database } = options
  const at = { dataDir: join(dir, 'data'), config, hookPort, database: database?.url ?? null }
  const hooks = `http://127.0.0.1:${hookPort}`
  await chatra.post('webhookUrl', { url: hookAddress(hooks) })
  await planfix.post('scenarioUrl', { url: `${hooks}/hooks/shop/${SECRET}/planfix` })

  const startUps: number[] = []
  let killsWhileStarting = 0
  let restarts = 0
  let server: Running<ServerReady> | null = null
  const stop = new AbortController()
  try {
    const talks: Talk[] = []
    for (let n = 0; n < options.talks; n++) talks.push(await begin(n, chatra))
    const talking = keepTalking(
      talks,
      simulators.ready,
      seededRandom(options.seed + 1),
      options.paceMs,
      stop.signal,
    )
    // Handled where it is awaited, also when a kill fails before that.
    talking.catch(() => undefined)
    for (let kill = 0; kill < options.kills; kill++) {
      if (chance() < 0.1) {
        // Killed before it is ready: while it opens the store, resumes the work, or begins to listen.
        await startServer(at, simulators.ready, {
          killed: AbortSignal.timeout(Math.round(between(60, 260))),
        }).then(
          (early) => early.end('SIGKILL'),
          () => undefined,
        )
        killsWhileStarting += 1
        continue
      }
      server = await startServer(at, simulators.ready)
      startUps.push(server.readyMs)
      await chatra.post('resumeWebhooks')
      await pause(between(20, 400))
      if (database && kill % 3 === 0) {
        database.stop()
        await pause(between(0, 2000))
        database.start()
        restarts += 1
        await pause(between(20, 4000))
      }
      await server.end('SIGKILL')
      // Mostly Chatra's next attempts reach a running bridge; sometimes they fall into the gap.
      if (chance() < 0.75) await chatra.post('pauseWebhooks')
    }
    stop.abort()
    await talking
    await chatra.post('resumeWebhooks')
    server = await startServer(at, simulators.ready)
    startUps.push(server.readyMs)
    await calm(talks, simulators.ready, at)
    await server.end()
    const { uncertain, unsettled } = await readLog(at)
    return {
      talks,
      startUps,
      killsWhileStarting,
      restarts,
      uncertain,
      unsettled,
      ...(await readServices(talks, simulators.ready)),
    }
  } finally {
    stop.abort()
    await server?.end('SIGKILL')
    await simulators.end()
    await rm(dir, { recursive: true, force: true })
  }
}
