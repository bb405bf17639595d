import type { Answer } from '../../shared/api/answer.ts'
import type { LoginItem } from '../../shared/api/desktop.ts'
import type { Push, Words } from '../../shared/api.ts'
import type { Configuration } from '../../shared/config.ts'
import type { Application, Log } from '../runtime/application.ts'
import type { SecretStore } from '../secrets/store.ts'
import type { ConfigurationFile, SettingsStore } from '../settings/settings-store.ts'
import type { DemoHost, RunningDemo } from './demo/host.ts'
import type { Drafts } from './setup/drafts.ts'

export type { DemoAccounts, DemoHost } from './demo/host.ts'

/** What a desktop does for the calls that concern the computer it runs on. */
export interface DesktopApi {
  login(): LoginItem
  /** The folder of the log files. */
  readonly logs: string
  /** Answers what is in the way; empty = it is open. */
  openLogs(): Promise<string>
}

/** What the calls of the interface work on. */
export interface ApiContext {
  application: Application
  settings: SettingsStore
  secrets: SecretStore
  host: 'server' | 'desktop' | 'demo'
  version: string
  log: Log
  drafts: Drafts
  /** Simulators of both services; null where the host has none. */
  demo: DemoHost | null
  /** The make-believe accounts that run, and the connection between them, which stands in no file. */
  runningDemo: RunningDemo | null
  /** Null where the host is no desktop. */
  desktop: DesktopApi | null
  /** What the host has to say to its owner; see AppState. */
  notices: () => Words[]
  /** Tells every interface that is connected. */
  push(message: Push): void
  /**
   * Changes the settings: `change` gets a copy of the file's content and answers what it shall be. Checked, written, and
   * carried by from then on. A misfit comes back with its `field` (of a connection: without `connections[n].`), and nothing
   * was changed.
   */
  change(change: (file: ConfigurationFile) => ConfigurationFile): Promise<Answer<Configuration>>
  /** The same for one connection, in the form of the file; also for the demo's, which is kept in memory. */
  changeConnection(
    id: string,
    change: (connection: Record<string, unknown>) => Record<string, unknown>,
  ): Promise<Answer<Configuration>>
  /** Makes the bridge carry by what settings and secrets hold now. After a change of secrets; `change` does it itself. */
  apply(): Promise<void>
}
