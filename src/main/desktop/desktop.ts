import { mkdirSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { join } from 'node:path'
import {
  app,
  dialog,
  ipcMain,
  Menu,
  Notification,
  nativeTheme,
  powerMonitor,
  protocol,
  session,
  shell,
} from 'electron'
import { translate, translateAny } from '../../shared/i18n/index.ts'
import type { Log } from '../application/application.ts'
import { type OpenBridge, openBridge } from '../application/opening.ts'
import { openSecrets, SERVICE } from '../secrets/keychain.ts'
import { createRedactor, type Redactor } from '../settings/redact.ts'
import { type Ending, endInOrder } from './ending.ts'
import { followTray } from './follow-tray.ts'
import { freePort, HOOK_PORT } from './free-port.ts'
import { guardWindows } from './guards.ts'
import { serveIpc } from './ipc.ts'
import { externalLink } from './links.ts'
import { createFileLog } from './log-file.ts'
import { followLoginItem, HIDDEN, startedAtLogin } from './login-item.ts'
import { applicationMenu } from './menu.ts'
import { type NoticeTarget, startNotifications } from './notifications.ts'
import { isOurs, servePage } from './page.ts'
import { followPower } from './power.ts'
import { openDesktopSettings } from './settings.ts'
import { watchSmokeTest } from './smoke.ts'
import { startTrouble } from './start-trouble.ts'
import { openTray } from './tray.ts'
import { watchTrayArea } from './tray-area.ts'
import type { TrayAction } from './tray-menu.ts'
import { startUpdates, updateFeedIn } from './updates.ts'
import { createMainWindow, type MainWindow } from './window.ts'

export interface DesktopOptions {
  /** Where `out` and `resources` are. */
  root: string
  dataDir: string
}

const PLATFORM = process.platform
/** Everything of a start has been compiled by then. */
const COMPILED_AFTER_MS = 10_000
const APP_ID = 'com.chatra-planfix-bridge.desktop'

/** Starts the desktop application; it lives in the tray from then on. Ends the program, with words, when it cannot. */
export async function startDesktop({ root, dataDir }: DesktopOptions): Promise<void> {
  mkdirSync(dataDir, { recursive: true })
  // Windows shows notifications of programs it can name; the same as in electron-builder.yml.
  if (PLATFORM === 'win32') app.setAppUserModelId(APP_ID)
  const redact = createRedactor()
  const log = createFileLog({ dir: join(dataDir, 'logs'), redact, console: !app.isPackaged })
  const ending = endInOrder({ app, log, appImage: process.env.APPIMAGE, now: Date.now })
  await app.whenReady()
  try {
    await run({ root, dataDir, redact, log, ending })
  } catch (error) {
    cannotStart(error, dataDir, log, redact)
  }
}

interface Parts extends DesktopOptions {
  redact: Redactor
  log: Log
  ending: Ending
}

async function run({ root, dataDir, redact, log, ending }: Parts): Promise<void> {
  const hidden = startedAtLogin(app)
  /** Made when there is something to show. */
  let bridge: OpenBridge | null = null
  const act = (action: TrayAction) => {
    switch (action.do) {
      case 'open':
        return window.show(action.route)
      case 'quit':
        return app.quit()
      case 'enable': {
        const { connectionId: id, enabled } = action
        void bridge?.caller.call({ trusted: true }, 'connection.enable', { id, enabled }).then((answer) => {
          if (!answer.ok) {
            log.warn(
              { connection: id, why: answer.error.message.key },
              'the tray could not switch a connection',
            )
            window.show(`/settings/${id}`)
          }
        })
      }
    }
  }

  const smoke = watchSmokeTest(app)
  servePage(protocol, join(root, 'out/renderer'))
  Menu.setApplicationMenu(applicationMenu(PLATFORM))
  const window: MainWindow = createMainWindow({
    ...{ root, dataDir, log },
    now: Date.now,
    t: (key) => translate(bridge?.application.configuration.language ?? languageOf(app.getLocale()), key),
    changed: (isOpen) => (isOpen ? app.dock?.show() : app.dock?.hide()),
  })
  guardWindows({ app, session: session.defaultSession, shell, log, show: (url) => window.showUrl(url) })
  const tray = openTray({ root, platform: PLATFORM, act })
  let wanted = !hidden
  app.on('second-instance', (_event, argv) => {
    if (argv.includes(HIDDEN)) return
    if (bridge === null) wanted = true
    else window.show()
  })
  app.on('activate', () => window.show())

  const learn = (secret: string) => redact.add(secret)
  const secrets = await openSecrets({ service: SERVICE, learn, log, platform: PLATFORM, dataDir })
  const settings = await openDesktopSettings({
    ...{ dataDir, secrets, redact },
    onProblem: (trouble) =>
      log.error({ ...trouble }, 'the settings cannot be read: starting without connections'),
  })
  redact.add(...settings.read().connections.map(({ webhookSecret }) => webhookSecret))

  const area = watchTrayArea({ platform: PLATFORM, log, missing: () => window.show() })
  const host = '127.0.0.1'
  const logs = join(dataDir, 'logs')
  const opened = await openBridge(
    {
      ...{ settings, secrets, dataDir, log, redact },
      hooks: { host, port: await freePort(host, HOOK_PORT) },
      demo: { start: async () => (await import('../server/demo-accounts.ts')).startDemoAccounts() },
      desktop: { login: () => login.state(), logs, openLogs: () => shell.openPath(logs) },
      notices: () => [
        ...(area.isMissing ? [{ key: 'desktop.no-tray', params: {} }] : []),
        ...(settings.problem ? [settings.problem] : []),
      ],
    },
    'desktop',
  )
  bridge = opened
  const { application, caller, feed } = opened
  const open = (target: NoticeTarget) => {
    if (target.kind === 'task') {
      const link = externalLink(target.url)
      if (link !== null) void shell.openExternal(link).catch(() => window.show())
    } else if (target.kind === 'update') void restart()
    else window.show(target.kind === 'page' ? target.route : `/conversation/${target.conversationId}`)
  }
  const ipc = serveIpc({ ipcMain, caller, feed, isTrusted: isOurs })
  const shown = followTray({ application, caller, tray })
  const notices = startNotifications({ application, Notification, open, log })
  const login = followLoginItem({ app, application, log })
  const looks = followTheme(opened)
  const stopPower = followPower({ powerMonitor, application, shutdown: () => app.quit() })
  const updates = startUpdates({
    feed: updateFeedIn(process.resourcesPath, log),
    clock: application.clock,
    log,
    isBusy: () => isDelivering(opened),
    end: () => ending.letGo(),
    failed() {
      app.relaunch(process.env.APPIMAGE ? { execPath: process.env.APPIMAGE } : {})
      app.exit(0)
    },
    tell: (ready) => notices.update(ready),
  })
  async function restart() {
    if ((await updates.restart()) === 'busy') notices.updateBusy(updates.ready ?? '')
  }
  ending.restartsWith(() => restartArguments(window.isOpen))
  ending.takes(async () => {
    for (const part of [updates, looks, login, notices, shown, ipc, area]) part.stop()
    stopPower()
    tray.stop()
    await opened.stop()
  })

  await opened.begin()
  log.info({ dataDir, hooks: application.hooksUrl, connections: application.connections.size }, 'ready')
  if (wanted) window.show()
  else app.dock?.hide()
  void smoke?.begun(!area.isMissing)
  // Written now: an end that is cut short would write nothing.
  application.clock.after(COMPILED_AFTER_MS, () => flushCompileCache())
}

/** After a fault it is as visible as before. */
const restartArguments = (isOpen: boolean): string[] => {
  const others = process.argv.slice(1).filter((one) => one !== HIDDEN)
  return isOpen ? others : [...others, HIDDEN]
}

/** Whether something is on its way to a service at this moment. */
async function isDelivering({ application }: OpenBridge): Promise<boolean> {
  const counts = [...application.connections.keys()].map((id) => application.store.counts(id))
  return (await Promise.all(counts)).some(
    ({ states }) => states['to-planfix'].sending + states['to-chatra'].sending > 0,
  )
}

/** Title bars and menus of the system in the colours of the interface; on Linux the panel would take them as well. */
function followTheme({ application }: OpenBridge): { stop(): void } {
  const follow = () => {
    if (PLATFORM !== 'linux') nativeTheme.themeSource = application.configuration.theme
  }
  follow()
  return { stop: application.listen({ configured: follow }) }
}

function cannotStart(error: unknown, dataDir: string, log: Log, redact: Redactor): void {
  const language = languageOf(app.getLocale())
  const words = startTrouble(error, dataDir)
  const text =
    words === null
      ? translate(language, 'desktop.cannot-start.other', { detail: String(error) })
      : translateAny(language, words.key, words.params)
  log.error({ stack: error instanceof Error ? error.stack : undefined }, `cannot start: ${text}`)
  dialog.showErrorBox(translate(language, 'desktop.cannot-start.title'), redact(text))
  app.exit(1)
}

const languageOf = (locale: string) => {
  const name = locale.slice(0, 2)
  return name === 'ro' || name === 'ru' ? name : 'en'
}
