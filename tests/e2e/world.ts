import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Answer, Args, CallName, Value } from '../../src/shared/api.ts'
import { BUILT, type Running, type ServerReady, startProgram, startSimulators } from '../crash/processes.ts'
import { freePort } from '../support/free-port.ts'
import { SHOP_EMPLOYEES, shopConnection } from '../support/shop.ts'
import { type Chatra, chatraOf, type Planfix, planfixOf } from './simulators.ts'

export const HOOK_SECRET = 'end-to-end-hook-secret-0123456789'

export interface WorldOptions {
  /** `empty`: the first launch. `shop`: one connection, `shop`, that works. */
  setup?: 'empty' | 'shop'
  language?: 'en' | 'ro' | 'ru'
  /** Merged over the connection's parts. */
  connection?: Record<string, unknown>
  planfixSettings?: Record<string, unknown>
  connectionOptions?: Record<string, unknown>
  employees?: Record<string, unknown>[]
  /** Merged over the whole configuration. */
  configuration?: Record<string, unknown>
  /** Arguments of src/simulators/main.ts, e.g. `--planfix-switch account-state=code20-403`. */
  simulatorArgs?: readonly string[]
  /** Fills the data folder before the server starts for the first time. */
  prepare?: (dataDir: string) => Promise<void>
}

/** Both simulators and the built server host, each a process, on ports and in a folder of their own. */
export interface World {
  chatra: Chatra
  planfix: Planfix
  dataDir: string
  /** The printed address, with the token of the present start. */
  readonly ui: string
  /** The address of the page without token; the same over every start. */
  origin: string
  hooks: string
  stopServer(signal?: NodeJS.Signals): Promise<void>
  /** Restarts on the same ports and data; the token is a new one. */
  startServer(): Promise<void>
  restartServer(): Promise<void>
  /** A call of shared/api.ts as the page makes it, for facts that the page does not show. Throws for a refusal. */
  call<N extends CallName>(name: N, args: Args<N>): Promise<Value<N>>
  /** The end of the server's log. */
  serverLog(): string
  end(): Promise<void>
}

export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const dataDir = await mkdtemp(join(tmpdir(), 'bridge-e2e-'))
  const simulators = await startSimulators(['--seed', '7', ...(options.simulatorArgs ?? [])])
  const chatra = chatraOf(simulators.ready.chatra)
  const planfix = planfixOf(simulators.ready.planfix)
  const [uiPort, hookPort] = [await freePort(), await freePort()]
  let server: Running<ServerReady> | null = null
  let ui = ''
  const isShop = options.setup !== 'empty'

  const world: World = {
    chatra,
    planfix,
    dataDir,
    get ui() {
      return ui
    },
    origin: `http://127.0.0.1:${uiPort}`,
    hooks: `http://127.0.0.1:${hookPort}`,
    async stopServer(signal = 'SIGTERM') {
      await server?.end(signal)
    },
    async startServer() {
      server = await startServer(dataDir, uiPort, hookPort, isShop ? secretsOf(chatra, planfix) : {})
      ui = server.ready.ui
    },
    async restartServer() {
      await world.stopServer()
      await world.startServer()
    },
    call: (name, args) => callWith(ui, name, args),
    serverLog: () => server?.complaints() ?? '',
    async end() {
      await server?.end('SIGKILL')
      await simulators.end()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
  try {
    const whole = { ...(options.language && { language: options.language }), ...options.configuration }
    const connections = isShop ? [connectionOf(chatra, planfix, options)] : []
    if (isShop || Object.keys(whole).length > 0)
      await writeFile(join(dataDir, 'config.json'), JSON.stringify({ ...whole, connections }))
    if (isShop) await chatra.tells(`${world.hooks}/hooks/shop/${HOOK_SECRET}/chatra`)
    await options.prepare?.(dataDir)
    await world.startServer()
    return world
  } catch (error) {
    await world.end()
    throw error
  }
}

async function callWith<N extends CallName>(ui: string, name: N, args: Args<N>): Promise<Value<N>> {
  const { origin } = new URL(ui)
  const opened = await fetch(ui, { redirect: 'manual' })
  const answered = await fetch(`${origin}/api/call/${name}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      cookie: opened.headers.get('set-cookie')?.split(';')[0] ?? '',
      origin,
    },
    body: JSON.stringify(args),
  })
  const answer = (await answered.json()) as Answer<Value<N>>
  if (!answer.ok) throw new Error(`${name}: ${JSON.stringify(answer.error)}`)
  return answer.value
}

const secretsOf = (chatra: Chatra, planfix: Planfix) => ({
  BRIDGE_SHOP_CHATRA_SECRET_KEY: chatra.secretKey,
  BRIDGE_SHOP_PLANFIX_TOKEN: planfix.token,
})

const startServer = (dataDir: string, uiPort: number, hookPort: number, secrets: Record<string, string>) =>
  startProgram<ServerReady>(
    [
      join(BUILT, 'server.js'),
      ...['--data-dir', dataDir, '--ui-port', String(uiPort), '--hook-port', String(hookPort)],
    ],
    { env: { PATH: process.env.PATH, HOME: dataDir, TZ: 'UTC', ...secrets }, patienceMs: 30_000 },
  )

type ConnectionOptions = Pick<
  WorldOptions,
  'planfixSettings' | 'employees' | 'connectionOptions' | 'connection'
>

/** The configuration of the connection `shop`. */
export const connectionOf = (chatra: Chatra, planfix: Planfix, options: ConnectionOptions) => ({
  ...shopConnection(chatra, planfix, {
    planfix: { requestsPerSecond: 100, ...options.planfixSettings },
    employees: options.employees ?? EMPLOYEES,
    // Notes about comments that stay inside only where a test is about them.
    options: { sendAsEmployee: true, explainInternal: false, ...options.connectionOptions },
    webhookSecret: HOOK_SECRET,
  }),
  ...options.connection,
})

const EMPLOYEES = SHOP_EMPLOYEES.map((one) => (one.name === 'Ana' ? { ...one, name: 'Ana Rusu' } : one))

/** Repeats until there is an answer. */
export async function until<T>(
  what: string,
  ask: () => T | Promise<T>,
  patienceMs = 15_000,
): Promise<NonNullable<T>> {
  const deadline = Date.now() + patienceMs
  for (;;) {
    const answer = await ask()
    if (answer !== null && answer !== undefined && answer !== false) return answer
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
