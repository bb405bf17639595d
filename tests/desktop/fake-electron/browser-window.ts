import { EventEmitter } from 'node:events'
import { allWindowsClosed, app, mustBeReady, preventable, registerWindows } from './app.ts'
import { checkKeys, StandInError, strict } from './strict.ts'
import { usable, WebContents } from './web-contents.ts'

interface Bounds {
  x: number
  y: number
  width: number
  height: number
}
const KNOWN = [
  ...[
    'width',
    'height',
    'x',
    'y',
    'useContentSize',
    'center',
    'minWidth',
    'minHeight',
    'maxWidth',
    'maxHeight',
  ],
  ...[
    'resizable',
    'movable',
    'minimizable',
    'maximizable',
    'closable',
    'focusable',
    'alwaysOnTop',
    'fullscreen',
  ],
  ...[
    'fullscreenable',
    'skipTaskbar',
    'title',
    'icon',
    'show',
    'frame',
    'acceptFirstMouse',
    'autoHideMenuBar',
  ],
  ...['backgroundColor', 'darkTheme', 'titleBarStyle', 'paintWhenInitiallyHidden', 'webPreferences'],
]
/** The window options that this application may use; less secure ones are rejected here. */
const SAFE: Record<string, unknown> = {
  contextIsolation: true,
  sandbox: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webSecurity: true,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
  webviewTag: false,
  navigateOnDragDrop: false,
}
const FREE = [
  'preload',
  'spellcheck',
  'devTools',
  'backgroundThrottling',
  'disableDialogs',
  'safeDialogs',
  'enableWebSQL',
]

const all = new Map<number, BrowserWindow>()
let next = 1
let focused: BrowserWindow | null = null

/** A window: a page of Chromium; position and state of the window are kept here. */
export class BrowserWindow extends EventEmitter {
  readonly id = next++
  readonly webContents: WebContents
  readonly self: BrowserWindow
  #contents: WebContents
  #bounds: Bounds
  #visible: boolean
  #minimized = false
  #maximized = false
  #destroyed = false
  #title: string

  constructor(options: Record<string, unknown> = {}) {
    mustBeReady('Cannot create BrowserWindow')
    super()
    checkKeys('BrowserWindow', options, KNOWN)
    const preferences = (options.webPreferences ?? {}) as Record<string, unknown>
    checkKeys('webPreferences', preferences, [...Object.keys(SAFE), ...FREE])
    for (const [key, safe] of Object.entries(SAFE))
      if (key in preferences && preferences[key] !== safe)
        throw new StandInError(`${key}: ${preferences[key]}`)
    const number = (key: string, otherwise: number) => (options[key] as number | undefined) ?? otherwise
    this.#bounds = {
      x: number('x', 100),
      y: number('y', 100),
      width: number('width', 800),
      height: number('height', 600),
    }
    this.#visible = options.show !== false
    this.#title = (options.title as string) ?? app.name
    this.self = strict('BrowserWindow', this, [], usable(this)) as this
    this.#contents = new WebContents(this.#bounds, preferences.preload as string | undefined, () =>
      this.close(),
    )
    this.webContents = this.#contents
    // It is not emitted where a page never draws.
    if (process.env.STAND_IN_NEVER_READY !== '1')
      this.#contents.once('stand-in-painted', () => this.emit('ready-to-show', preventable()))
    all.set(this.id, this.self)
    app.emit('browser-window-created', preventable(), this.self)
    app.emit('web-contents-created', preventable(), this.#contents)
    // biome-ignore lint/correctness/noConstructorReturn: unknown uses are to be seen.
    return this.self
  }
  static getAllWindows = (): BrowserWindow[] => [...all.values()]
  static getFocusedWindow = (): BrowserWindow | null => focused
  static fromId = (id: number): BrowserWindow | null => all.get(id) ?? null
  static fromWebContents = (contents: WebContents): BrowserWindow | null =>
    [...all.values()].find((one) => one.webContents === contents) ?? null

  loadURL = (url: string, options?: object): Promise<void> => this.#contents.loadURL(url, options)
  show(): void {
    this.showInactive()
    this.focus()
  }
  showInactive(): void {
    const was = this.#visible
    this.#visible = true
    if (!was) this.emit('show')
  }
  hide(): void {
    const was = this.#visible
    this.#visible = false
    this.blur()
    if (was) this.emit('hide')
  }
  focus(): void {
    if (focused === this.self) return
    focused?.blur()
    focused = this.self
    this.emit('focus')
    app.emit('browser-window-focus', preventable(), this.self)
  }
  blur(): void {
    if (focused !== this.self) return
    focused = null
    this.emit('blur')
    app.emit('browser-window-blur', preventable(), this.self)
  }
  moveTop(): void {}
  flashFrame(): void {}
  /** Of Windows alone (electron.d.ts, `@platform` win32). */
  setOverlayIcon(): void {
    if (process.platform !== 'win32') throw new TypeError('window.setOverlayIcon is not a function')
  }
  isVisible = () => this.#visible && !this.#minimized
  isFocused = () => focused === this.self
  isDestroyed = () => this.#destroyed
  isMinimized = () => this.#minimized
  isMaximized = () => this.#maximized
  isFullScreen = () => false
  isNormal = () => !this.#minimized && !this.#maximized
  minimize(): void {
    this.#minimized = true
    this.emit('minimize')
  }
  restore(): void {
    this.#minimized = false
    this.emit('restore')
  }
  /** "This will also show (but not focus) the window if it isn't being displayed already" (electron.d.ts). */
  maximize(): void {
    this.#maximized = true
    this.showInactive()
    this.emit('maximize')
  }
  unmaximize(): void {
    this.#maximized = false
    this.emit('unmaximize')
  }
  getBounds = () => ({ ...this.#bounds })
  getNormalBounds = () => ({ ...this.#bounds })
  getContentBounds = () => ({ ...this.#bounds })
  getSize = () => [this.#bounds.width, this.#bounds.height]
  getPosition = () => [this.#bounds.x, this.#bounds.y]
  setBounds(bounds: Partial<Bounds>): void {
    Object.assign(this.#bounds, bounds)
    this.emit('resize')
    this.emit('move')
  }
  getTitle = () => this.#title
  setTitle(title: string): void {
    this.#title = title
  }
  setMenu(): void {}
  removeMenu(): void {}
  setMenuBarVisibility(): void {}
  setAutoHideMenuBar(): void {}
  setBackgroundColor(): void {}
  setIcon(): void {}
  setSkipTaskbar(): void {}
  setMinimumSize(): void {}

  /** Asks the application, then the page; the window closes a moment later. */
  close(): void {
    void this.standInClose()
  }
  /** Resolves with whether it has closed. */
  async standInClose(): Promise<boolean> {
    if (this.#destroyed) return true
    const event = preventable()
    this.emit('close', event)
    if (event.defaultPrevented) return false
    if (!this.#contents.isCrashed() && !(await this.#contents.standInMayUnload())) {
      const prevents = preventable()
      if (!this.#destroyed) this.#contents.emit('will-prevent-unload', prevents)
      if (!prevents.defaultPrevented) return this.#destroyed
    }
    await new Promise((resolve) => setImmediate(resolve))
    this.destroy()
    return true
  }
  destroy(): void {
    if (this.#destroyed) return
    this.blur()
    this.#destroyed = true
    all.delete(this.id)
    this.#contents.standInDestroy()
    this.emit('closed')
    if (all.size === 0) allWindowsClosed()
  }
}

registerWindows({
  async closeAll() {
    for (const window of [...all.values()]) {
      // A window that stays open cancels the quit (browser.cc, OnWindowCloseCancelled).
      if (!(await window.standInClose())) return false
    }
    return true
  },
  destroyAll() {
    for (const window of [...all.values()]) window.destroy()
  },
})
