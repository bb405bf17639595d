import { join } from 'node:path'
import type { DemoHost } from '../../src/main/api/demo/host.ts'
import { createCaller } from '../../src/main/api/dispatcher.ts'
import { createApi } from '../../src/main/api/index.ts'
import { Application, type Log } from '../../src/main/runtime/application.ts'
import { memoryOver, type SecretStore } from '../../src/main/secrets/store.ts'
import { loadConfiguration } from '../../src/main/settings/config-file.ts'
import { fileSettings } from '../../src/main/settings/file-settings.ts'
import { createRedactor, type Redactor } from '../../src/main/settings/redact.ts'
import type { Answer, Args, CallName, Value } from '../../src/shared/api.ts'
import { fastClock } from './ground.ts'

export interface BootOptions {
  /** The data folder; the settings are its file `config.json`, if it exists. */
  dir: string
  log: Log
  /** Ratio to the speed of the computer's clock. */
  speed: number
  /** In memory, and empty, unless given. */
  secrets?: SecretStore
  redact?: Redactor
  demo?: DemoHost | undefined
  version?: string
}

/**
 * The bridge as a host starts it, without the pages: application, settings in a file, and the calls of the interface.
 */
export async function boot({ dir, log, speed, redact = createRedactor(), ...options }: BootOptions) {
  const loaded = loadConfiguration(undefined, dir)
  if (!loaded.ok) throw new Error(loaded.problems.join('\n'))
  const secrets = options.secrets ?? secretsInMemory(redact)
  const application = await Application.open({
    configuration: loaded.value,
    secrets,
    dataDir: dir,
    receiver: { host: '127.0.0.1', port: 0 },
    log,
    clock: fastClock(speed),
  })
  const api = createApi({
    application,
    settings: fileSettings(join(dir, 'config.json'), loaded.value),
    secrets,
    redact,
    log,
    host: 'server',
    version: options.version ?? '0.0.0',
    demo: options.demo ?? null,
  })
  await application.start()
  const caller = createCaller({ handlers: api.handlers, log })
  return {
    application,
    api,
    secrets,
    redact,
    /** As an interface calls: arguments and result are checked against the contract. */
    call: <N extends CallName>(name: N, args: Args<N>) =>
      caller.call({ trusted: true }, name, args) as Promise<Answer<Value<N>>>,
    async stop() {
      await application.stop()
      await api.stop()
    },
  }
}
export type Booted = Awaited<ReturnType<typeof boot>>

/** Secrets in memory, in addition to those that `get` knows. */
export const secretsInMemory = (redact: Redactor, get: SecretStore['get'] = async () => null): SecretStore =>
  memoryOver({ get, whereToPut: (_id, name) => name }, (secret) => redact.add(secret))

/** A log that keeps one line `level text {fields}` per entry. */
export function noting(levels: readonly (keyof Log)[] = ['info', 'warn', 'error']) {
  const logged: string[] = []
  const note = (level: keyof Log) => (fields: object, text: string) => {
    if (levels.includes(level)) logged.push(`${level} ${text} ${JSON.stringify(fields)}`)
  }
  const log: Log = { info: note('info'), warn: note('warn'), error: note('error') }
  return { log, logged }
}
