import { errorStack } from '../../shared/node-errors.ts'
import { isStoreError, isStoreUnavailable } from '../../shared/store-error.ts'
import { amongHosts } from '../hosting/host-settings.ts'
import { loadEnvironmentFile } from '../process/environment-file.ts'
import { createLog, LOG_LEVELS, type Log } from '../process/log.ts'
import { masterKeysFrom } from '../process/master-key.ts'
import { secretFileProblems } from '../process/secret-variable.ts'
import { endWith, stopOnSignals } from '../process/shutdown.ts'
import { databaseFrom, secretsOfAddress } from '../process/store-address.ts'
import { dataDirFrom } from '../settings/data-dir.ts'
import { createRedactor } from '../settings/redact.ts'
import { CannotStart, type Host, startHost } from './host.ts'
import type { ServeOptions } from './options.ts'
import { openSources, type Sources, watchSources } from './sources.ts'

/**
 * The server host (docs/architecture.md, "Commands"). Returns when it is ready, or ends the process: 0 stopped,
 * 1 could not start, 2 configuration error.
 */
export async function serve(options: ServeOptions): Promise<void> {
  const dataDir = dataDirFrom(options.dataDir, process.env)
  const store = databaseFrom(options.store, process.env)
  if ('wrong' in store) return endWith(2, `${store.wrong}\n`)
  const { database } = store
  const master = masterKeysFrom(options.masterKeyFile, process.env)
  if ('wrong' in master) return endWith(2, `${master.wrong}\n`)
  const among = amongHosts(process.env)
  if ('wrong' in among) return endWith(2, `${among.wrong}\n`)
  const redact = createRedactor(...secretsOfAddress(database))
  let sources: Sources
  try {
    const opened = await openSources(
      { config: options.config, dataDir, database, masterKeys: master.keys },
      redact,
    )
    const problems = [...('wrong' in opened ? opened.problems : []), ...secretFileProblems(process.env)]
    if ('wrong' in opened || problems.length > 0) {
      const lines = problems.map((problem) => `  ${problem}\n`).join('')
      const where = 'wrong' in opened ? opened.wrong : opened.settings.path
      return endWith(2, `The configuration ${where} is wrong; nothing was started:\n${lines}`)
    }
    sources = opened
  } catch (error) {
    if (isStoreError(error)) return endWith(1, redact(`Cannot start: ${error.message}\n`))
    throw error
  }
  const { settings, secrets } = sources
  const log = createLog({
    redact,
    pretty: process.stderr.isTTY === true,
    level: options.logLevel ?? LOG_LEVELS.find((level) => level === process.env.BRIDGE_LOG_LEVEL),
  })
  if (!sources.isConfigured) {
    log.warn(
      { dataDir },
      'there is no configuration yet: no connection is carried. Open the interface to set one up, or name one with --config',
    )
  }
  if (sources.unused !== null)
    log.info(
      { file: sources.unused },
      `settings are in ${settings.path}: the file of the data folder does not count`,
    )
  const ending = stopOnSignals(log)
  let host: Host | null = null
  ending.onReload(async () => {
    if (host !== null) await reload(host, options, sources, log)
  })
  try {
    host = await startHost({
      settings,
      secrets,
      dataDir,
      database,
      keeping: options.keepsWhileAway ? { masterKeys: master.keys } : null,
      among,
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
    const unwatch = watchSources(sources, {
      changed: async () => {
        await host?.reload()
        log.info(
          { connections: application.connections.size },
          'settings were changed elsewhere, and are used',
        )
      },
      failed: (error) => {
        // While the database is away everything says so.
        if (!isStoreUnavailable(error))
          log.warn({ error: String(error) }, 'settings that others changed cannot be used')
      },
    })
    ending.onShutdown(async () => {
      unwatch()
      await stop()
      await sources.close()
    })
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

/** SIGHUP: the environment file, the secrets' files and the settings count as they are now. */
async function reload(host: Host, options: ServeOptions, sources: Sources, log: Log): Promise<void> {
  const unread = loadEnvironmentFile(options.envFile)
  const problems = [
    ...(unread === null ? [] : [unread]),
    ...(await problemsOf(sources)),
    ...secretFileProblems(process.env),
  ]
  if (problems.length > 0) return log.error({ problems }, 'not reloaded: the bridge goes on with what it had')
  await host.reload()
  log.info({ connections: host.application.connections.size }, 'reloaded')
}

const problemsOf = async ({ look }: Sources): Promise<string[]> => {
  try {
    return (await look()).problems
  } catch (error) {
    if (isStoreError(error)) return [error.message]
    throw error
  }
}
