import { type ChildProcess, spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildWhatIsStale, NODE, ROOT } from '../../scripts/build.ts'
import { SHOP_EMPLOYEES, shopConnection } from '../support/shop.ts'

/** The processes of kill tests and benchmarks: simulators and server host, built, each on its own. */

/** Folder of the built program; a copy can be named, so that a build meanwhile does not change what is measured. */
const COPY = process.env.BRIDGE_BUILT
export const BUILT = COPY ?? join(ROOT, 'out/main')
export const build = (): void => {
  if (COPY === undefined) buildWhatIsStale()
}

export const SECRET = 'kill-test-hook-secret-0123456789'

export interface Running<Ready> {
  child: ChildProcess
  ready: Ready
  /** Milliseconds from the start of the process to its ready line. */
  readyMs: number
  /** The end of its standard error output. */
  complaints(): string
  /** Ends it with `signal`; resolves when it has exited. */
  end(signal?: NodeJS.Signals): Promise<void>
}

export interface SimulatorsReady {
  chatra: { url: string; apiUrl: string; publicKey: string; secretKey: string }
  planfix: { url: string; restUrl: string; webUrl: string; token: string }
}
export interface ServerReady {
  ui: string
  hooks: string
}

/** Starts a Node program and waits for the line of JSON that says it is ready. */
export function startProgram<Ready>(
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; patienceMs?: number; killed?: AbortSignal | undefined } = {},
): Promise<Running<Ready>> {
  const startedAt = performance.now()
  const child = spawn(NODE, args, {
    cwd: ROOT,
    env: options.env ?? process.env,
    // The channel lets the child notice that this process has ended, in whatever way.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let complaints = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    complaints = (complaints + chunk.toString()).slice(-20_000)
  })
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const end = async (signal: NodeJS.Signals = 'SIGTERM') => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal)
    await gone
  }
  return new Promise((resolve, reject) => {
    const tooLong = setTimeout(() => {
      void end('SIGKILL')
      reject(new Error(`${args[0]} was not ready in time\n${complaints}`))
    }, options.patienceMs ?? 15_000)
    options.killed?.addEventListener('abort', () => child.kill('SIGKILL'))
    let line = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      if (line.includes('\n')) return
      line += chunk.toString()
      if (!line.includes('\n')) return
      clearTimeout(tooLong)
      const said = line.slice(0, line.indexOf('\n'))
      try {
        const ready = JSON.parse(said) as Ready
        resolve({ child, ready, readyMs: performance.now() - startedAt, complaints: () => complaints, end })
      } catch {
        void end('SIGKILL')
        reject(new Error(`${args[0]} said before it was ready: ${said}\n${complaints}`))
      }
    })
    child.once('exit', (code, signal) => {
      clearTimeout(tooLong)
      reject(new Error(`${args[0]} ended with ${code ?? signal} before it was ready\n${complaints}`))
    })
  })
}

export const startSimulators = (args: readonly string[] = []): Promise<Running<SimulatorsReady>> =>
  startProgram([join(BUILT, 'simulators.js'), ...args])

/** The built server host; secrets go through the environment, as on a real server. */
export function startServer(
  at: { dataDir: string; config: string; hookPort?: number; database?: string | null },
  simulators: SimulatorsReady,
  options: {
    /** As the owner starts it, with the flags of scripts/run.ts; otherwise the built file alone. */
    asOwner?: boolean
    nodeFlags?: readonly string[]
    killed?: AbortSignal
  } = {},
): Promise<Running<ServerReady>> {
  const { asOwner = false, nodeFlags = [], killed } = options
  return startProgram(
    [
      ...(asOwner && COPY === undefined
        ? [join(ROOT, 'scripts/run.ts'), 'serve']
        : [...nodeFlags, join(BUILT, 'server.js')]),
      ...['--data-dir', at.dataDir, '--config', at.config, '--hook-port', String(at.hookPort ?? 0)],
    ],
    {
      env: {
        ...process.env,
        BRIDGE_SHOP_CHATRA_SECRET_KEY: simulators.chatra.secretKey,
        BRIDGE_SHOP_PLANFIX_TOKEN: simulators.planfix.token,
        ...(at.database != null && { BRIDGE_STORE: at.database }),
      },
      killed,
    },
  )
}

/** Writes a configuration with one connection, `shop`, and returns the file's path. */
export async function writeConfig(
  dir: string,
  { chatra, planfix }: SimulatorsReady,
  overrides: { planfix?: object; options?: object } = {},
): Promise<string> {
  const path = join(dir, 'config.json')
  const connection = shopConnection(chatra, planfix, {
    planfix: { pollSeconds: 5, ...overrides.planfix },
    employees: SHOP_EMPLOYEES,
    options: { completeWhenClientLeaves: false, ...overrides.options },
    webhookSecret: SECRET,
  })
  await writeFile(path, JSON.stringify({ connections: [connection] }))
  return path
}

export const hookAddress = (hooks: string): string => `${hooks}/hooks/shop/${SECRET}/chatra`

/** A simulator's control interface. */
export function control(url: string) {
  const read = async <T>(answer: Response, name: string): Promise<T> => {
    if (!answer.ok) throw new Error(`${url}/control/${name}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as T
  }
  return {
    async post<T>(name: string, body: object = {}): Promise<T> {
      const answer = await fetch(`${url}/control/${name}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      return read<T>(answer, name)
    },
    async get<T>(name: string, query: Record<string, string | number> = {}): Promise<T> {
      const search = new URLSearchParams(
        Object.entries(query).map(([key, value]): [string, string] => [key, String(value)]),
      )
      return read<T>(await fetch(`${url}/control/${name}?${search}`), name)
    },
  }
}

/** A port that is free now, for a server that must come back at the same address. */
