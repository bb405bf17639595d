import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ChatraSimulator, startChatraSimulator } from '../../src/simulators/chatra/index.ts'
import { type PlanfixSimulator, startPlanfixSimulator } from '../../src/simulators/planfix/index.ts'
import { BUILT, build } from '../crash/processes.ts'
import { SHOP_EMPLOYEES, shopConnection } from '../support/shop.ts'

export const HOOK_SECRET = 'hook-secret-0123456789-abc'

export interface Ended {
  code: number | null
  out: string
  err: string
  ms: number
}

/** A built program as a separate process. */
export class Program {
  out = ''
  err = ''
  readonly child: ChildProcess
  readonly ended: Promise<Ended>

  constructor(name: 'server' | 'cli', args: string[], environment: Record<string, string> = {}) {
    const startedAt = performance.now()
    const env = { PATH: process.env.PATH, HOME: '/nonexistent', TZ: 'UTC', ...environment }
    this.child = spawn(process.execPath, [join(BUILT, `${name}.js`), ...args], { env })
    this.child.stdout?.on('data', (data) => {
      this.out += data
    })
    this.child.stderr?.on('data', (data) => {
      this.err += data
    })
    this.ended = new Promise((resolve) =>
      this.child.on('close', (code) =>
        resolve({ code, out: this.out, err: this.err, ms: performance.now() - startedAt }),
      ),
    )
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal)
  }
}

export interface Ready {
  event: string
  ui: string
  hooks: string
}

/** Both services, a data folder, a configuration and the programs that use them. */
export class Bench {
  readonly chatra: ChatraSimulator
  readonly planfix: PlanfixSimulator
  readonly folder = mkdtempSync(join(tmpdir(), 'bridge-host-'))
  readonly dataDir = join(this.folder, 'data')
  readonly configFile = join(this.folder, 'config.json')
  private readonly programs: Program[] = []

  private constructor(chatra: ChatraSimulator, planfix: PlanfixSimulator) {
    this.chatra = chatra
    this.planfix = planfix
    this.configure()
  }

  static async start(): Promise<Bench> {
    build()
    const chatra = await startChatraSimulator()
    const planfix = await startPlanfixSimulator()
    planfix.limits.requestsPerSecond = 1000
    return new Bench(chatra, planfix)
  }

  /** Writes the configuration; `change` may alter its plain form first. */
  configure(
    change: (
      connection: ReturnType<Bench['plainConnection']>,
      whole: Record<string, unknown>,
    ) => void = () => {},
  ): void {
    const connection = this.plainConnection()
    const whole = { connections: [connection] }
    change(connection, whole)
    writeFileSync(this.configFile, JSON.stringify(whole))
  }

  private plainConnection() {
    const shop = shopConnection(this.chatra, this.planfix, { planfix: { participants: ['user:7'] } })
    return {
      ...shop,
      enabled: true,
      planfix: { ...shop.planfix, taskTemplateId: shop.planfix.taskTemplateId as number | null },
      employees: SHOP_EMPLOYEES.slice(0, 1) as Record<string, unknown>[],
      webhookSecret: HOOK_SECRET as string | undefined,
    }
  }

  get secrets(): Record<string, string> {
    return {
      BRIDGE_SHOP_CHATRA_SECRET_KEY: this.chatra.secretKey,
      BRIDGE_SHOP_PLANFIX_TOKEN: this.planfix.token,
    }
  }

  serve(args: string[] = [], environment = this.secrets): Program {
    return this.run('server', ['--data-dir', this.dataDir, '--config', this.configFile, ...args], environment)
  }

  /** Runs the command line to its end. */
  bridge(args: string[], environment = this.secrets): Promise<Ended> {
    return this.run('cli', [...args, '--data-dir', this.dataDir, '--config', this.configFile], environment)
      .ended
  }

  run(name: 'server' | 'cli', args: string[], environment: Record<string, string> = {}): Program {
    const program = new Program(name, args, environment)
    this.programs.push(program)
    return program
  }

  /** The parsed ready line; from then on Chatra's webhooks go to this server. */
  async ready(server: Program): Promise<Ready> {
    const line = await until('the ready line', () => {
      if (server.child.exitCode !== null) throw new Error(`the server ended: ${server.err}`)
      return server.out.includes('\n') ? server.out.slice(0, server.out.indexOf('\n')) : null
    })
    const ready = JSON.parse(line) as Ready
    this.chatra.webhookUrl = `${ready.hooks}/hooks/shop/${HOOK_SECRET}/chatra`
    return ready
  }

  async stop(): Promise<void> {
    for (const { child } of this.programs) if (child.exitCode === null) child.kill('SIGKILL')
    await Promise.all(this.programs.map(({ ended }) => ended))
    await Promise.all([this.chatra.stop(), this.planfix.stop()])
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** Repeats until there is an answer. */
export async function until<T>(what: string, ask: () => T | Promise<T>): Promise<NonNullable<T>> {
  const deadline = Date.now() + 15_000
  for (;;) {
    const answer = await ask()
    if (answer !== null && answer !== undefined && answer !== false) return answer
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
