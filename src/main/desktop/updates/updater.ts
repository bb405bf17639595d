import type { AppUpdater } from 'electron-updater'
import { errorMessage } from '../../../shared/node-errors.ts'
import type { Clock } from '../../engine/ports.ts'
import type { Log } from '../../runtime/application.ts'
import type { UpdateFeed } from './feed.ts'

export { type UpdateFeed, updateFeedIn } from './feed.ts'

/** What is used of electron-updater. */
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
  /** Null: nothing is checked, and nothing of the updater is loaded. */
  feed: UpdateFeed | null
  clock: Clock
  log: Log
  /** Something is being handed over right now: the program is not to be restarted. */
  isBusy(): boolean | Promise<boolean>
  /** What the owner has not saved is asked for: false = he stays, and nothing is restarted. */
  leave(): Promise<boolean>
  /** Everything of the bridge has ended when it resolves: asked for before a restart, as the installer does not wait. */
  end(): Promise<void>
  /** The bridge has ended, but the installer did not begin: the program is to be started anew. */
  failed(): void
  /** A version is downloaded. `onQuit`: it is installed by itself when the program ends. */
  tell(ready: { version: string; onQuit: boolean }): void
  /** The AppImage that starts next time is this file. */
  moved(appImage: string): void
  /** For tests. */
  load?: () => Promise<Updater>
}

export interface Updates {
  /** The version that is downloaded and waits; null = none. */
  readonly ready: string | null
  /** The owner wants it now. `busy` = something is under way, `kept` = something is not saved: nothing was done. `none` = nothing is downloaded. */
  restart(): Promise<'restarting' | 'busy' | 'kept' | 'none'>
  stop(): void
}

const HOUR = 3_600_000
/** After the start has settled; whoever switches off each evening gets updates too. */
const FIRST_MS = HOUR / 4
const EVERY_MS = 24 * HOUR
/** The program has ended long before. */
const INSTALLER_MS = 60_000

/**
 * Looks for a new version a quarter of an hour after the start and then once a day, downloads it in the background, and leaves the rest
 * to the end of the program or to the owner: nothing is ever restarted by itself. What is wrong with the feed or the network is
 * in the log alone; the next day has another try. Signatures are checked by the updater as packaging has set them.
 */
export function startUpdates(options: UpdatesOptions): Updates {
  const { feed, clock, log } = options
  if (feed === null) return { ready: null, restart: async () => 'none', stop() {} }
  const load = options.load ?? loadUpdater
  let updater: Updater | null = null
  let ready: string | null = null
  let restarting = false
  let stopped = false
  let cancel = clock.after(FIRST_MS, () => void look())

  async function look(): Promise<void> {
    cancel = clock.after(EVERY_MS, () => void look())
    if (restarting) return
    try {
      updater ??= prepared(await load())
      if (!stopped) await updater.checkForUpdates()
    } catch (error) {
      log.warn({ feed: feed?.source, detail: errorMessage(error) }, 'no look for updates was possible')
    }
  }

  function prepared(one: Updater): Updater {
    // A system that asks for a password to install would ask it at each end of the program, also while it shuts down.
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
    // Told by the promise as well; an error event that nobody hears would end the program.
    one.on('error', () => undefined)
    one.on('appimage-filename-updated', (path) => options.moved(path))
    one.on('update-downloaded', ({ version }) => {
      if (stopped || ready === version) return
      ready = version
      log.info({ version }, 'updates: a new version is downloaded')
      options.tell({ version, onQuit })
    })
    return one
  }

  return {
    get ready() {
      return ready
    },
    async restart() {
      if (updater === null || ready === null) return 'none'
      if (restarting) return 'restarting'
      restarting = true
      // Before the installer is started: from then on a window that stays would be in its way.
      const against = (await options.isBusy()) ? 'busy' : (await options.leave()) ? null : 'kept'
      if (against !== null) {
        restarting = false
        return against
      }
      log.info({ version: ready }, 'updates: restarting as the owner wants')
      await options.end()
      // Still here: a password that was not given, a file that is gone.
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

/** Loaded when it is needed first: most runs of the program never do. */
async function loadUpdater(): Promise<Updater> {
  const { default: loaded } = await import('electron-updater')
  return loaded.autoUpdater
}
