import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import type { Args, CallName, Value } from '../../src/shared/api.ts'
import { startSimulators } from '../crash/processes.ts'
import { type Chatra, chatraOf, type Planfix, planfixOf } from '../e2e/simulators.ts'
import { call } from '../e2e/wizard-steps.ts'
import { connectionOf, HOOK_SECRET, until, type WorldOptions } from '../e2e/world.ts'
import { freePort } from '../support/free-port.ts'
import { Keyring, type KeyringOptions } from '../support/keyring.ts'
import { SystemKeychain } from '../support/system-keychain.ts'
import { TrayPanel } from '../support/tray-panel.ts'
import { electronBinary, type Running, start } from './driver.ts'

export interface DesktopOptions
  extends Pick<
    WorldOptions,
    'setup' | 'connection' | 'connectionOptions' | 'planfixSettings' | 'configuration' | 'language'
  > {
  keyring?: KeyringOptions['state']
  /** The system that the stand-in simulates; the present one by default. */
  platform?: 'win32' | 'darwin'
  /** Whether a panel shows tray images; true by default. Only Linux checks. */
  panel?: boolean
  /** As the system starts it at login. */
  hidden?: boolean
  /** False: the test starts it. */
  started?: boolean
}

/**
 * Both simulators, a keyring and the built desktop application, as separate processes with folders and ports of their
 * own.
 */
export interface DesktopWorld {
  chatra: Chatra
  planfix: Planfix
  keyring: Keyring
  keychain: SystemKeychain
  dataDir: string
  /** Where the receiver listens. */
  hooks: string
  /** The origin of the page, as the browser that shows it writes it. */
  readonly origin: string
  readonly app: Running
  /** Starts a panel. */
  showPanel(): Promise<TrayPanel>
  /** Resolves when the receiver listens. */
  start(args?: readonly string[]): Promise<void>
  /** The page of the window; waits for one. */
  page(): Promise<Page>
  /** As its own button does; resolves when all processes have ended. */
  closeWindow(): Promise<void>
  /** A call of shared/api.ts from the window. */
  call<N extends CallName>(name: N, args: Args<N>): Promise<Value<N>>
  end(): Promise<void>
}

/** Windows checks a new program; a busy computer starts four processes at once. */
const LONGEST_START_MS = 40_000

export async function startDesktopWorld(options: DesktopOptions = {}): Promise<DesktopWorld> {
  const isShop = options.setup !== 'empty'
  const [dataDir, simulators, keyring, port] = await Promise.all([
    mkdtemp(join(tmpdir(), 'bridge-desktop-')),
    startSimulators(['--seed', '7']),
    Keyring.start({ state: options.keyring ?? 'unlocked' }),
    freePort(),
  ])
  const keychain = new SystemKeychain(keyring.env, electronBinary)
  const hasKeychain = (options.keyring ?? 'unlocked') === 'unlocked'
  const chatra = chatraOf(simulators.ready.chatra)
  const planfix = planfixOf(simulators.ready.planfix)
  let app: Running | null = null
  let panel: TrayPanel | null = null
  let origin = ''
  const { DISPLAY, WAYLAND_DISPLAY, XAUTHORITY } = process.env
  const env = {
    ...keyring.env,
    // Electron has a real window; a keyring would show its prompts there.
    ...(electronBinary !== null && { DISPLAY, WAYLAND_DISPLAY, XAUTHORITY }),
    BRIDGE_DATA_DIR: dataDir,
    BRIDGE_HOOK_PORT: String(port),
    BRIDGE_KEYCHAIN_SERVICE: keychain.service,
    TZ: 'UTC',
    STAND_IN_FOLDER: keyring.dir,
    ...(options.platform && { STAND_IN_PLATFORM: options.platform }),
  }
  const world: DesktopWorld = {
    chatra,
    planfix,
    keyring,
    keychain,
    dataDir,
    hooks: `http://127.0.0.1:${port}`,
    get origin() {
      return origin
    },
    get app() {
      if (app === null) throw new Error('the application was not started')
      return app
    },
    async showPanel() {
      panel = await TrayPanel.start(keyring.env.DBUS_SESSION_BUS_ADDRESS ?? '')
      return panel
    },
    async start(args = []) {
      app = await start({ env, args })
      await until(
        'the receiver',
        () =>
          fetch(`${world.hooks}/healthz`).then(
            () => true,
            () => false,
          ),
        LONGEST_START_MS,
      )
    },
    async page() {
      const page = await until('the window', async () => (await world.app.windows())[0])
      page.setDefaultTimeout(10_000)
      // Node gives a custom scheme no origin.
      origin = await page.evaluate(() => location.origin)
      return page
    },
    async closeWindow() {
      await world.app.evaluate(({ BrowserWindow }) => {
        for (const one of BrowserWindow.getAllWindows()) one.close()
      })
      await until('the window to go', async () => {
        const count = await world.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)
        return count === 0 && (await world.app.windows()).length === 0
      })
    },
    call: async (name, args) => call(await world.page(), name, args),
    async end() {
      await app?.dispose()
      panel?.stop()
      // Linux has a keyring of the test's own.
      if (process.platform !== 'linux') await keychain.clear()
      await Promise.all([simulators.end(), keyring.stop()])
      // On Windows a file stays open for a moment after its program.
      await rm(dataDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
    },
  }
  try {
    if (isShop) {
      await chatra.tells(`${world.hooks}/hooks/shop/${HOOK_SECRET}/chatra`)
      if (hasKeychain)
        await keychain.store({
          'shop/CHATRA_SECRET_KEY': chatra.secretKey,
          'shop/PLANFIX_TOKEN': planfix.token,
        })
    }
    const { language = 'en', configuration } = options
    const connections = isShop ? [connectionOf(chatra, planfix, options)] : []
    if (isShop || configuration)
      await writeFile(
        join(dataDir, 'config.json'),
        JSON.stringify({ language, ...configuration, connections }),
      )
    if (options.panel !== false && keyring.env.DBUS_SESSION_BUS_ADDRESS !== undefined) await world.showPanel()
    if (options.started !== false) await world.start(options.hidden ? ['--hidden'] : [])
    return world
  } catch (error) {
    await world.end()
    throw error
  }
}
