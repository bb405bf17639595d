import type { Answer } from '../../shared/api/answer.ts'
import type { LoginItem } from '../../shared/api/desktop.ts'
import type { AppState } from '../../shared/api/state.ts'
import type { Push, Words } from '../../shared/api.ts'
import type { Configuration } from '../../shared/config.ts'
import type { Application, Log } from '../runtime/application.ts'
import type { SecretStore } from '../secrets/store.ts'
import type { ConfigurationFile, SettingsStore } from '../settings/settings-store.ts'
import type { WaitingClients } from './conversations/waiting-clients.ts'
import type { DemoHost, RunningDemo } from './demo/host.ts'
import type { Drafts } from './setup/drafts.ts'

/** Functions of a desktop for the calls that concern its computer. */
export interface DesktopApi {
  login(): LoginItem
  /** The folder of the log files. */
  readonly logs: string
  /** Returns the problem; empty = the folder is open. */
  openLogs(): Promise<string>
}

/** What the calls of the interface use. */
export interface ApiContext {
  application: Application
  settings: SettingsStore
  secrets: SecretStore
  host: 'server' | 'desktop' | 'demo'
  version: string
  log: Log
  drafts: Drafts
  /** Clients who wait for an answer. */
  waiting: WaitingClients
  /** Starts a demo; null in a host without simulators. */
  demo: DemoHost | null
  /** The demo that runs beside this bridge, or that the whole host is. */
  runningDemo: RunningDemo | null
  /** Null in a host that is not a desktop. */
  desktop: DesktopApi | null
  /** The host's notice for its owner; see AppState. */
  notices: () => Words[]
  /** The current data of the shell and the overview; see `lastKnown`. */
  state(): Promise<AppState>
  /** Sends an event to every connected interface. */
  push(message: Push): void
  /**
   * Changes the settings: `change` gets a copy of the file's content and returns the new content, which is
   * validated, written, and used from then on. A validation error names its `field` (for a connection:
   * without `connections[n].`), and nothing is changed.
   */
  change(change: (file: ConfigurationFile) => ConfigurationFile): Promise<Answer<Configuration>>
  /** The same for one connection, in the format of the file. */
  changeConnection(
    id: string,
    change: (connection: Record<string, unknown>) => Record<string, unknown>,
  ): Promise<Answer<Configuration>>
  /**
   * Applies the current settings and secrets to the running bridge. Needed after a change of secrets;
   * `change` does it itself.
   */
  apply(): Promise<void>
}
