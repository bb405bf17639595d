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

/** As the owner starts it; BENCH_NODE_FLAGS sets other Node flags for the built file. */
const HOW =
  process.env.BENCH_NODE_FLAGS === undefined
    ? { asOwner: true }
    : { nodeFlags: process.env.BENCH_NODE_FLAGS.split(' ').filter((flag) => flag !== '') }

/** A server host between the simulators, each in a process of its own, on a new folder or a given one. */
export interface Bench {
  simulators: Running<SimulatorsReady>
  server: Running<ServerReady>
  chatra: ReturnType<typeof control>
  planfix: ReturnType<typeof control>
  dataDir: string
  hooks: string
  end(): Promise<void>
}

export async function startBench(
  options: { simulators?: readonly string[]; planfix?: object; options?: object; dataDir?: string } = {},
): Promise<Bench> {
  const dir = await mkdtemp(join(tmpdir(), 'bench-'))
  const dataDir = options.dataDir ?? join(dir, 'data')
  await mkdir(dataDir, { recursive: true })
  const simulators = await startSimulators(options.simulators ?? ['--no-recording'])
  const config = await writeConfig(dir, simulators.ready, {
    planfix: options.planfix ?? {},
    options: options.options ?? {},
  })
  const server = await startServer({ dataDir, config }, simulators.ready, HOW).catch(
    async (error: unknown) => {
      await simulators.end()
      throw error
    },
  )
  const chatra = control(simulators.ready.chatra.url)
  const planfix = control(simulators.ready.planfix.url)
  const hooks = hookAddress(server.ready.hooks)
  await chatra.post('webhookUrl', { url: hooks })
  return {
    simulators,
    server,
    chatra,
    planfix,
    dataDir,
    hooks,
    async end() {
      await server.end()
      await simulators.end()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

/** Visitors who have opened the site, by id. */
export async function visitors(bench: Bench, count: number): Promise<string[]> {
  const ids: string[] = []
  for (let n = 0; n < count; n++) {
    ids.push((await bench.chatra.post<{ clientId: string }>('visit', { name: `Visitor ${n}.` })).clientId)
  }
  return ids
}

/** Polls until `check` returns true; throws `what` after `patienceMs`. */
export async function until(
  what: string,
  check: () => boolean | Promise<boolean>,
  patienceMs = 60_000,
): Promise<void> {
  const end = Date.now() + patienceMs
  while (!(await check())) {
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
