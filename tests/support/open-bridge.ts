import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCaller } from '../../src/main/api/dispatcher.ts'
import { createApi } from '../../src/main/api/index.ts'
import { Application, type Log } from '../../src/main/runtime/application.ts'
import { memoryOver } from '../../src/main/secrets/store.ts'
import { loadConfiguration } from '../../src/main/settings/config-file.ts'
import { fileSettings } from '../../src/main/settings/file-settings.ts'
import { createRedactor } from '../../src/main/settings/redact.ts'
import type { Answer, Args, CallName, Value } from '../../src/shared/api.ts'
import { fastClock } from './world.ts'

/** The application and its calls, as a server host starts them, without accounts: for what concerns the program alone. */
export async function openBridge(input: object = {}, speed = 1) {
  const dir = await mkdtemp(join(tmpdir(), 'bridge-'))
  const logged: string[] = []
  const note = (level: string) => (fields: object, text: string) =>
    void logged.push(`${level} ${text} ${JSON.stringify(fields)}`)
  const log: Log = { info: note('info'), warn: note('warn'), error: note('error') }
  const redact = createRedactor()
  const secrets = memoryOver({ get: async () => null, whereToPut: (_id, name) => name }, redact.add)
  const path = join(dir, 'config.json')
  await writeFile(path, JSON.stringify(input))

  const boot = async () => {
    const loaded = loadConfiguration(path, dir)
    if (!loaded.ok) throw new Error(loaded.problems.join('\n'))
    const settings = fileSettings(path, loaded.value)
    const application = await Application.open({
      configuration: settings.read(),
      secrets,
      dataDir: dir,
      receiver: { host: '127.0.0.1', port: 0 },
      log,
      clock: fastClock(speed),
    })
    await application.start()
    const api = createApi({
      application,
      settings,
      secrets,
      redact,
      log,
      host: 'server',
      version: '0.0.0',
      demo: null,
    })
    return { application, api, caller: createCaller({ handlers: api.handlers, log }) }
  }
  let running = await boot()
  const end = async () => {
    await running.api.stop()
    await running.application.stop()
  }
  return {
    logged,
    secrets,
    get application() {
      return running.application
    },
    call: <N extends CallName>(name: N, args: Args<N>) =>
      running.caller.call({ trusted: true }, name, args) as Promise<Answer<Value<N>>>,
    /** What the owner was told. */
    events: () => running.application.store.events(null, 500),
    async restart() {
      await end()
      running = await boot()
    },
    async stop() {
      await end()
      await rm(dir, { recursive: true, force: true })
    },
  }
}
export type Bridge = Awaited<ReturnType<typeof openBridge>>
