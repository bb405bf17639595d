import { enableCompileCache } from 'node:module'
import { join, resolve } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { app, protocol } from 'electron'
import { defaultDataDir } from '../settings/data-dir.ts'
import { PAGE_SCHEME } from './page.ts'

/**
 * The desktop application: Electron's main process. What has to be said before Electron is ready is said here; a second
 * start ends here too, and the first one shows its window.
 */
const dataDir = resolve(process.env.BRIDGE_DATA_DIR || defaultDataDir(process.env))
// The folder that the command line works on as well; what the window keeps stands apart in it.
app.setPath('userData', dataDir)
app.setPath('sessionData', join(dataDir, 'window'))
app.enableSandbox()
protocol.registerSchemesAsPrivileged([PAGE_SCHEME])
// Compiled code kept on disk halves the start. An AppImage has another path at each start, by which nothing is found again.
if (!process.env.APPIMAGE) enableCompileCache(join(dataDir, 'compiled'))
// It idles most of its life: the heap grows in small steps, and its young part not at all (some 15 MB less at rest).
const FLAGS = ['--heap-growing-percent=20', '--semi-space-growth-factor=1', '--optimize-for-size']
for (const flag of FLAGS) setFlagsFromString(flag)

if (app.requestSingleInstanceLock()) {
  // Not awaited: Electron becomes ready when this module has been read.
  void import('./desktop.ts').then(({ startDesktop }) =>
    startDesktop({ root: join(import.meta.dirname, '../..'), dataDir }),
  )
} else app.exit(0)
