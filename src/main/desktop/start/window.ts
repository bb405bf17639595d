import { join } from 'node:path'
import { BrowserWindow, nativeTheme } from 'electron'
import { systemClock } from '../../process/clock.ts'
import { groundColor, SECURE } from '../window/secure.ts'
import { showWhenReady } from '../window/show-when-ready.ts'
import type { StartStep, StartView } from './progress.ts'

/** The owner waits no longer for the sight of a window. */
const SEEN_MS = 1_500

/** A small window that shows how far the start is; the owner may close it. */
export function openStartWindow(options: {
  /** The folder of `resources`. */
  root: string
  title: string
  page(step: StartStep): string
  step: StartStep
}): StartView {
  const { root, title, page, step } = options
  const made = new BrowserWindow({
    width: 480,
    height: 270,
    useContentSize: true,
    center: true,
    resizable: false,
    maximizable: false,
    fullscreenable: false,
    show: false,
    autoHideMenuBar: true,
    title,
    icon: join(root, 'resources/icon.png'),
    backgroundColor: groundColor(nativeTheme.shouldUseDarkColors),
    webPreferences: SECURE,
  })
  const { promise: seen, resolve } = Promise.withResolvers<void>()
  systemClock.after(SEEN_MS, resolve)
  made.once('show', () => setTimeout(resolve, 50))
  made.once('closed', resolve)
  showWhenReady(made, { maximized: false, clock: systemClock })
  const load = (at: StartStep) => {
    // It tells nothing that is needed: the start goes on.
    if (!made.isDestroyed()) made.loadURL(page(at)).catch(() => undefined)
  }
  load(step)
  return {
    show: load,
    seen,
    close() {
      if (!made.isDestroyed()) made.destroy()
    },
  }
}
