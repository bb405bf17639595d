import { mkdirSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { app, session, shell } from 'electron'
import { loadEveryLanguage } from '../../shared/i18n/index.ts'
import { openBridge } from '../bootstrap.ts'
import { findProxiesBy } from '../http/outgoing.ts'
import { freePort, HOOK_PORT } from '../process/free-port.ts'
import { trustSystemCertificates } from '../process/system-certificates.ts'
import type { Log } from '../runtime/application.ts'
import { openSecrets, serviceIn } from '../secrets/keychain.ts'
import { createRedactor, type Redactor } from '../settings/redact.ts'
import { opensSlowly } from '../store/index.ts'
import { appImageOf } from './lifecycle/app-image.ts'
import { HIDDEN, startedAtLogin } from './lifecycle/login-item.ts'
import { orderlyShutdown, type Shutdown } from './lifecycle/shutdown.ts'
import { watchSmokeTest } from './lifecycle/smoke.ts'
import { reportStartupError } from './lifecycle/startup-error.ts'
import { identifyOnWindows } from './lifecycle/windows-identity.ts'
import { createFileLog } from './log-file.ts'
import { openDesktopSettings } from './settings.ts'
import { openShell } from './shell.ts'
import { type SystemIntegration, startSystemIntegration } from './system-integration.ts'
import { systemProxies } from './system-proxy.ts'
import { type TraySupport, traySupport, watchTraySupport } from './tray/support.ts'

export interface DesktopOptions {
  /** The folder of `out` and `resources`. */
  root: string
  dataDir: string
  /** Folder of the log files; created when missing. */
  logs: string
  /** Why the data folder is unusable, if already known. */
  trouble: Error | null
}

const PLATFORM = process.platform
/** The receiver listens on this computer only: a tunnel leads to it. */
const HOST = '127.0.0.1'
const NO_TRAY = { missing: 'desktop.no-tray', unsure: 'desktop.no-tray-unsure' } as const
/** By then all code of a start has been compiled. */
const COMPILED_AFTER_MS = 10_000

/**
 * Starts the desktop application, which then runs in the tray. Shows an error and exits when it cannot start.
 */
export async function startDesktop({ root, dataDir, logs, trouble }: DesktopOptions): Promise<void> {
  if (PLATFORM === 'win32') identifyOnWindows(app)
  const redact = createRedactor()
  const log = createFileLog({ dir: logs, redact, console: !app.isPackaged })
  try {
    if (trouble !== null) throw trouble
    mkdirSync(dataDir, { recursive: true })
    const ending = orderlyShutdown({ app, log, appImage: appImageOf(), now: Date.now })
    const area = traySupport(PLATFORM)
    await app.whenReady()
    await loadEveryLanguage()
    await run({ root, dataDir, logs, redact, log, ending, area })
  } catch (error) {
    await app.whenReady()
    await loadEveryLanguage()
    reportStartupError(error, { dataDir, log, redact })
  }
}

interface Parts extends Omit<DesktopOptions, 'trouble'> {
  logs: string
  redact: Redactor
  log: Log
  ending: Shutdown
  /** Whether a panel existed when the program started. */
  area: Promise<TraySupport>
}

/** The tray comes first, so that it is visible while a keychain prompts the owner; the bridge follows. */
async function run({ root, dataDir, logs, redact, log, ending, area: first }: Parts): Promise<void> {
  const smoke = watchSmokeTest(app)
  const desktopShell = openShell({ root, dataDir, log, hidden: startedAtLogin(app), platform: PLATFORM })
  const area = watchTraySupport({
    platform: PLATFORM,
    log,
    first,
    make: () => desktopShell.showTray(),
    missing: () => desktopShell.show(),
  })

  const { starting } = desktopShell
  starting.step('keychain')
  const learn = (secret: string) => redact.add(secret)
  const secrets = await openSecrets({
    service: serviceIn(process.env),
    learn,
    log,
    platform: PLATFORM,
    dataDir,
  })
  const settings = await openDesktopSettings({
    dataDir,
    secrets,
    redact,
    onProblem: (trouble) =>
      log.error({ ...trouble }, 'the settings cannot be read: starting without connections'),
  })
  redact.add(...settings.read().connections.map(({ webhookSecret }) => webhookSecret))

  starting.step('data')
  if (opensSlowly(dataDir)) await starting.slow()
  let around: SystemIntegration | null = null
  const bridge = await openBridge(
    {
      settings,
      secrets,
      dataDir,
      log,
      redact,
      hooks: { host: HOST, port: await freePort(HOST, HOOK_PORT) },
      // Loaded on first use: most programs never need it.
      demo: { start: async (language) => (await import('../demo/beside.ts')).startDemo(log, language) },
      desktop: {
        login: () => around?.login.state() ?? { starts: false, why: null },
        logs,
        openLogs: () => shell.openPath(logs),
      },
      notices: () => [
        ...(area.trouble === null ? [] : [{ key: NO_TRAY[area.trouble], params: {} }]),
        ...(around?.isMute ? [{ key: 'desktop.no-notifications', params: {} }] : []),
        ...(settings.problem ? [settings.problem] : []),
      ],
    },
    'desktop',
  )
  const system = startSystemIntegration({
    bridge,
    ending,
    log,
    show: desktopShell.show,
    leave: desktopShell.leave,
  })
  around = system
  const served = desktopShell.serve(bridge, system)
  ending.restartsWith(() => restartArguments(desktopShell.isOpen))
  ending.onShutdown(async () => {
    for (const part of [system, served, area]) part.stop()
    await bridge.stop()
  })

  starting.step('connect')
  trustSystemCertificates(log)
  findProxiesBy(systemProxies(session.defaultSession))
  await bridge.begin()
  await system.begin()
  desktopShell.begin()
  const { application } = bridge
  const afterMs = Math.round(performance.now())
  log.info(
    { dataDir, hooks: application.hooksUrl, connections: application.connections.size, afterMs },
    'ready',
  )
  void smoke?.begun({ tray: area.decided, keychain: secrets.trouble?.code ?? 'works' })
  // Written now: a shutdown that is cut short would not write it.
  application.clock.after(COMPILED_AFTER_MS, () => flushCompileCache())
}

/** After a crash the window is as visible as before. */
function restartArguments(isOpen: boolean): string[] {
  const others = process.argv.slice(1).filter((one) => one !== HIDDEN)
  return isOpen ? others : [...others, HIDDEN]
}
