import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findPostgres } from '../../scripts/system-deps.ts'

/** The folder of PostgreSQL's programs; null: its tests are skipped. */
const programs = findPostgres({ mayInstall: false })
export const hasPostgres = programs !== null

const later = setTimeout

export interface TestServer {
  url: string
  /** Of its socket. */
  dir: string
  stop(): void
  start(): void
}
/** The test run (vitest.config.ts), by the process that outlives its tests. */
const RUN = process.env.BRIDGE_TEST_RUN ?? String(process.pid)

/**
 * A database server of this test run alone, on a socket in a folder of its own; the first who asks starts it. It ends
 * with the run, also when that is killed (postgres-server.ts). A test that stops it in between has one of its own `name`.
 */
export async function testServer(name = 'shared'): Promise<TestServer> {
  const dir = join(tmpdir(), `bridge-postgres-${RUN}-${name}`)
  if (isFirst(dir)) {
    const server = join(import.meta.dirname, 'postgres-server.ts')
    spawn(process.execPath, [server, dir, programs!, RUN], {
      detached: true,
      stdio: 'ignore',
    }).unref()
  }
  for (let tries = 0; !existsSync(join(dir, 'ready')); tries++) {
    if (existsSync(join(dir, 'failed'))) throw new Error(readFileSync(join(dir, 'failed'), 'utf8'))
    if (tries > 600) throw new Error('PostgreSQL did not start within 30 s')
    await new Promise((resolve) => later(resolve, 50))
  }
  const control = (...args: string[]) => {
    const whole = ['-D', join(dir, 'data'), '-l', join(dir, 'log'), '-w', ...args]
    const path = join(programs!, 'pg_ctl')
    const isRoot = process.getuid?.() === 0
    if (isRoot) spawnSync('runuser', ['-u', 'postgres', '--', path, ...whole], { stdio: 'ignore', cwd: dir })
    else spawnSync(path, whole, { stdio: 'ignore', cwd: dir })
  }
  return {
    dir,
    url: `postgres://bridge@localhost/postgres?host=${dir}`,
    stop: () => control('stop', '-m', 'immediate'),
    start: () => control('start'),
  }
}

/** The address of a database of the run. */
export const testDatabase = async (): Promise<string> => (await testServer()).url

function isFirst(dir: string): boolean {
  try {
    mkdirSync(dir, { mode: 0o755 })
    return true
  } catch {
    return false
  }
}
