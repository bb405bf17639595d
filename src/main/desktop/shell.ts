import { join } from 'node:path'
import { app, ipcMain, Menu, nativeImage, nativeTheme, protocol, session, shell } from 'electron'
import { type TextKey, type TextParams, translate } from '../../shared/i18n/index.ts'
import type { OpenBridge } from '../bootstrap.ts'
import { systemClock } from '../process/clock.ts'
import type { Log } from '../runtime/application.ts'
import { serveIpc } from './ipc.ts'
import { HIDDEN } from './lifecycle/login-item.ts'
import { startPage } from './start/page.ts'
import { type StartProgress, type StartStep, startProgress } from './start/progress.ts'
import { openStartWindow } from './start/window.ts'
import { systemLanguage } from './system-language.ts'
import type { TrayAction } from './tray/menu.ts'
import { presentTray, type TrayPauses } from './tray/presenter.ts'
import { openTray } from './tray/tray.ts'
import { createBadge } from './window/badge.ts'
import { menuTemplate } from './window/menu.ts'
import { isOurs, servePage } from './window/renderer-protocol.ts'
import { secureWebContents } from './window/web-contents-security.ts'
import { createMainWindow } from './window/window.ts'

/** The visible parts of the application: tray and window. */
export interface Shell {
  readonly starting: StartProgress
  /** Shows the window, at a page of the interface if given; once the bridge is open. */
  show(route?: string): void
  readonly isOpen: boolean
  /**
   * Closes the window before an update; resolves with false when the owner wants to save something first.
   */
  leave(): Promise<boolean>
  /** A panel accepts the tray icon. */
  showTray(): void
  /** The bridge is open. Returns a function that ends what was started with it. */
  serve(bridge: OpenBridge, system: TraySystem): { stop(): void }
  /** It runs: the requested page is shown. */
  begin(): void
}

/** What the tray's menu does beside showing the window. */
export interface TraySystem extends TrayPauses {
  act(action: SystemAction): void
}
export type SystemAction = Exclude<TrayAction, { do: 'open' | 'quit' | 'about' | 'enable' }>

export interface ShellOptions {
  /** The folder of `out` and `resources`. */
  root: string
  dataDir: string
  log: Log
  /** Started by the system: no window was requested. */
  hidden: boolean
  platform: NodeJS.Platform
}

export function openShell({ root, dataDir, log, hidden, platform }: ShellOptions): Shell {
  let bridge: OpenBridge | null = null
  let system: TraySystem | null = null
  let begun = false
  /** What to show when it begins; null = nothing. */
  let wanted: { route?: string } | null = hidden ? null : {}

  const t = (key: TextKey, params?: TextParams) =>
    translate(bridge?.application.configuration.language ?? systemLanguage(app.getLocale()), key, params)

  const starting = startProgress({
    clock: systemClock,
    isWanted: () => wanted !== null,
    open: (step) => openStartWindow({ root, title: t('app.name'), step, page: startPageAt }),
  })
  const startPageAt = (step: StartStep) =>
    startPage({ step, platform, language: systemLanguage(app.getLocale()), t })

  const show = (route?: string) => {
    if (begun) window.show(route)
    else {
      wanted = route === undefined ? (wanted ?? {}) : { route }
      starting.wanted()
    }
  }

  function act(action: TrayAction): void {
    if (action.do === 'open') show(action.route)
    else if (action.do === 'quit') app.quit()
    else if (action.do === 'about') app.showAboutPanel()
    else if (action.do === 'enable') void enable(action.connectionId, action.enabled)
    else system?.act(action)
  }

  /** As in the settings of the interface; when it is refused, they give more detail. */
  async function enable(id: string, enabled: boolean): Promise<void> {
    const answer = await bridge?.caller.call({ trusted: true }, 'connection.enable', { id, enabled })
    if (answer?.ok !== false) return
    log.warn({ connection: id, why: answer.error.message.key }, 'the tray could not switch a connection')
    show(`/settings/${id}`)
  }

  servePage(protocol, join(root, 'out/renderer'))
  const speak = () => {
    Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(platform, t)))
    app.setAboutPanelOptions({
      applicationName: t('app.name'),
      applicationVersion: app.getVersion(),
      iconPath: join(root, 'resources/icon.png'),
    })
  }
  speak()
  const badge = createBadge({
    app,
    nativeImage,
    platform,
    root,
    textOf: (count) => t('desktop.menu.attention', { count }),
  })
  const window = createMainWindow({
    root,
    dataDir,
    log,
    t,
    now: Date.now,
    // The dock is for programs with a window.
    changed: (isOpen) => (isOpen ? app.dock?.show() : app.dock?.hide()),
    opened(made) {
      badge.attach(made)
      made.once('show', starting.end)
    },
  })
  secureWebContents({ app, session: session.defaultSession, shell, log, show: (url) => window.showUrl(url) })
  const tray = openTray({ root, platform, act })
  tray.show({ state: null, chats: [], pause: null, mutedUntil: null, t, clockTime: String })
  app.on('second-instance', (_event, argv) => {
    if (!argv.includes(HIDDEN)) show()
  })
  app.on('activate', () => show())

  return {
    starting,
    show,
    get isOpen() {
      return window.isOpen
    },
    leave: window.leave,
    showTray: () => tray.make(),
    serve(opened, itsSystem) {
      bridge = opened
      system = itsSystem
      const { application, caller, feed } = opened
      const parts = [
        serveIpc({ ipcMain, caller, feed, isTrusted: isOurs }),
        presentTray({ application, caller, tray, pauses: itsSystem, badge: badge.show }),
        { stop: window.keep },
        { stop: followTheme(opened, platform) },
        { stop: followLanguage(application, speak) },
        tray,
      ]
      return {
        stop() {
          for (const part of parts) part.stop()
        },
      }
    },
    begin() {
      begun = true
      if (wanted !== null) window.show(wanted.route)
      else {
        starting.end()
        app.dock?.hide()
      }
    },
  }
}

/** `speak` once now and after each change of the owner's language. */
function followLanguage(application: OpenBridge['application'], speak: () => void): () => void {
  let spoken: string | null = null
  const follow = () => {
    const { language } = application.configuration
    if (language === spoken) return
    spoken = language
    speak()
  }
  follow()
  return application.subscribe({ configurationChanged: follow })
}

/**
 * The system's title bars and menus get the colours of the interface; on Linux the panel would get them as
 * well.
 */
function followTheme({ application }: OpenBridge, platform: NodeJS.Platform): () => void {
  const follow = () => {
    if (platform !== 'linux') nativeTheme.themeSource = application.configuration.theme
  }
  follow()
  return application.subscribe({ configurationChanged: follow })
}
