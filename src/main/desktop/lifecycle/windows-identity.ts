import type { App } from 'electron'

/** The same as in electron-builder.yml. */
const APP_ID = 'com.chatra-planfix-bridge.desktop'
/**
 * Never change it: Windows stores it in the Start menu's shortcut, and uses it to start the program of a
 * notification.
 */
const TOAST_ACTIVATOR = '{8C7F3B52-6C0E-4E0B-9B1B-3D5B8B9A4F61}'

/**
 * Windows' identity of the program whose notifications it shows. A program that is not installed is named by
 * its own file: Electron creates a shortcut of that name (windows_toast_activator.cc, EnsureShortcut), which
 * must not be that of an installed bridge.
 */
export function identifyOnWindows(
  app: Pick<App, 'isPackaged' | 'setAppUserModelId' | 'setToastActivatorCLSID'>,
  program: string = process.execPath,
): void {
  app.setAppUserModelId(app.isPackaged ? APP_ID : program)
  // Otherwise it is new at each start: a click on a notification from before an update would start nothing.
  if (app.isPackaged) app.setToastActivatorCLSID(TOAST_ACTIVATOR)
}
