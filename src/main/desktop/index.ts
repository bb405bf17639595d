import { enableCompileCache } from 'node:module'
import { join, resolve } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { app, dialog, protocol } from 'electron'
import { errorMessage } from '../../shared/node-errors.ts'
import { defaultDataDir } from '../settings/data-dir.ts'
import { appImageOf } from './lifecycle/app-image.ts'
import { mayCacheCompiledCode } from './lifecycle/compile-cache.ts'
import { folderProblem } from './lifecycle/folder-check.ts'
import { PAGE_SCHEME } from './window/renderer-protocol.ts'

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
if (mayCacheCompiledCode({ isPackaged: app.isPackaged, appImage: appImageOf() }))
  enableCompileCache(join(dataDir, 'compiled'))
// It idles most of its life: the heap grows in small steps, and its young part not at all (some 15 MB less at rest).
const FLAGS = ['--heap-growing-percent=20', '--semi-space-growth-factor=1', '--optimize-for-size']
for (const flag of FLAGS) setFlagsFromString(flag)

// Electron also refuses the lock where it cannot write it (LOCK_ERROR in electron_api_app.cc): that is no second start.
const isFirst = app.requestSingleInstanceLock()
const trouble = isFirst ? null : folderProblem(dataDir)
if (isFirst || trouble !== null) {
  // Not awaited: Electron becomes ready when this module has been read.
  void import('./desktop.ts')
    .then(({ startDesktop }) => startDesktop({ root: join(import.meta.dirname, '../..'), dataDir, trouble }))
    .catch(endWithWords)
} else app.exit(0)

/**
 * For what nothing else can tell any more, such as a module that cannot be read. Electron lives on after a rejection that
 * nobody handles (electron_browser_main_parts.cc, "warn-with-error-code"): without an end, and with the lock.
 */
async function endWithWords(error: unknown): Promise<void> {
  // Before, Linux would only print it.
  await app.whenReady()
  dialog.showErrorBox('Chatra–Planfix Bridge', errorMessage(error))
  app.exit(1)
}
