import { enableCompileCache } from 'node:module'
import { join, resolve } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { app, dialog, protocol } from 'electron'
import { errorMessage } from '../../shared/node-errors.ts'
import { defaultDataDir, sideFolders } from '../settings/data-dir.ts'
import { appImageOf } from './lifecycle/app-image.ts'
import { mayCacheCompiledCode } from './lifecycle/compile-cache.ts'
import { folderProblem } from './lifecycle/folder-check.ts'
import { PAGE_SCHEME } from './window/renderer-protocol.ts'

/**
 * The desktop application: Electron's main process. Settings that Electron needs before it is ready are made
 * here; a second start also ends here, and the first one shows its window.
 */
const chosen = process.env.BRIDGE_DATA_DIR
// The folder that the command line uses as well.
const dataDir = resolve(chosen || defaultDataDir(process.env))
const { window, compiled, logs } = sideFolders(dataDir, Boolean(chosen), process.env)
app.setPath('userData', dataDir)
app.setPath('sessionData', window)
app.enableSandbox()
protocol.registerSchemesAsPrivileged([PAGE_SCHEME])
if (mayCacheCompiledCode({ isPackaged: app.isPackaged, appImage: appImageOf() })) enableCompileCache(compiled)
// It is idle most of the time: the heap grows in small steps, and its young generation not at all (some 15 MB
// less when idle).
const FLAGS = ['--heap-growing-percent=20', '--semi-space-growth-factor=1', '--optimize-for-size']
for (const flag of FLAGS) setFlagsFromString(flag)

// Electron also refuses the lock when it cannot write it (LOCK_ERROR in electron_api_app.cc): that is no
// second start.
const isFirst = app.requestSingleInstanceLock()
const trouble = isFirst ? null : folderProblem(dataDir)
if (isFirst || trouble !== null) {
  // Not awaited: Electron becomes ready when this module has been evaluated.
  void import('./desktop.ts')
    .then(({ startDesktop }) =>
      startDesktop({ root: join(import.meta.dirname, '../..'), dataDir, logs, trouble }),
    )
    .catch(endWithWords)
} else app.exit(0)

/**
 * For errors that no other code can report, such as a module that cannot be loaded. Electron continues after
 * an unhandled rejection (electron_browser_main_parts.cc, "warn-with-error-code"): it would run on without
 * effect, and with the lock.
 */
async function endWithWords(error: unknown): Promise<void> {
  // Before that, Linux would only print it.
  await app.whenReady()
  dialog.showErrorBox('Chatra–Planfix Bridge', errorMessage(error))
  app.exit(1)
}
