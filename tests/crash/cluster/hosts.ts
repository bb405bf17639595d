import { appendFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { freePort } from '../../support/free-port.ts'
import type { DroppingProxy } from '../../support/proxies.ts'
import { droppingProxy } from '../../support/proxies.ts'
import { BUILT, type Running, type ServerReady, startProgram } from '../processes.ts'

/** A folder for what the hosts say; nothing is kept without it. */
const LOGS = process.env.CLUSTER_LOGS

export const NAMES = ['a', 'b', 'c'] as const
export type Name = (typeof NAMES)[number]

/** One built server host of several, on a database behind a line that can be cut. */
export class TestHost {
  readonly name: Name
  readonly port: number
  private readonly args: string[]
  private readonly env: NodeJS.ProcessEnv
  private readonly line: DroppingProxy
  private running: Running<ServerReady> | null = null

  private constructor(name: Name, port: number, args: string[], env: NodeJS.ProcessEnv, line: DroppingProxy) {
    this.name = name
    this.port = port
    this.args = args
    this.env = env
    this.line = line
  }

  static async make(
    name: Name,
    at: {
      dir: string
      config: string
      socket: string
      leaseSeconds: number | null
      secrets: NodeJS.ProcessEnv
    },
  ): Promise<TestHost> {
    const line = await droppingProxy(at.socket)
    const port = await freePort()
    const dataDir = join(at.dir, name)
    await mkdir(dataDir)
    const args = [
      join(BUILT, 'server.js'),
      ...['--data-dir', dataDir, '--config', at.config, '--hook-port', String(port)],
    ]
    const env = {
      ...process.env,
      ...at.secrets,
      BRIDGE_STORE: `postgres://bridge@127.0.0.1:${line.port}/postgres`,
      BRIDGE_HOST_NAME: name,
      ...(at.leaseSeconds !== null && { BRIDGE_LEASE_SECONDS: String(at.leaseSeconds) }),
    }
    return new TestHost(name, port, args, env, line)
  }

  async start(): Promise<void> {
    this.running = await startProgram<ServerReady>(this.args, { env: this.env, patienceMs: 30_000 })
  }
  signal(signal: NodeJS.Signals): void {
    this.running?.child.kill(signal)
  }
  async end(signal: NodeJS.Signals): Promise<void> {
    const { running } = this
    this.running = null
    await running?.end(signal)
    if (running && LOGS) appendFileSync(join(LOGS, `${this.name}.log`), running.complaints())
  }
  /** The line to the database passes nothing any more, without a word to either side. */
  cut(): void {
    this.line.drop(true)
  }
  heal(): void {
    this.line.heal()
  }
  async stop(): Promise<void> {
    await this.end('SIGKILL')
    await this.line.stop()
  }
}

/** Looks into the tables of the leases. */
export class Leases {
  private readonly url: string

  constructor(url: string) {
    this.url = url
  }

  /** Who carries each unit, as the database knows. */
  async holders(): Promise<Map<string, Name>> {
    const rows = await this.ask<{ unit: string; name: Name }>(
      `SELECT unit, name FROM bridge.leases JOIN bridge.hosts ON host = holder WHERE until > clock_timestamp()`,
    )
    return new Map(rows.map(({ unit, name }) => [unit, name]))
  }

  /** Resolves when all hosts are heard of, and have divided so many units among themselves. */
  async calm(units: number): Promise<void> {
    const end = Date.now() + 30_000
    for (;;) {
      const alive = await this.ask(
        `SELECT name FROM bridge.hosts WHERE seen_at > clock_timestamp() - interval '6 s'`,
      )
      const holders = [...(await this.holders())].filter(([unit]) => unit !== 'maintenance')
      if (alive.length >= NAMES.length && holders.length === units) return
      if (Date.now() > end) throw new Error(`not all hosts are back: ${JSON.stringify([alive, holders])}`)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }

  private async ask<Row extends pg.QueryResultRow>(text: string): Promise<Row[]> {
    const client = new pg.Client(this.url)
    client.on('error', () => undefined)
    try {
      await client.connect()
      return (await client.query<Row>(text)).rows
    } catch {
      // The database is away.
      return []
    } finally {
      await client.end().catch(() => undefined)
    }
  }

  /** Resolves with the milliseconds until each of these units is carried by another host than `name`. */
  async movedFrom(name: Name, units: readonly string[], patienceMs: number): Promise<number> {
    const from = performance.now()
    for (;;) {
      const holders = await this.holders()
      const passed = performance.now() - from
      if (units.every((unit) => holders.has(unit) && holders.get(unit) !== name)) return passed
      if (passed > patienceMs) throw new Error(`${units} still not carried after ${Math.round(passed)} ms`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}
