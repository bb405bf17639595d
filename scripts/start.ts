import { buildWhatIsStale, ROOT } from './build.ts'
import { findElectron } from './electron.ts'
import { become } from './exec.ts'

/** `npm start`: the desktop application where Electron runs, else the server host. */
const say = (line: string) => process.stderr.write(`${line}\n`)
const electron = await findElectron(say)
if ('path' in electron) {
  buildWhatIsStale()
  // Editors built with Electron set this for their child processes; it would make Electron run as plain Node.
  const { ELECTRON_RUN_AS_NODE: _, ...environment } = process.env
  become(electron.path, [ROOT, ...process.argv.slice(2)], environment)
} else {
  say(`${electron.why}: starting the server host instead.`)
  process.argv.splice(2, 0, 'serve')
  await import('./run.ts')
}
