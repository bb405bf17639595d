import { join } from 'node:path'
import { BrowserWindow, dialog, Menu, nativeTheme, screen } from 'electron'
import type { TextKey } from '../../../shared/i18n/index.ts'
import { systemClock } from '../../process/clock.ts'
import type { Log } from '../../runtime/application.ts'
import { contextMenuTemplate } from './menu.ts'
import { PAGE, pageAt } from './renderer-protocol.ts'
import { groundColor, SECURE } from './secure.ts'
import { showWhenReady } from './show-when-ready.ts'
import { initialBounds, readWindowState, SMALLEST, writeWindowState } from './window-state.ts'

/** The only window: created on demand, destroyed when closed. */
export interface MainWindow {
  /** Brings it to the front; at this page of the interface, if given (`/conversation/5`). */
  show(route?: string): void
  /** At one of the interface's own addresses. */
  showUrl(url: string): void
  readonly isOpen: boolean
  /** Closes it, asking the owner about unsaved changes; resolves with whether it was closed. */
  leave(): Promise<boolean>
  /** Stores its position: exiting the program closes no window. */
  keep(): void
}

export interface WindowOptions {
  /** The folder of `out`. */
  root: string
  dataDir: string
  log: Log
  now: () => number
  t(key: TextKey): string
  /** The window was opened or closed. */
  changed(isOpen: boolean): void
  /** Each new window, before it is shown. */
  opened(window: BrowserWindow): void
}

/** A page that does not respond for this long is reloaded. */
const HANGS_MS = 15_000
/** A window that crashes more often is not recreated automatically. */
const REVIVALS = 3
const REVIVAL_MS = 60_000

export function createMainWindow({ root, dataDir, log, now, t, changed, opened }: WindowOptions): MainWindow {
  const placeFile = join(dataDir, 'window.json')
  let window: BrowserWindow | null = null
  let revivals: number[] = []
  /** The last requested address. */
  let wanted = PAGE
  /** Called when the window has closed, or the owner wants to keep it open. */
  let left: (gone: boolean) => void = () => undefined

  function open(url: string): void {
    const before = readWindowState(placeFile)
    const made = new BrowserWindow({
      ...initialBounds(
        before,
        screen.getAllDisplays().map(({ workArea }) => workArea),
      ),
      minWidth: SMALLEST.width,
      minHeight: SMALLEST.height,
      show: false,
      autoHideMenuBar: true,
      backgroundColor: groundColor(nativeTheme.shouldUseDarkColors),
      icon: join(root, 'resources/icon.png'),
      webPreferences: { ...SECURE, preload: join(root, 'out/preload/index.cjs') },
    })
    window = made
    opened(made)
    showWhenReady(made, { maximized: before?.maximized ?? false, clock: systemClock })
    // Set before the page is asked whether it may close.
    let closing = false
    made.on('close', () => {
      closing = true
      keep(made)
    })
    made.on('closed', () => {
      if (window !== made) return
      window = null
      left(true)
      changed(false)
    })
    made.webContents.on('will-prevent-unload', () => {
      void leave(made, closing ? null : wanted)
      closing = false
    })
    made.webContents.on('context-menu', (_event, params) => {
      const template = contextMenuTemplate(params, t)
      if (template.length > 0) Menu.buildFromTemplate(template).popup({ window: made })
    })
    watch(made)
    load(made, url)
    changed(true)
  }

  const keep = (made: BrowserWindow): void =>
    writeWindowState(placeFile, { ...made.getNormalBounds(), maximized: made.isMaximized() })

  function load(made: BrowserWindow, url: string): void {
    wanted = url
    made.loadURL(url).catch((error: unknown) => {
      if (!made.isDestroyed()) log.error({ error: String(error) }, 'the window could not be loaded')
    })
  }

  /**
   * The page has unsaved changes, so it stays: its owner decides. Asked asynchronously: a synchronous dialog
   * would block the messages. `next`: the target of the navigation; null = it was closed.
   */
  async function leave(made: BrowserWindow, next: string | null): Promise<void> {
    const { response } = await dialog.showMessageBox(made, {
      type: 'question',
      message: t('form.leave.title'),
      detail: t('form.leave.text'),
      buttons: [t('form.leave.stay'), t('form.discard')],
      defaultId: 0,
      cancelId: 0,
      noLink: true,
    })
    if (response !== 1 && next === null) left(false)
    if (response !== 1 || made.isDestroyed()) return
    made.destroy()
    if (next !== null) open(next)
  }

  /** Message delivery continues whatever happens to the window. */
  function watch(made: BrowserWindow): void {
    let patience: NodeJS.Timeout | undefined
    made.on('unresponsive', () => {
      log.warn({}, 'the window does not answer')
      clearTimeout(patience)
      patience = setTimeout(() => {
        if (!made.isDestroyed()) made.webContents.forcefullyCrashRenderer()
      }, HANGS_MS)
    })
    made.on('responsive', () => clearTimeout(patience))
    made.on('closed', () => clearTimeout(patience))
    made.webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
      if (reason === 'clean-exit') return
      log.error({ reason, exitCode }, 'the window broke')
      const url = made.webContents.getURL()
      // It must not be changed while it emits this event.
      setImmediate(() => revive(made, url))
    })
  }

  function revive(broken: BrowserWindow, url: string): void {
    if (window === broken) window = null
    if (!broken.isDestroyed()) broken.destroy()
    revivals = [...revivals.filter((at) => now() - at < REVIVAL_MS), now()]
    if (revivals.length <= REVIVALS) open(url || PAGE)
    else {
      log.error({}, 'the window breaks again and again: it stays closed until it is asked for')
      changed(false)
    }
  }

  function showUrl(url: string | null): void {
    if (window === null || window.isDestroyed()) {
      open(url ?? PAGE)
      return
    }
    if (url !== null) load(window, url)
    if (window.isMinimized()) window.restore()
    window.show()
    window.focus()
  }

  return {
    show: (route) => showUrl(route === undefined ? null : pageAt(route)),
    showUrl,
    get isOpen() {
      return window !== null
    },
    leave() {
      if (window === null || window.isDestroyed()) return Promise.resolve(true)
      const { promise, resolve } = Promise.withResolvers<boolean>()
      left = resolve
      window.close()
      return promise
    },
    keep() {
      if (window !== null && !window.isDestroyed()) keep(window)
    },
  }
}
