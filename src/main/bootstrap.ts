import packageFile from '../../package.json' with { type: 'json' }
import type { Words } from '../shared/api.ts'
import { isStoreError } from '../shared/store-error.ts'
import type { ApiContext, DesktopApi } from './api/context.ts'
import type { DemoHost, RunningDemo } from './api/demo/host.ts'
import { type Caller, checkedFeed, createCaller, type PushSource } from './api/dispatcher.ts'
import { createApi } from './api/index.ts'
import { noteVersion } from './api/state/program-version.ts'
import type { Listener } from './engine/ports.ts'
import { hostFact, hostNameIn } from './hosting/host-facts.ts'
import { Application, type HostSettings, type Log } from './runtime/application.ts'
import { detailedHealth } from './runtime/monitoring/detailed-health.ts'
import { Metrics } from './runtime/monitoring/metrics.ts'
import type { SecretStore } from './secrets/store.ts'
import type { Redactor } from './settings/redact.ts'
import type { SettingsStore } from './settings/settings-store.ts'

/** What every host needs to open the bridge. */
export interface OpeningOptions {
  settings: SettingsStore
  secrets: SecretStore
  dataDir: string
  /** Address of a PostgreSQL database, with its password, instead of the data folder's own store. */
  database?: string | null
  /** See ApplicationOptions. */
  keeping?: { masterKeys: readonly Buffer[] } | null
  /** This host among those of a database. */
  among?: Partial<Omit<HostSettings, 'version'>>
  /** Address of the webhook receiver; port 0 = any free one. */
  hooks: { host: string; port: number }
  log: Log
  redact: Redactor
  listener?: Listener
  /** Starts a demo to try the bridge with. */
  demo?: DemoHost
  /** The host's notice for its owner; see AppState. */
  notices?: () => Words[]
  /** The accounts are already simulated: the whole host is a demo. */
  runningDemo?: RunningDemo
  /** Functions of a desktop for its interface. */
  desktop?: DesktopApi
  /** How long to wait for a data folder that is still in use; 3 s. */
  patienceMs?: number
}

/** The bridge with its api, as a host serves it. */
export interface OpenBridge {
  application: Application
  caller: Caller
  feed: PushSource
  version: string
  /** What operators ask. */
  status: { isReady(): boolean; health(): object; metrics(): Promise<string> }
  /** Starts receiving and delivering. Rejects when the receiver's port is in use. */
  begin(): Promise<void>
  /** Settings or secrets have changed outside: they are used from now on. */
  reload(): Promise<void>
  /** At most about 4 s. May be called twice. */
  stop(): Promise<void>
}

/**
 * Opens the store and creates the api; nothing is received or sent yet. Rejects when the data folder is
 * unusable.
 */
export async function openBridge(options: OpeningOptions, host: ApiContext['host']): Promise<OpenBridge> {
  const application = await openPatiently(options)
  const { settings, secrets, redact, log, demo = null, runningDemo, notices, desktop } = options
  const api = createApi({
    application,
    settings,
    secrets,
    redact,
    log,
    host,
    demo,
    version: packageFile.version,
    ...(runningDemo && { runningDemo }),
    ...(notices && { notices }),
    ...(desktop && { desktop }),
  })
  const metrics = new Metrics(application, packageFile.version)
  return {
    application,
    version: packageFile.version,
    status: {
      isReady: () => application.isReady(),
      health: () => detailedHealth(application),
      metrics: () => metrics.text(),
    },
    caller: createCaller({ handlers: api.handlers, log }),
    feed: checkedFeed({ feed: api.feed, log }),
    reload: () => api.reload(),
    async begin() {
      await noteVersion(application.store, application.clock, packageFile.version)
      await application.start()
      await noteAddress(application, hostOf(options))
    },
    async stop() {
      await application.stop()
      await api.stop()
    },
  }
}

/** The receiver's address, for `doctor`, which runs beside us. */
function noteAddress({ store, hooksUrl }: Application, { name }: { name: string }): Promise<void> {
  const key = hostFact('hooksUrl', store.cluster !== null, name)
  return store.commit([{ type: 'fact.set', connectionId: '', key, value: hooksUrl }])
}

/** This host as the others of its database know it. */
const hostOf = ({ among }: OpeningOptions): HostSettings => ({
  name: hostNameIn({}),
  address: null,
  ...among,
  version: packageFile.version,
})

/** A bridge that is shutting down holds its folder for a moment longer. */
async function openPatiently(options: OpeningOptions): Promise<Application> {
  const until = Date.now() + (options.patienceMs ?? 3000)
  for (;;) {
    try {
      return await Application.open({
        configuration: options.settings.read(),
        secrets: options.secrets,
        dataDir: options.dataDir,
        database: options.database ?? null,
        keeping: options.keeping ?? null,
        receiver: options.hooks,
        host: hostOf(options),
        log: options.log,
        ...(options.listener && { listener: options.listener }),
      })
    } catch (error) {
      if (!isStoreError(error, 'in-use') || Date.now() > until) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}
