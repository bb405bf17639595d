import type { Answer, CallError } from '../../shared/api/answer.ts'
import type { CallName, Handlers, Words } from '../../shared/api.ts'
import { errorStack } from '../../shared/node-errors.ts'
import { SlotWithdrawn } from '../engine/ports.ts'
import type { Application, Log } from '../runtime/application.ts'
import type { SecretStore } from '../secrets/store.ts'
import type { Redactor } from '../settings/redact.ts'
import type { SettingsStore } from '../settings/settings-store.ts'
import { aboutCalls } from './about.ts'
import type { ApiContext, DesktopApi } from './context.ts'
import { conversationCalls } from './conversations/index.ts'
import { WaitingClients } from './conversations/waiting-clients.ts'
import type { DemoHost, RunningDemo } from './demo/host.ts'
import { demoCalls } from './demo/index.ts'
import { desktopCalls } from './desktop.ts'
import { diagnosticsCalls } from './diagnostics/index.ts'
import { employeesCalls } from './employees/index.ts'
import { logCalls } from './log/index.ts'
import { conflict } from './responses.ts'
import { settingsCalls } from './settings/index.ts'
import { settingsWriter } from './settings/settings-writer.ts'
import { createSetup } from './setup/context.ts'
import { createDrafts } from './setup/drafts.ts'
import { setupCalls } from './setup/index.ts'
import { stateCalls, stateOf } from './state/index.ts'
import { lastKnown } from './state/last-state.ts'
import { overviewCalls } from './state/overview.ts'
import { createFeed, type Feed } from './state/push-feed.ts'
import { reportCalls } from './state/report.ts'
import { tunnelCalls } from './tunnel/index.ts'

export interface ApiOptions {
  application: Application
  settings: SettingsStore
  secrets: SecretStore
  /** Learns webhook secrets, and redacts secrets in answers as in the log. */
  redact: Redactor
  log: Log
  host: ApiContext['host']
  version: string
  /** Null in a host without simulators. */
  demo: DemoHost | null
  /** Set when the whole host is a demo. */
  runningDemo?: RunningDemo
  /** Of a desktop. */
  desktop?: DesktopApi
  /** The host's notice for its owner; see AppState. */
  notices?: () => Words[]
}

/** What a host serves: the calls of shared/api.ts, and the pushed events. */
export interface Api {
  handlers: Handlers
  feed: Feed
  /** The settings, or secrets outside them, have changed: they are used from now on. */
  reload(): Promise<void>
  /** Ends the feed and a running demo. */
  stop(): Promise<void>
}

export function createApi(options: ApiOptions): Api {
  const { application, log, redact } = options
  const feed: Feed = createFeed({ application, log, state: () => context.state() })
  const context: ApiContext = {
    ...options,
    drafts: createDrafts(application.store),
    waiting: new WaitingClients(application, log),
    runningDemo: options.runningDemo ?? null,
    desktop: options.desktop ?? null,
    notices: options.notices ?? (() => []),
    push: (message) => feed.push(message),
    state: lastKnown(() => stateOf(context), application),
    ...settingsWriter(
      () => context,
      (...secrets) => redact.add(...secrets),
    ),
  }
  const unwatch = options.secrets.watch?.(() => void useSecrets(context))
  return {
    handlers: withErrorRules(createHandlers(context), redact),
    feed,
    async reload() {
      await context.apply()
      if (application.publicAddress.needsOwner) application.reopenPublicAddress()
    },
    async stop() {
      unwatch?.()
      feed.stop()
      await context.runningDemo?.stop()
    },
  }
}

/** The keychain works now, or no longer works: the bridge continues with the available secrets. */
async function useSecrets({ application, secrets, log, apply }: ApiContext): Promise<void> {
  try {
    await apply()
    if (secrets.trouble === null && application.publicAddress.needsOwner) application.reopenPublicAddress()
  } catch (error) {
    log.error({ stack: errorStack(error) }, 'bug: secrets were not taken over')
  }
}

/** Every call of shared/api.ts, on one application. */
function createHandlers(context: ApiContext): Handlers {
  const setup = createSetup(context)
  return {
    ...stateCalls(context),
    ...logCalls(context),
    ...conversationCalls(context),
    ...overviewCalls(context),
    ...reportCalls(context),
    ...employeesCalls(setup),
    ...diagnosticsCalls(context),
    ...settingsCalls(context),
    ...setupCalls(setup),
    ...demoCalls(context),
    ...tunnelCalls(context),
    ...desktopCalls(context),
    ...aboutCalls(),
  }
}

/** Common to all calls: no secret in an error, and a call that a change of the configuration interrupted. */
function withErrorRules(handlers: Handlers, redact: Redactor): Handlers {
  type Handler = (args: never) => Promise<Answer<unknown>>
  const entries = Object.entries(handlers) as [CallName, Handler][]
  const guard =
    (handler: Handler): Handler =>
    async (args) => {
      try {
        const answer = await handler(args)
        return answer.ok ? answer : { ok: false, error: clean(answer.error, redact) }
      } catch (error) {
        if (error instanceof SlotWithdrawn) return conflict()
        throw error
      }
    }
  return Object.fromEntries(entries.map(([name, handler]) => [name, guard(handler)])) as Handlers
}

function clean(error: CallError, redact: Redactor): CallError {
  const params = Object.entries(error.message.params).map(([name, value]) => [
    name,
    typeof value === 'string' ? redact(value) : value,
  ])
  return {
    ...error,
    message: { key: error.message.key, params: Object.fromEntries(params) },
    detail: error.detail === null ? null : redact(error.detail),
  }
}
