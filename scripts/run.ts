import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { buildWhatIsStale, NODE, ROOT } from './build.ts'
import { become } from './exec.ts'
import { ENVIRONMENT, FLAGS, RELAY_FLAGS } from './node-flags.ts'

/** `node scripts/run.ts serve|bridge|relay|demo …`: builds what is stale and is replaced by the program. */
const PROGRAMS: Record<string, string> = {
  serve: 'server.js',
  bridge: 'cli.js',
  relay: 'relay.js',
  demo: 'demo.js',
}

/** Compiled code cached on disk shortens the start. */
const environment = { ...ENVIRONMENT, NODE_COMPILE_CACHE: join(ROOT, 'out/.compiled'), ...process.env }

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
become(NODE, [...(name === 'relay' ? RELAY_FLAGS : FLAGS), file, ...args], environment)
