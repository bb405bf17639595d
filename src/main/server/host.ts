import packageFile from '../../../package.json' with { type: 'json' }
import type { DemoHost, RunningDemo } from '../application/api/demo-host.ts'
import { createApi } from '../application/api/index.ts'
import { checkedFeed, createCaller } from '../application/api/wrapper.ts'
import { Application, type Log } from '../application/application.ts'
import type { Listener } from '../engine/ports.ts'
import type { SecretStore } from '../secrets/store.ts'
import type { Redactor } from '../settings/redact.ts'
import type { SettingsStore } from '../settings/settings-store.ts'
import { StoreInUseError } from '../store/index.ts'
import { startInterface } from './interface/server.ts'

export interface HostOptions {
  settings: SettingsStore
  secrets: SecretStore
  dataDir: string
  /** 0 = any free port; always on 127.0.0.1. */
  uiPort: number
  hooks: { host: string; port: number }
  log: Log
  /** Learns the token of the interface, so that no log shows it. */
  redact: Redactor
  listener?: Listener
  /** Make-believe accounts to try the bridge with, for who asks for them. */
  demo?: DemoHost
  /** The accounts are make-believe already: the whole host is a demo. */
  runningDemo?: RunningDemo
  /** How long a data folder that is still in use is waited for; 3 s. */
  patienceMs?: number
}

export interface Host {
  application: Application
  /** With the token: whoever has this address may look and act. */
  uiUrl: string
  hooksUrl: string
  /** At most about 4 s. May be called twice. */
  stop(): Promise<void>
}

/** Why the host did not start, in words for the owner. */
export class CannotStart extends Error {}

/**
 * Starts the application and its interface on this computer. Rejects with CannotStart (a port is taken, the
 * data folder is in use or cannot be written) and leaves nothing running then.
 */
export async function startHost(options: HostOptions): Promise<Host> {
  const application = await openPatiently(options)
  const { log, redact, runningDemo } = options
  const api = createApi({
    application,
    settings: options.settings,
    secrets: options.secrets,
    redact,
    log,
    host: runningDemo ? 'demo' : 'server',
    version: packageFile.version,
    demo: options.demo ?? null,
    ...(runningDemo && { runningDemo }),
  })
  let ui: Awaited<ReturnType<typeof startInterface>> | null = null
  const stop = async () => {
    await Promise.all([ui?.stop(), application.stop()])
    await api.stop()
  }
  try {
    ui = await startInterface({
      caller: createCaller({ handlers: api.handlers, log }),
      feed: checkedFeed({ feed: api.feed, log }),
      port: options.uiPort,
      redact,
    }).catch(portTrouble('interface', '--ui-port', '127.0.0.1', options.uiPort))
    const { host, port } = options.hooks
    await application.start().catch(portTrouble('receiver of webhooks', '--hook-port', host, port))
    await noteAddress(application)
  } catch (error) {
    await stop()
    throw error
  }
  return { application, uiUrl: ui.url, hooksUrl: application.hooksUrl, stop }
}

/** Where the receiver listens, for `doctor`, which runs beside us. */
const noteAddress = (application: Application): Promise<void> =>
  application.store.commit([
    { type: 'fact.set', connectionId: '', key: 'hooksUrl', value: application.hooksUrl },
  ])

/** A bridge that is just ending still holds its folder for a moment. */
async function openPatiently(options: HostOptions): Promise<Application> {
  const until = Date.now() + (options.patienceMs ?? 3000)
  for (;;) {
    try {
      return await Application.open({
        configuration: options.settings.read(),
        secrets: options.secrets,
        dataDir: options.dataDir,
        receiver: options.hooks,
        log: options.log,
        ...(options.listener && { listener: options.listener }),
      })
    } catch (error) {
      if (!(error instanceof StoreInUseError) || Date.now() > until)
        throw folderTrouble(error, options.dataDir)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

function folderTrouble(error: unknown, dataDir: string): unknown {
  if (!(error instanceof Error)) return error
  if (/^Store\w+Error$/.test(error.name)) return new CannotStart(error.message)
  const code = codeOf(error)
  if (code === '') return error
  return new CannotStart(
    `the data folder ${dataDir} cannot be used (${code}): choose another with --data-dir`,
  )
}

const portTrouble = (what: string, option: string, host: string, port: number) => (error: unknown) => {
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      throw new CannotStart(
        `the ${what} cannot start: port ${port} is used by another program. Choose another one with ${option}`,
      )
    case 'EACCES':
      throw new CannotStart(
        `the ${what} cannot start: this user may not open port ${port}. Choose one above 1023 with ${option}`,
      )
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      throw new CannotStart(
        `the ${what} cannot start: ${host} is not an address of this computer. Choose another one with --host`,
      )
    default:
      throw error
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
