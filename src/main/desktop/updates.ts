import type { Log } from '../application/application.ts'
import type { Clock } from '../engine/ports.ts'

/** Where updates come from: the file `app-update.yml` that packaging puts beside the program. */
export interface UpdateFeed {
  path: string
  /** For the log. */
  source: string
}

export interface UpdatesOptions {
  /** Null: nothing is checked, and nothing of the updater is loaded. */
  feed: UpdateFeed | null
  clock: Clock
  log: Log
  /** Something is being handed over right now: the program is not to be restarted. */
  isBusy(): boolean | Promise<boolean>
  /** Everything of the bridge has ended when it resolves: asked for before a restart, as the installer does not wait. */
  end(): Promise<void>
  /** A version is downloaded. `onQuit`: it is installed by itself when the program ends. */
  tell(ready: { version: string; onQuit: boolean }): void
}

export interface Updates {
  /** The version that is downloaded and waits; null = none. */
  readonly ready: string | null
  /** The owner wants it now. `busy` = something is under way: ask again later. `none` = nothing is downloaded. */
  restart(): Promise<'restarting' | 'busy' | 'none'>
  stop(): void
}

/** The feed that packaging has configured (`publish` of electron-builder.yml); null when there is none. */
export function updateFeedIn(_resourcesPath: string | undefined, _log: Log): UpdateFeed | null {
  return null
}

export function startUpdates(_options: UpdatesOptions): Updates {
  return { ready: null, restart: async () => 'none', stop() {} }
}
