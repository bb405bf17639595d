import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { buildWhatIsStale, NODE, ROOT } from './build.ts'

/** `node scripts/run.ts serve|bridge|relay|demo …`: builds what is stale and becomes the program. */
const PROGRAMS: Record<string, string> = {
  serve: 'server.js',
  bridge: 'cli.js',
  relay: 'relay.js',
  demo: 'demo.js',
}

/**
 * A bridge idles most of its life and shares its computer: a smaller young generation and fewer memory arenas keep
 * it below 100 MB at rest and near it after a burst (2 MB; 4 MB carry some 10 % more and cost 4 MB); a heap that
 * grows in small steps stays below 200 MB under full load. Compiled code kept on disk shortens the start. Source
 * maps are left out on purpose: they cost 70 MB, and the build is readable as it is.
 */
const FLAGS = ['--max-semi-space-size=2', '--heap-growing-percent=20']
const ENVIRONMENT = {
  MALLOC_ARENA_MAX: '2',
  NODE_COMPILE_CACHE: join(ROOT, 'out/.compiled'),
  ...process.env,
}

const [name = '', ...args] = process.argv.slice(2)
const program = PROGRAMS[name]
if (program === undefined) {
  process.stderr.write('Usage: node scripts/run.ts serve|bridge|relay|demo [options]\n')
  process.exit(2)
}
buildWhatIsStale()
const file = join(ROOT, 'out/main', program)
if (!existsSync(file)) {
  process.stderr.write(`${name} is not part of this version.\n`)
  process.exit(1)
}
become(NODE, [...FLAGS, file, ...args])

/**
 * On POSIX this process turns into the program: signals, exit code and input need no passing on, and nothing
 * stays behind in memory. Windows has no such call: there the program is a child that ends when this one does.
 */
function become(command: string, parameters: string[]): void {
  if (process.platform !== 'win32' && typeof process.execve === 'function') {
    process.execve(command, [command, ...parameters], ENVIRONMENT)
  }
  const child = spawn(command, parameters, {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: ENVIRONMENT,
  })
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    process.stderr.write(`${command} cannot be started: ${error.message}\n`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)))
}
