import { errorCode } from '../../shared/node-errors.ts'
import { isStoreError } from '../../shared/store-error.ts'
import { type OpenBridge, type OpeningOptions, openBridge } from '../bootstrap.ts'
import { trustSystemCertificates } from '../process/system-certificates.ts'
import type { Application } from '../runtime/application.ts'
import { logSteps } from '../runtime/step-log.ts'
import { AccessKeys, keysFile } from './access/keys.ts'
import { type Reach, startInterface } from './interface/server.ts'
import { type MetricsPort, startMetricsPort } from './metrics-port.ts'

export interface HostOptions extends OpeningOptions {
  /** 0 = any free port; always on 127.0.0.1. */
  uiPort: number
  /** How others reach the interface; by default nobody. */
  reach?: Reach
  /** A port for status and metrics without a login; null = none. */
  metrics?: { host: string; port: number } | null
}

export interface Host {
  application: Application
  /** With the token: this address gives full access. */
  uiUrl: string
  hooksUrl: string
  metricsUrl: string | null
  /** Settings and secrets as they are now are used from now on. */
  reload(): Promise<void>
  /** At most about 4 s. May be called twice. */
  stop(): Promise<void>
}

/** Why the host did not start, as a text for the owner. */
export class CannotStart extends Error {}

/**
 * Starts the application and its interface on this computer. Rejects with CannotStart (a port is in use, the
 * data folder is in use or not writable) and leaves nothing running then.
 */
export async function startHost(options: HostOptions): Promise<Host> {
  const bridge = await openHere(options)
  const { application, caller, feed, status } = bridge
  const { uiPort: port, redact, hooks } = options
  let ui: Awaited<ReturnType<typeof startInterface>> | null = null
  let metrics: MetricsPort | null = null
  let endSteps: (() => void) | null = null
  const stop = async () => {
    endSteps?.()
    await Promise.all([ui?.stop(), metrics?.stop(), bridge.stop()])
  }
  try {
    const { reach = {} } = options
    const keys = new AccessKeys(keysFile(options.dataDir))
    const { version } = bridge
    ui = await startInterface({ caller, feed, status, port, redact, keys, version, reach }).catch(
      portTrouble('interface', '--ui-port', reach.host ?? '127.0.0.1', port),
    )
    if (options.metrics)
      metrics = await startMetricsPort(options.metrics, status).catch(
        portTrouble('metrics', '--metrics-port', options.metrics.host, options.metrics.port),
      )
    endSteps = await logSteps(application, options.log)
    trustSystemCertificates(options.log)
    await bridge.begin().catch(portTrouble('receiver of webhooks', '--hook-port', hooks.host, hooks.port))
  } catch (error) {
    await stop()
    throw error
  }
  return {
    application,
    uiUrl: ui.url,
    hooksUrl: application.hooksUrl,
    metricsUrl: metrics?.url ?? null,
    reload: bridge.reload,
    stop,
  }
}

const openHere = (options: HostOptions): Promise<OpenBridge> =>
  openBridge(options, options.runningDemo ? 'demo' : 'server').catch((error: unknown) => {
    throw folderTrouble(error, options.dataDir)
  })

function folderTrouble(error: unknown, dataDir: string): unknown {
  if (!(error instanceof Error)) return error
  if (isStoreError(error)) return new CannotStart(error.message)
  const code = errorCode(error)
  if (code === '') return error
  return new CannotStart(
    `the data folder ${dataDir} cannot be used (${code}): choose another with --data-dir`,
  )
}

const portTrouble = (what: string, option: string, host: string, port: number) => (error: unknown) => {
  switch (errorCode(error)) {
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
