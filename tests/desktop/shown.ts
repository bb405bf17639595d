import type * as Electron from 'electron'
import type { Running } from './driver.ts'

/**
 * What the application shows in the system beside its window, with functions that click on it. Works through
 * ipc-probe.cjs.
 */
interface Probe {
  trays: { tray: Electron.Tray; image: string; tip: string; menu: Electron.Menu | null }[]
  notifications: Electron.Notification[]
  opened: string[]
  boxes: string[]
  sandboxed: boolean
  trayAfterMs: number | null
}
type Probed = typeof globalThis & { probe: Probe }

interface ShownMenuItem {
  id: string
  label: string
  enabled: boolean
}
export interface ShownTray {
  /** The file's name, without folder: `working.png`. */
  image: string
  tip: string
  menu: ShownMenuItem[]
}

/** Null before there is one. */
export const tray = (app: Running): Promise<ShownTray | null> =>
  app.evaluate(() => {
    const [shown] = (globalThis as Probed).probe.trays
    if (!shown?.menu) return null
    const items = (menu: Electron.Menu): ShownMenuItem[] =>
      menu.items.flatMap(({ id, label, enabled, type, submenu }) => [
        ...(type === 'separator' ? [] : [{ id, label, enabled }]),
        ...(submenu ? items(submenu) : []),
      ])
    return { image: shown.image.split(/[\\/]/).at(-1) ?? '', tip: shown.tip, menu: items(shown.menu) }
  })

/** How the stand-in shows the tray's image; undefined on real Electron, null before there is one. */
export const trayShown = (app: Running): Promise<string | null | undefined> =>
  app.evaluate(() => {
    const [shown] = (globalThis as Probed).probe.trays
    if (shown === undefined) return null
    return 'standInShown' in shown.tray ? String(shown.tray.standInShown) : undefined
  })

/** A click on the tray's image. */
export const clickTray = (app: Running): Promise<void> =>
  app.evaluate(() => {
    ;(globalThis as Probed).probe.trays[0]?.tray.emit('click')
  })

/** A click in the tray's menu; throws when the entry is missing or disabled. */
export const clickMenu = (app: Running, id: string): Promise<void> =>
  app.evaluate((_electron, wanted) => {
    const item = (globalThis as Probed).probe.trays[0]?.menu?.getMenuItemById(wanted)
    if (!item?.enabled) throw new Error(`the menu has no entry ${wanted}`)
    item.click()
  }, id)

/** The notifications shown so far. */
export const notifications = (app: Running): Promise<{ title: string; body: string }[]> =>
  app.evaluate(() => (globalThis as Probed).probe.notifications.map(({ title, body }) => ({ title, body })))

export const clickNotification = (app: Running, index: number): Promise<void> =>
  app.evaluate((_electron, at) => {
    const found = (globalThis as Probed).probe.notifications[at]
    if (!found) throw new Error(`there is no notification ${at}`)
    found.emit('click')
  }, index)

/** Addresses opened in the system's browser. */
export const opened = (app: Running): Promise<string[]> =>
  app.evaluate(() => [...(globalThis as Probed).probe.opened])

/** The number of windows, and whether one is visible. */
export const windowState = (
  app: Running,
): Promise<{ count: number; isVisible: boolean; isFocused: boolean }> =>
  app.evaluate(({ BrowserWindow }) => {
    const all = BrowserWindow.getAllWindows()
    return {
      count: all.length,
      isVisible: all.some((one) => one.isVisible()),
      isFocused: all.some((one) => one.isFocused()),
    }
  })

/** Whether every window runs in Chromium's sandbox, whatever its own options. */
export const isSandboxed = (app: Running): Promise<boolean> =>
  app.evaluate(() => (globalThis as Probed).probe.sandboxed)

/** Milliseconds from the start of the process until the tray had its menu; null before. */
export const trayAfterMs = (app: Running): Promise<number | null> =>
  app.evaluate(() => (globalThis as Probed).probe.trayAfterMs)
