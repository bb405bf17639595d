import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRedactor } from '../../src/main/settings/redact.ts'
import { boot, noting, secretsInMemory } from './boot.ts'

/** The application and its calls without accounts, for tests of the program alone. Secrets survive a restart. */
export async function openBridge(input: object = {}, speed = 1) {
  const dir = await mkdtemp(join(tmpdir(), 'bridge-'))
  const { log, logged } = noting()
  const redact = createRedactor()
  const secrets = secretsInMemory(redact)
  await writeFile(join(dir, 'config.json'), JSON.stringify(input))

  const start = () => boot({ dir, log, speed, redact, secrets })
  let running = await start()
  return {
    logged,
    secrets,
    get application() {
      return running.application
    },
    call: ((name, args) => running.call(name, args)) as typeof running.call,
    /** The notifications of the owner. */
    events: () => running.application.store.events(null, 500),
    async restart() {
      await running.stop()
      running = await start()
    },
    async stop() {
      await running.stop()
      await rm(dir, { recursive: true, force: true })
    },
  }
}
export type Bridge = Awaited<ReturnType<typeof openBridge>>
