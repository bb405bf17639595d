import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  control,
  hookAddress,
  type Running,
  type ServerReady,
  type SimulatorsReady,
  startServer,
  startSimulators,
  writeConfig,
} from '../crash/processes.ts'
import { freePort } from '../support/free-port.ts'

/** As the owner starts it; BENCH_NODE_FLAGS sets other Node flags for the built file. */
const HOW =
  process.env.BENCH_NODE_FLAGS === undefined
    ? { asOwner: true }
    : { nodeFlags: process.env.BENCH_NODE_FLAGS.split(' ').filter((flag) => flag !== '') }

/** Where a program that carries messages is started: a folder of its own, and a port for Chatra's webhooks. */
interface Place {
  dir: string
  port: number
  simulators: SimulatorsReady
}
/** Starts such a program; at the same place again after a kill. */
export type Start<Ready = unknown> = (place: Place) => Promise<Started<Ready>>
interface Started<Ready> {
  server: Running<Ready>
  /** The address for Chatra's webhooks. */
  hooks: string
}

/** A program between the simulators, each in a process of its own. */
export interface Stage<Ready = unknown> {
  dir: string
  simulators: Running<SimulatorsReady>
  /** After a restart another one. */
  server: Running<Ready>
  chatra: ReturnType<typeof control>
  planfix: ReturnType<typeof control>
  hooks: string
  /** Kills the program at once and starts it again. */
  restart(): Promise<void>
  end(): Promise<void>
}

export async function startStage<Ready>(
  start: Start<Ready>,
  options: readonly string[] = ['--no-recording'],
): Promise<Stage<Ready>> {
  const dir = await mkdtemp(join(tmpdir(), 'bench-'))
  const simulators = await startSimulators(options)
  const place = { dir, port: await freePort(), simulators: simulators.ready }
  const { server, hooks } = await start(place).catch(async (error: unknown) => {
    await simulators.end()
    throw error
  })
  const stage: Stage<Ready> = {
    dir,
    simulators,
    server,
    chatra: control(simulators.ready.chatra.url),
    planfix: control(simulators.ready.planfix.url),
    hooks,
    async restart() {
      await stage.server.end('SIGKILL')
      stage.server = (await start(place)).server
    },
    async end() {
      await stage.server.end()
      await simulators.end()
      await rm(dir, { recursive: true, force: true })
    },
  }
  await stage.chatra.post('webhookUrl', { url: hooks })
  return stage
}

interface BridgeOptions {
  planfix?: object
  options?: object
  /** Another folder for its data than an empty one. */
  dataDir?: string
}

const dataIn = (dir: string) => join(dir, 'data')

/** The bridge: the built server host. */
export function bridge({ planfix = {}, options = {}, dataDir }: BridgeOptions = {}): Start<ServerReady> {
  return async ({ dir, port, simulators }) => {
    const at = { dataDir: dataDir ?? dataIn(dir), hookPort: port }
    await mkdir(at.dataDir, { recursive: true })
    const config = await writeConfig(dir, simulators, { planfix, options })
    const server = await startServer({ ...at, config }, simulators, HOW)
    return { server, hooks: hookAddress(server.ready.hooks) }
  }
}

export type Bench = Stage<ServerReady> & { dataDir: string }

/** The bridge between the simulators, on a new folder or a given one. */
export async function startBench({
  simulators,
  ...options
}: BridgeOptions & { simulators?: readonly string[] } = {}): Promise<Bench> {
  const stage = await startStage(bridge(options), simulators)
  return Object.assign(stage, { dataDir: options.dataDir ?? dataIn(stage.dir) })
}

/** Visitors who have opened the site, by id. */
export async function visitors({ chatra }: Pick<Stage, 'chatra'>, count: number): Promise<string[]> {
  const ids: string[] = []
  for (let n = 0; n < count; n++) {
    ids.push((await chatra.post<{ clientId: string }>('visit', { name: `Visitor ${n}.` })).clientId)
  }
  return ids
}

/** Asks `check` every `pauseMs` until it is true; throws `what` after `patienceMs`. */
export async function until(
  what: string,
  check: () => boolean | Promise<boolean>,
  { patienceMs = 60_000, pauseMs = 10 } = {},
): Promise<void> {
  const end = Date.now() + patienceMs
  while (!(await check())) {
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
}
