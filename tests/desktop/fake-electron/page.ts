import { randomUUID } from 'node:crypto'
import { inPassing, type Session } from './cdp.ts'
import { chromium } from './chromium.ts'
import { makeCodec } from './codec.ts'
import { Frames } from './frames.ts'
import { toInside, toOutside } from './own-address.ts'
import { PRELOAD_WORLD, pageScripts } from './page-scripts.ts'
import { answerOwn, type Paused } from './protocol.ts'

const codec = makeCodec()

/** What a page reports to its WebContents. */
export interface PageEvents {
  /** A message of the preload; `frame` is its sender. */
  message(message: Record<string, unknown>, contextId: number): void
  /** The page wants to navigate; false prevents it. */
  mayNavigate(url: string, isMainFrame: boolean, isRedirect: boolean): boolean
  /** A navigation begins, or took place within the document. */
  begins(url: string, isMainFrame: boolean, isSameDocument: boolean): void
  committed(url: string): void
  painted(): void
  finished(): void
  failed(error: string, url: string): void
  wantsWindow(url: string): void
  crashed(): void
  gone(): void
}

/** One page of Chromium, as the window of the application. */
export class Page {
  readonly frames: Frames
  #session: Session
  #events: PageEvents
  #targetId: string
  /** Navigations that the application itself started; no handler may refuse them. */
  #asked = new Set<string>()
  #url = 'about:blank'

  private constructor(session: Session, targetId: string, events: PageEvents) {
    this.#session = session
    this.#targetId = targetId
    this.#events = events
    this.frames = new Frames(session)
    this.frames.begin(targetId)
  }

  static async open(
    size: { width: number; height: number },
    preload: string | undefined,
    events: PageEvents,
  ): Promise<Page> {
    const { connection } = await chromium()
    const { targetId } = await connection.browser.send<{ targetId: string }>('Target.createTarget', {
      url: 'about:blank',
      newWindow: true,
      ...size,
    })
    const { sessionId } = await connection.browser.send<{ sessionId: string }>('Target.attachToTarget', {
      targetId,
      flatten: true,
    })
    const page = new Page(connection.session(sessionId), targetId, events)
    await page.#prepare(pageScripts(preload, randomUUID()))
    return page
  }

  async #prepare(scripts: { main: string; preload: string }): Promise<void> {
    const { send } = this.#session
    this.#listen()
    await Promise.all([
      send('Page.enable'),
      send('Page.setLifecycleEventsEnabled', { enabled: true }),
      send('Runtime.enable'),
      send('Inspector.enable'),
      send('Fetch.enable', { patterns: [{ urlPattern: '*' }] }),
      send('Runtime.addBinding', { name: '__toMain', executionContextName: PRELOAD_WORLD }),
      send('Page.addScriptToEvaluateOnNewDocument', { source: scripts.main }),
      send('Page.addScriptToEvaluateOnNewDocument', { source: scripts.preload, worldName: PRELOAD_WORLD }),
    ])
  }

  #listen(): void {
    const session = this.#session
    const events = this.#events
    const isMain = (frameId: string) => frameId === this.#targetId
    session.on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
      if (name === '__toMain')
        events.message(codec.decode(payload) as Record<string, unknown>, executionContextId)
    })
    session.on('Fetch.requestPaused', (paused: Paused) => inPassing(this.#requested(paused)))
    session.on('Page.frameRequestedNavigation', ({ frameId, url }) => {
      // Requests that need no network pass through `Fetch`.
      if (/^(https?|data):/.test(url)) return
      if (events.mayNavigate(toOutside(url), isMain(frameId), false)) return
      inPassing(session.send('Page.stopLoading'))
    })
    session.on('Page.frameNavigated', ({ frame }) => {
      if (!isMain(frame.id)) return
      this.#url = toOutside(frame.url) + (frame.urlFragment ?? '')
      events.committed(this.#url)
    })
    session.on('Page.navigatedWithinDocument', ({ frameId, url }) => {
      if (isMain(frameId)) this.#url = toOutside(url)
      events.begins(toOutside(url), isMain(frameId), true)
    })
    session.on('Page.windowOpen', ({ url }) => events.wantsWindow(toOutside(url)))
    session.on('Page.loadEventFired', () => events.finished())
    session.on('Page.lifecycleEvent', ({ frameId, name }) => {
      if (isMain(frameId) && name === 'firstPaint') events.painted()
    })
    session.on('Inspector.targetCrashed', () => events.crashed())
    session.on('gone', () => events.gone())
  }

  async #requested(paused: Paused): Promise<void> {
    const { send } = this.#session
    const { requestId, frameId, resourceType, request } = paused
    if (resourceType === 'Document') {
      const isMain = frameId === this.#targetId
      const url = toOutside(request.url)
      const own = isMain && this.#asked.delete(withoutHash(request.url))
      if (!own && !this.#events.mayNavigate(url, isMain, paused.redirectedRequestId !== undefined)) {
        await send('Fetch.failRequest', { requestId, errorReason: 'Aborted' })
        return
      }
      this.#events.begins(url, isMain, false)
    }
    const [method, params] = (await answerOwn(paused)) ?? ['Fetch.continueRequest', { requestId }]
    await send(method, params)
  }

  get url(): string {
    return this.#url
  }

  /** Resolves when it has loaded; rejects with Chromium's error text. */
  async load(url: string): Promise<void> {
    const inside = toInside(url)
    this.#asked.add(withoutHash(inside))
    const loaded = new Promise<void>((resolve, reject) => {
      this.#session.once('Page.loadEventFired', () => resolve())
      this.#session.once('gone', () => reject(new Error('ERR_ABORTED')))
    })
    loaded.catch(() => undefined)
    const { errorText, loaderId } = await this.#session.send<{ errorText?: string; loaderId?: string }>(
      'Page.navigate',
      {
        url: inside,
      },
    )
    if (!loaderId) this.#asked.delete(withoutHash(inside))
    if (errorText) {
      this.#events.failed(errorText.replace('net::', ''), url)
      throw new Error(errorText.replace('net::', ''))
    }
    if (loaderId) await loaded
  }

  async reload(): Promise<void> {
    this.#asked.add(withoutHash(toInside(this.#url)))
    await this.#session.send('Page.reload')
  }

  /** To the preload of the main frame; dropped when there is none. */
  tell(message: Record<string, unknown>): void {
    const uniqueContextId = this.frames.contextOf(PRELOAD_WORLD)
    if (uniqueContextId === null) return
    const expression = `__fromMain(${JSON.stringify(codec.encode(message))})`
    inPassing(this.#session.send('Runtime.evaluate', { expression, uniqueContextId, silent: true }))
  }

  async run(code: string, userGesture: boolean): Promise<unknown> {
    const { result, exceptionDetails } = await this.#session.send<{
      result: { value?: unknown }
      exceptionDetails?: { exception?: { description?: string }; text: string }
    }>('Runtime.evaluate', {
      expression: code,
      awaitPromise: true,
      returnByValue: true,
      userGesture,
      replMode: false,
    })
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
    return result.value
  }

  /** The system theme that Chromium reports to a page. */
  async setDark(isDark: boolean): Promise<void> {
    const features = [{ name: 'prefers-color-scheme', value: isDark ? 'dark' : 'light' }]
    await this.#session.send('Emulation.setEmulatedMedia', { features })
  }

  /** As decided by the application's check handler. */
  async setPermission(name: string, granted: boolean, url: string): Promise<void> {
    if (!/^https?:/.test(toInside(url))) return
    const { connection } = await chromium()
    await connection.browser.send('Browser.setPermission', {
      permission: { name },
      setting: granted ? 'granted' : 'denied',
      origin: new URL(toInside(url)).origin,
    })
  }

  crash(): void {
    inPassing(this.#session.send('Page.crash'))
  }
  async close(): Promise<void> {
    const { connection } = await chromium()
    await connection.browser.send('Target.closeTarget', { targetId: this.#targetId })
  }
}

const withoutHash = (url: string): string => url.split('#')[0] ?? url
