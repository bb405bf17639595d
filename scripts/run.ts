import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { buildWhatIsStale, NODE, ROOT } from './build.ts'
import { become } from './exec.ts'

/** `node scripts/run.ts serve|bridge|relay|demo …`: builds what is stale and is replaced by the program. */
const PROGRAMS: Record<string, string> = {
  serve: 'server.js',
  bridge: 'cli.js',
  relay: 'relay.js',
  demo: 'demo.js',
}

/**
 * A bridge is idle most of the time and shares its computer: a smaller young generation and fewer memory
 * arenas keep it below 100 MB when idle and near it after a burst (2 MB; 4 MB handle some 10 % more and cost
 * 4 MB); a heap that grows in small steps stays below 200 MB under full load. Compiled code cached on disk
 * shortens the start. Source maps are omitted on purpose: they cost 70 MB, and the build keeps its names, so
 * that a trace is readable. Certificates trusted by the system count as well: an office that inspects
 * outgoing traffic installs its own there.
 */
const FLAGS = ['--max-semi-space-size=2', '--heap-growing-percent=10', '--use-system-ca']
const ENVIRONMENT = {
  MALLOC_ARENA_MAX: '2',
  // Freed memory is returned to the system.
  MALLOC_TRIM_THRESHOLD_: '131072',
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
become(NODE, [...FLAGS, file, ...args], ENVIRONMENT)
