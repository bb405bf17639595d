import { EventEmitter } from 'node:events'
import { app, preventable } from './app.ts'
import { inPassing } from './cdp.ts'
import type { Frame } from './frames.ts'
import { answer, cloned, type FromPage, hear } from './ipc-main.ts'
import { toOutside } from './own-address.ts'
import { Page, type PageEvents } from './page.ts'
import { defaultSession, isGranted, mayPage } from './session.ts'
import { StandInError, strict } from './strict.ts'
import { nativeTheme } from './system.ts'

type OpenHandler = (details: Record<string, unknown>) => { action: string }
/** What Chromium grants by itself after it was configured: Electron's name and its own. */
const CHROMIUM_NAMES: [string, string[]][] = [
  ['notifications', ['notifications']],
  ['geolocation', ['geolocation']],
  ['midi', ['midi']],
  ['media', ['camera', 'microphone']],
  ['clipboard-read', ['clipboard-read']],
  // Writing was checked in the page already.
  ['clipboard-sanitized-write', ['clipboard-write']],
]
const USABLE_WHEN_DESTROYED = new Set([
  ...[
    'isDestroyed',
    'on',
    'once',
    'off',
    'addListener',
    'removeListener',
    'removeAllListeners',
    'emit',
    'id',
  ],
  ...['listenerCount', 'then'],
])
export const usable = (what: { isDestroyed(): boolean }) => (key: string) => {
  if (what.isDestroyed() && !USABLE_WHEN_DESTROYED.has(key)) throw new TypeError('Object has been destroyed')
}

const all = new Map<number, WebContents>()
let next = 1

/** The page of a window. */
export class WebContents extends EventEmitter {
  readonly id = next++
  readonly session = defaultSession
  readonly self: WebContents
  #page: Promise<Page>
  #opened: Page | null = null
  #destroyed = false
  #crashed = false
  #loading = false
  #pending = ''
  #openHandler: OpenHandler | null = null
  #openUnlessClosed: () => void

  /** `gone` is called when the page has closed by itself. */
  constructor(size: { width: number; height: number }, preload: string | undefined, gone: () => void) {
    super()
    this.self = strict('WebContents', this, [], usable(this)) as this
    all.set(this.id, this.self)
    this.#openUnlessClosed = gone
    this.#page = Page.open(size, preload, this.#events()).then((page) => {
      this.#opened = page
      inPassing(page.setDark(nativeTheme.shouldUseDarkColors))
      return page
    })
    this.#page.catch((error: unknown) => {
      if (!this.#destroyed) process.stderr.write(`stand-in: no page: ${error}\n`)
    })
    nativeTheme.on('updated', this.#paint)
    // biome-ignore lint/correctness/noConstructorReturn: unknown uses are to be seen.
    return this.self
  }
  static fromId = (id: number): WebContents | undefined => all.get(id)
  static getAllWebContents = (): WebContents[] => [...all.values()]

  #paint = () => {
    if (this.#opened) inPassing(this.#opened.setDark(nativeTheme.shouldUseDarkColors))
  }

  #events(): PageEvents {
    return {
      message: (message, contextId) =>
        void this.#heard(message, this.#opened?.frames.ofContext(contextId) ?? null),
      mayNavigate: (url, isMainFrame, isRedirect) => {
        const event = preventable({
          url,
          isMainFrame,
          isSameDocument: false,
          frame: this.#opened?.frames.main ?? null,
        })
        if (isRedirect) this.emit('will-redirect', event, url, false, isMainFrame)
        else {
          this.emit('will-frame-navigate', event)
          if (isMainFrame && !event.defaultPrevented)
            this.emit('will-navigate', event, url, false, isMainFrame)
        }
        return !event.defaultPrevented
      },
      begins: (url, isMainFrame, isSameDocument) => {
        const frame = this.#opened?.frames.main ?? null
        const event = preventable({ url, isMainFrame, isSameDocument, frame })
        if (isMainFrame && !isSameDocument) this.#loading = true
        this.emit('did-start-navigation', event, url, isSameDocument, isMainFrame)
        if (isSameDocument) this.emit('did-navigate-in-page', preventable(), url, isMainFrame)
      },
      committed: (url) => {
        this.#crashed = false
        for (const [name, inside] of CHROMIUM_NAMES) {
          const granted = name === 'clipboard-sanitized-write' || isGranted(this.self, name, url)
          for (const one of inside) if (this.#opened) inPassing(this.#opened.setPermission(one, granted, url))
        }
        this.emit('did-navigate', preventable(), url, 200, 'OK')
        this.emit('dom-ready', preventable())
      },
      painted: () => this.emit('stand-in-painted'),
      finished: () => {
        this.#loading = false
        this.emit('did-finish-load', preventable())
        this.emit('did-stop-loading', preventable())
        this.emit('stand-in-painted')
      },
      failed: (error, url) => {
        this.#loading = false
        this.emit('did-fail-load', preventable(), -2, error, url, true)
      },
      wantsWindow: (url) => this.#wantsWindow(url),
      crashed: () => {
        this.#crashed = true
        const details = { reason: 'crashed', exitCode: 133 }
        this.emit('render-process-gone', preventable(), details)
        app.emit('render-process-gone', preventable(), this.self, details)
      },
      gone: () => {
        if (!this.#destroyed) this.#openUnlessClosed()
      },
    }
  }

  async #heard(message: Record<string, unknown>, frame: Frame | null): Promise<void> {
    if (this.#destroyed) return
    const tell = (reply: object) => this.#opened?.tell({ kind: 'answer', id: message.id, ...reply })
    switch (message.kind) {
      case 'send':
        hear(this.self, frame, message as unknown as FromPage)
        break
      case 'invoke':
        tell(await answer(this.self, frame, message as unknown as FromPage))
        break
      case 'open':
        this.#wantsWindow(toOutside(message.url as string))
        break
      case 'may':
        tell({ ok: true, value: await mayPage(this.self, message.permission as string, frame?.url ?? '') })
        break
      case 'preload-error':
        this.emit('preload-error', preventable(), '', message.error)
        process.stderr.write(`stand-in: Unable to load preload script: ${message.error}\n`)
        break
    }
  }

  #wantsWindow(url: string): void {
    if (this.#openHandler === null) throw new StandInError('new windows: nobody set a handler for them')
    const details = {
      url,
      frameName: '',
      features: '',
      disposition: 'foreground-tab',
      referrer: { url: '', policy: 'default' },
    }
    const { action } = this.#openHandler(details)
    if (action !== 'deny') throw new StandInError(`new windows that are allowed: ${url}`)
  }

  setWindowOpenHandler(handler: OpenHandler): void {
    this.#openHandler = handler
  }
  async loadURL(url: string, _options?: object): Promise<void> {
    this.#pending = url
    this.#loading = true
    const page = await this.#page
    if (this.#destroyed) throw new Error(`ERR_ABORTED (-3) loading '${url}'`)
    try {
      await page.load(url)
    } catch (error) {
      throw new Error(`${(error as Error).message} (-2) loading '${url}'`)
    } finally {
      this.#pending = ''
    }
  }
  reload(): void {
    inPassing(this.#page.then((page) => page.reload()))
  }
  reloadIgnoringCache(): void {
    this.reload()
  }
  stop(): void {}
  getURL(): string {
    const url = this.#opened?.url ?? ''
    return this.#pending !== '' && (url === '' || url === 'about:blank') ? this.#pending : url
  }
  get mainFrame(): Frame | null {
    return this.#opened?.frames.main ?? null
  }
  isLoading = () => this.#loading
  isLoadingMainFrame = () => this.#loading
  isDestroyed = () => this.#destroyed
  isCrashed = () => this.#crashed
  isFocused = () => false
  focus(): void {}
  getTitle = () => ''
  getOSProcessId = () => 0
  getType = () => 'window'
  setZoomFactor(): void {}
  setVisualZoomLevelLimits = async () => undefined
  setBackgroundThrottling(): void {}
  isDevToolsOpened = () => false
  closeDevTools(): void {}
  send(channel: string, ...args: unknown[]): void {
    if (typeof channel !== 'string') throw new TypeError('Missing required channel argument')
    const message = { kind: 'send', channel, args: cloned(args) }
    if (this.#opened) this.#opened.tell(message)
    else inPassing(this.#page.then((page) => page.tell(message)))
  }
  async executeJavaScript(code: string, userGesture = false): Promise<unknown> {
    return (await this.#page).run(code, userGesture)
  }
  /** Asks the page as Chromium does: only a page with a user gesture may refuse to close. */
  async standInMayUnload(): Promise<boolean> {
    const asked = this.#opened?.run(
      `(() => {
        if (!navigator.userActivation.hasBeenActive) return true
        const event = new Event('beforeunload', { cancelable: true })
        return window.dispatchEvent(event)
      })()`,
      false,
    )
    return asked === undefined || (await asked.catch(() => true)) !== false
  }
  forcefullyCrashRenderer(): void {
    this.#opened?.crash()
  }
  close(): void {
    this.#openUnlessClosed()
  }
  /** For the window: closes the page for good. */
  standInDestroy(): void {
    if (this.#destroyed) return
    this.#destroyed = true
    all.delete(this.id)
    nativeTheme.off('updated', this.#paint)
    inPassing(this.#page.then((page) => page.close()))
    this.emit('destroyed')
  }
}
