import { join } from 'node:path'
import type { App, BrowserWindow, nativeImage } from 'electron'

export interface BadgeOptions {
  app: Pick<App, 'setBadgeCount'>
  nativeImage: Pick<typeof nativeImage, 'createFromPath'>
  platform: NodeJS.Platform
  /** The folder of `resources`. */
  root: string
  /** "3 messages need attention" */
  textOf(count: number): string
}
type Owner = Pick<BrowserWindow, 'setOverlayIcon' | 'isDestroyed'>

export interface Badge {
  /** The number of messages that need attention. */
  show(count: number): void
  /** A window was opened. */
  attach(window: Owner): void
}

/**
 * How many messages need attention, outside the tray: a number at the dock of macOS, and of Linux where it shows numbers. On
 * Windows only a window has a button in the taskbar, which gets a small picture with the number as its description
 * (BrowserWindow.setOverlayIcon, `@platform` win32).
 */
export function createBadge({ app, nativeImage, platform, root, textOf }: BadgeOptions): Badge {
  let shown = 0
  let window: Owner | null = null
  function paint(): void {
    if (window === null || window.isDestroyed()) return
    const image = shown > 0 ? nativeImage.createFromPath(join(root, 'resources/tray/degraded.png')) : null
    window.setOverlayIcon(image, shown > 0 ? textOf(shown) : '')
  }
  return {
    show(count) {
      shown = count
      if (platform === 'win32') paint()
      else app.setBadgeCount(count)
    },
    attach(made) {
      window = made
      if (platform === 'win32' && shown > 0) paint()
    },
  }
}
