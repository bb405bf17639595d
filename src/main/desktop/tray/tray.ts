import { Menu, type MenuItemConstructorOptions, nativeImage, nativeTheme, Tray } from 'electron'
import { isPanelDark, trayImagePath } from './image.ts'
import { attentionCount, type TrayAction, type TrayEntry, type TrayFacts, trayMenu, trayTip } from './menu.ts'
import { type TrayState, trayLook } from './status.ts'

export interface TrayOptions {
  /** The folder of `resources`. */
  root: string
  platform: NodeJS.Platform
  act(action: TrayAction): void
}

export interface ShownTray {
  /** Creates the icon: on Linux when a panel accepts it (support.ts). */
  make(): void
  /** Shows this from now on, as soon as there is an icon; unchanged parts are not set again. */
  show(facts: TrayFacts): void
  stop(): void
}

/** The tray's icon and menu. */
export function openTray({ root, platform, act }: TrayOptions): ShownTray {
  let tray: Tray | null = null
  let facts: TrayFacts | null = null
  let state: TrayState = 'stopped'
  let menu = ''
  const image = () =>
    nativeImage.createFromPath(trayImagePath(root, state, platform, isPanelDark(platform, nativeTheme)))
  const paint = () => tray?.setImage(image())

  function say(): void {
    if (tray === null || facts === null) return
    const entries = trayMenu(facts)
    const text = JSON.stringify(entries)
    if (text === menu) return
    menu = text
    // Beside the icon in the bar, where macOS has room for it.
    if (platform === 'darwin') tray.setTitle(String(attentionCount(facts.state) || ''))
    tray.setToolTip(trayTip(facts.state, facts.t))
    tray.setContextMenu(Menu.buildFromTemplate(entries.map((entry) => templateOf(entry, act))))
  }

  return {
    make() {
      if (tray !== null) return
      tray = new Tray(image())
      nativeTheme.on('updated', paint)
      // On macOS a click opens the menu.
      if (platform !== 'darwin') tray.on('click', () => act({ do: 'open' }))
      say()
    },
    show(next) {
      facts = next
      const look = trayLook(next.state).state
      if (look !== state) {
        state = look
        paint()
      }
      say()
    },
    stop() {
      nativeTheme.off('updated', paint)
      tray?.destroy()
      tray = null
    },
  }
}

function templateOf(entry: TrayEntry, act: TrayOptions['act']): MenuItemConstructorOptions {
  switch (entry.kind) {
    case 'line':
      return { type: 'separator' }
    case 'group':
      return {
        id: entry.id,
        label: entry.label,
        submenu: entry.entries.map((one) => templateOf(one, act)),
      }
    case 'item':
      return { id: entry.id, label: entry.label, click: () => act(entry.action) }
  }
}
