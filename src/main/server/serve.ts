import { join } from 'node:path'
import { errorStack } from '../../shared/node-errors.ts'
import { loadEnvironmentFile } from '../process/environment-file.ts'
import { createLog, LOG_LEVELS, type Log } from '../process/log.ts'
import { secretFileProblems } from '../process/secret-variable.ts'
import { endWith, stopOnSignals } from '../process/shutdown.ts'
import { databaseFrom, secretsOfAddress } from '../process/store-address.ts'
import { environmentSecrets } from '../secrets/environment.ts'
import { memoryOver } from '../secrets/store.ts'
import { type LoadedConfiguration, loadConfiguration } from '../settings/config-file.ts'
import { dataDirFrom } from '../settings/data-dir.ts'
import { fileSettings } from '../settings/file-settings.ts'
import { createRedactor, type Redactor } from '../settings/redact.ts'
import { secretsIn } from '../settings/secrets-in.ts'
import { CannotStart, type Host, startHost } from './host.ts'
import type { ServeOptions } from './options.ts'

/**
 * The server host (docs/architecture.md, "Commands"). Returns when it is ready, or ends the process: 0 stopped,
 * 1 could not start, 2 configuration error.
 */
export async function serve(options: ServeOptions): Promise<void> {
  const dataDir = dataDirFrom(options.dataDir, process.env)
  const store = databaseFrom(options.store, process.env)
  if ('wrong' in store) return endWith(2, `${store.wrong}\n`)
  const { database } = store
  const configuration = loadConfiguration(options.config, dataDir)
  const problems = problemsWith(configuration)
  if (!configuration.ok || problems.length > 0) {
    const lines = problems.map((problem) => `  ${problem}\n`).join('')
    return endWith(2, `The configuration ${configuration.path} is wrong; nothing was started:\n${lines}`)
  }

  const redact = createRedactor(...secretsIn(configuration.value, process.env), ...secretsOfAddress(database))
  const log = createLog({
    redact,
    pretty: process.stderr.isTTY === true,
    level: options.logLevel ?? LOG_LEVELS.find((level) => level === process.env.BRIDGE_LOG_LEVEL),
  })
  if (configuration.path === null) {
    log.warn(
      { dataDir },
      'there is no configuration yet: no connection is carried. Open the interface to set one up, or name one with --config',
    )
  }
  const ending = stopOnSignals(log)
  let host: Host | null = null
  ending.onReload(async () => {
    if (host !== null) await reload(host, options, dataDir, redact, log)
  })
  try {
    host = await startHost({
      settings: fileSettings(configuration.path ?? join(dataDir, 'config.json'), configuration.value),
      secrets: memoryOver(environmentSecrets(process.env), (secret) => redact.add(secret)),
      dataDir,
      database,
      keeping: options.keepsWhileAway ? { masterKeys: [] } : null,
      // Loaded on first use: most servers never need it.
      demo: { start: async (language) => (await import('../demo/beside.ts')).startDemo(log, language) },
      uiPort: options.uiPort,
      metrics: options.metrics,
      reach: options.reach,
      hooks: { host: options.host, port: options.hookPort },
      log,
      redact,
    })
    const { stop, uiUrl, hooksUrl, metricsUrl, application } = host
    ending.onShutdown(stop)
    const ready = {
      event: 'ready',
      ui: uiUrl,
      hooks: hooksUrl,
      ...(metricsUrl !== null && { metrics: metricsUrl }),
    }
    process.stdout.write(`${JSON.stringify(ready)}\n`)
    // A person reads a terminal; the line above is for programs.
    if (process.stderr.isTTY) process.stderr.write(`\n  Open ${uiUrl}\n\n`)
    log.info({ dataDir, hooks: hooksUrl, connections: application.connections.size }, 'ready')
  } catch (error) {
    if (error instanceof CannotStart) return endWith(1, redact(`Cannot start: ${error.message}\n`))
    log.error({ stack: errorStack(error) }, `bug: cannot start: ${error}`)
    process.exit(1)
  }
}

const problemsWith = (configuration: LoadedConfiguration): string[] => [
  ...(configuration.ok ? [] : configuration.problems),
  ...secretFileProblems(process.env),
]

/** SIGHUP: the environment file, the secrets' files and the settings count as they are now. */
async function reload(
  host: Host,
  options: ServeOptions,
  dataDir: string,
  redact: Redactor,
  log: Log,
): Promise<void> {
  const unread = loadEnvironmentFile(options.envFile)
  const configuration = loadConfiguration(options.config, dataDir)
  const problems = [...(unread === null ? [] : [unread]), ...problemsWith(configuration)]
  if (!configuration.ok || problems.length > 0)
    return log.error({ problems }, 'not reloaded: the bridge goes on with what it had')
  redact.add(...secretsIn(configuration.value, process.env))
  await host.reload()
  log.info({ connections: host.application.connections.size }, 'reloaded')
}
