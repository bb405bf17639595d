import { join } from 'node:path'
import { errorStack } from '../../shared/node-errors.ts'
import { createLog } from '../process/log.ts'
import { endWith, stopOnSignals } from '../process/shutdown.ts'
import { environmentSecrets } from '../secrets/environment.ts'
import { memoryOver } from '../secrets/store.ts'
import { loadConfiguration } from '../settings/config-file.ts'
import { dataDirFrom } from '../settings/data-dir.ts'
import { fileSettings } from '../settings/file-settings.ts'
import { createRedactor } from '../settings/redact.ts'
import { secretsIn } from '../settings/secrets-in.ts'
import { CannotStart, startHost } from './host.ts'
import { parseServeOptions, USAGE } from './options.ts'

/**
 * The server host: `npm run serve` (docs/architecture.md, "Commands"). Exit codes: 0 stopped, 1 could not
 * start, 2 usage or configuration error.
 */
async function serve(args: string[]): Promise<void> {
  const options = parseServeOptions(args)
  if (options === null) return endWith(0, USAGE, process.stdout)
  if (typeof options === 'string') return endWith(2, `${options}\n\n${USAGE}`)

  const dataDir = dataDirFrom(options.dataDir, process.env)
  const configuration = loadConfiguration(options.config, dataDir)
  if (!configuration.ok) {
    const problems = configuration.problems.map((problem) => `  ${problem}\n`).join('')
    return endWith(2, `The configuration ${configuration.path} is wrong; nothing was started:\n${problems}`)
  }

  const redact = createRedactor(...secretsIn(configuration.value, process.env))
  const log = createLog({ redact, pretty: process.stderr.isTTY === true })
  if (configuration.path === null) {
    log.warn(
      { dataDir },
      'there is no configuration yet: no connection is carried. Open the interface to set one up, or name one with --config',
    )
  }
  const ending = stopOnSignals(log)
  try {
    const host = await startHost({
      settings: fileSettings(configuration.path ?? join(dataDir, 'config.json'), configuration.value),
      secrets: memoryOver(environmentSecrets(process.env), (secret) => redact.add(secret)),
      dataDir,
      // Loaded on first use: most servers never need it.
      demo: { start: async () => (await import('../demo/accounts.ts')).startDemoAccounts() },
      uiPort: options.uiPort,
      hooks: { host: options.host, port: options.hookPort },
      log,
      redact,
    })
    ending.onShutdown(() => host.stop())
    process.stdout.write(`${JSON.stringify({ event: 'ready', ui: host.uiUrl, hooks: host.hooksUrl })}\n`)
    log.info({ dataDir, hooks: host.hooksUrl, connections: host.application.connections.size }, 'ready')
  } catch (error) {
    if (error instanceof CannotStart) return endWith(1, redact(`Cannot start: ${error.message}\n`))
    log.error({ stack: errorStack(error) }, `bug: cannot start: ${error}`)
    process.exit(1)
  }
}

await serve(process.argv.slice(2))
