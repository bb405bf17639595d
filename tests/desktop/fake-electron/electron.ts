import { app } from './app.ts'
import { BrowserWindow } from './browser-window.ts'
import { ipcMain } from './ipc-main.ts'
import { Menu, MenuItem } from './menu.ts'
import { nativeImage } from './native-image.ts'
import { Notification } from './notification.ts'
import { protocol } from './protocol.ts'
import { session } from './session.ts'
import { strict } from './strict.ts'
import { clipboard, dialog, nativeTheme, net, powerMonitor, screen, shell } from './system.ts'
import { Tray } from './tray.ts'
import { WebContents } from './web-contents.ts'

const known = {
  app,
  BrowserWindow,
  clipboard,
  dialog,
  ipcMain,
  Menu,
  MenuItem,
  nativeImage,
  nativeTheme,
  net,
  Notification,
  powerMonitor,
  protocol,
  screen,
  session,
  shell,
  Tray,
  webContents: strict('webContents', {
    fromId: WebContents.fromId,
    getAllWebContents: WebContents.getAllWebContents,
  }),
}

/** The module `electron` in the main process. */
export const electron = strict('electron', known)
/** Names that an `import { … }` may use. */
export const exported = Object.keys(known)
