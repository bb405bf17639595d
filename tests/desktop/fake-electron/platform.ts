import { createRequire } from 'node:module'
import { join } from 'node:path'

/**
 * `STAND_IN_PLATFORM`: the system on which the application believes it runs, so that its branches for Windows and
 * macOS run with Electron's behaviour there. Read first; packages with machine code are loaded before, for the real
 * system.
 */
const wanted = process.env.STAND_IN_PLATFORM
if (wanted) {
  const require = createRequire(join(process.env.STAND_IN_APP ?? process.cwd(), 'package.json'))
  const Database = require('better-sqlite3') as new (path: string) => { close(): void }
  new Database(':memory:').close()
  require('keytar')
  Object.defineProperty(process, 'platform', { value: wanted })
}
