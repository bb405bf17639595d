import type { AppUpdater } from 'electron-updater'
import { errorMessage } from '../../../shared/node-errors.ts'
import type { Clock } from '../../engine/ports.ts'
import type { Log } from '../../runtime/application.ts'
import type { UpdateFeed } from './feed.ts'

export { updateFeedIn } from './feed.ts'

/** The used part of electron-updater. */
export type Updater = Pick<
  AppUpdater,
  | 'autoDownload'
  | 'autoInstallOnAppQuit'
  | 'autoRunAppAfterInstall'
  | 'allowDowngrade'
  | 'disableWebInstaller'
  | 'logger'
  | 'on'
  | 'checkForUpdates'
  | 'quitAndInstall'
>

export interface UpdatesOptions {
  /** Null: there are no checks, and the updater is not loaded. */
  feed: UpdateFeed | null
  clock: Clock
  log: Log
  /** Data is being delivered right now: the program must not restart. */
  isBusy(): boolean | Promise<boolean>
  /** Asks the owner about unsaved changes: false = the owner stays, and nothing restarts. */
  leave(): Promise<boolean>
  /** Resolves when the bridge has shut down: called before a restart, as the installer does not wait. */
  end(): Promise<void>
  /** The bridge has shut down, but the installer did not begin: the program must be restarted. */
  failed(): void
  /** A version is downloaded. `onQuit`: it is installed automatically when the program exits. */
  notify(ready: { version: string; onQuit: boolean }): void
  /** The AppImage file that starts next time. */
  moved(appImage: string): void
  /** For tests. */
  load?: () => Promise<Updater>
}

type UpdateLook = 'none' | 'found' | 'ready' | 'failed' | 'off'

export interface Updates {
  /**
   * Looks now. `none` = this is the newest version; `found` = a newer one is being downloaded; `ready` = one is
   * downloaded; `failed` = the look was not possible; `off` = this program was built without an address for
   * updates.
   */
  look(): Promise<UpdateLook>
  /** The downloaded version that waits; null = none. */
  readonly ready: string | null
  /**
   * The owner requests it now. `busy` = work is under way, `kept` = unsaved changes: nothing was done. `none`
   * = nothing is downloaded.
   */
  restart(): Promise<'restarting' | 'busy' | 'kept' | 'none'>
  stop(): void
}

const HOUR = 3_600_000
/** After the start has settled; users who switch off each evening get updates too. */
const FIRST_MS = HOUR / 4
const EVERY_MS = 24 * HOUR
/** The program has exited long before. */
const INSTALLER_MS = 60_000

/**
 * Checks for a new version a quarter of an hour after the start and then once a day, downloads it in the
 * background, and installs it on exit or on the owner's request: nothing restarts automatically. Faults of
 * the feed or the network are only logged; the next day tries again. The updater verifies signatures as
 * configured by packaging.
 */
export function startUpdates(options: UpdatesOptions): Updates {
  const { feed, clock, log } = options
  if (feed === null) {
    return { look: async () => 'off', ready: null, restart: async () => 'none', stop() {} }
  }
  const load = options.load ?? loadUpdater
  let updater: Updater | null = null
  let ready: string | null = null
  let restarting = false
  let stopped = false
  let cancel = clock.after(FIRST_MS, () => void look())

  async function look(): Promise<UpdateLook> {
    cancel()
    if (!stopped) cancel = clock.after(EVERY_MS, () => void look())
    if (restarting) return 'ready'
    try {
      updater ??= prepared(await load())
      const found = stopped ? null : await updater.checkForUpdates()
      if (found?.isUpdateAvailable !== true) return 'none'
      return ready === found.updateInfo.version ? 'ready' : 'found'
    } catch (error) {
      log.warn({ feed: feed?.source, detail: errorMessage(error) }, 'no look for updates was possible')
      return 'failed'
    }
  }

  function prepared(one: Updater): Updater {
    // A system that asks for a password to install would ask at each exit, also during shutdown.
    const onQuit = feed?.asksPassword !== true
    one.autoDownload = true
    one.autoInstallOnAppQuit = onQuit
    one.autoRunAppAfterInstall = true
    one.allowDowngrade = false
    // Their files need not be signed.
    one.disableWebInstaller = true
    one.logger = {
      info: (text) => log.info({}, `updates: ${text}`),
      warn: (text) => log.warn({}, `updates: ${text}`),
      error: (text) => log.warn({}, `updates: ${text}`),
    }
    // Also reported by the promise; an unhandled error event would end the program.
    one.on('error', () => undefined)
    one.on('appimage-filename-updated', (path) => options.moved(path))
    one.on('update-downloaded', ({ version }) => {
      if (stopped || ready === version) return
      ready = version
      log.info({ version }, 'updates: a new version is downloaded')
      options.notify({ version, onQuit })
    })
    return one
  }

  return {
    look,
    get ready() {
      return ready
    },
    async restart() {
      if (updater === null || ready === null) return 'none'
      if (restarting) return 'restarting'
      restarting = true
      // Before the installer starts: afterwards an open window would block it.
      const against = (await options.isBusy()) ? 'busy' : (await options.leave()) ? null : 'kept'
      if (against !== null) {
        restarting = false
        return against
      }
      log.info({ version: ready }, 'updates: restarting as the owner wants')
      await options.end()
      // Still running: a password was not entered, or a file is missing.
      clock.after(INSTALLER_MS, () => options.failed())
      updater.quitAndInstall(true, true)
      return 'restarting'
    },
    stop() {
      stopped = true
      cancel()
    },
  }
}

/** Loaded on first use: most runs never need it. */
async function loadUpdater(): Promise<Updater> {
  const { default: loaded } = await import('electron-updater')
  return loaded.autoUpdater
}
