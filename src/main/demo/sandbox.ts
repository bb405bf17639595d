import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ChatraSimulator } from '../../simulators/chatra/index.ts'
import type { PlanfixSimulator } from '../../simulators/planfix/index.ts'
import { demoConnection, demoView } from '../api/demo/host.ts'
import type { Log } from '../runtime/application.ts'
import { environmentSecrets } from '../secrets/environment.ts'
import { memoryOver } from '../secrets/store.ts'
import { type Host, startHost } from '../server/host.ts'
import { loadConfiguration } from '../settings/config-file.ts'
import { fileSettings } from '../settings/file-settings.ts'
import { createRedactor } from '../settings/redact.ts'
import { startDemoAccounts } from './accounts.ts'

/** Both services as simulators and the whole product between them, on loopback and in a temporary folder. */
export interface Sandbox {
  chatra: ChatraSimulator
  planfix: PlanfixSimulator
  host: Host
  /** Stops everything and removes the folder. */
  stop(): Promise<void>
}

const CONNECTION = 'shop'

/** Starts the two services and the bridge. Leaves nothing running when it rejects. */
export async function startSandbox(log: Log): Promise<Sandbox> {
  const undo: (() => Promise<unknown>)[] = []
  const stop = async () => {
    for (const work of undo.splice(0).reverse()) await work()
  }
  try {
    let running: Host | null = null
    const accounts = await startDemoAccounts(() => running?.application.configuration.language ?? 'en')
    undo.push(() => accounts.stop())
    const dataDir = await mkdtemp(join(tmpdir(), 'chatra-planfix-demo-'))
    undo.push(() => rm(dataDir, { recursive: true, force: true }))

    const webhookSecret = randomBytes(24).toString('base64url')
    const hookPort = await freePort()
    const content = {
      publicUrl: `http://127.0.0.1:${hookPort}`,
      connections: [demoConnection(accounts, { id: CONNECTION, name: 'shop.example', webhookSecret })],
    }
    const file = join(dataDir, 'config.json')
    await writeFile(file, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 })
    const loaded = loadConfiguration(file, dataDir)
    if (!loaded.ok) throw new Error(`the demo's configuration is wrong: ${loaded.problems.join('; ')}`)

    const redact = createRedactor(webhookSecret)
    const secrets = memoryOver(environmentSecrets({}), (secret) => redact.add(secret))
    secrets.setTemporary(CONNECTION, 'CHATRA_SECRET_KEY', accounts.chatra.secretKey)
    secrets.setTemporary(CONNECTION, 'PLANFIX_TOKEN', accounts.planfix.token)
    const host = await startHost({
      settings: fileSettings(file, loaded.value),
      secrets,
      dataDir,
      uiPort: 0,
      hooks: { host: '127.0.0.1', port: hookPort },
      log,
      redact,
      runningDemo: { view: demoView(CONNECTION, accounts), connection: null, stop: async () => undefined },
    })
    running = host
    undo.push(() => host.stop())
    const hooks = `${host.hooksUrl}/hooks/${CONNECTION}/${webhookSecret}`
    accounts.deliverTo({ chatra: `${hooks}/chatra`, planfix: `${hooks}/planfix` })
    return { ...accounts.simulators, host, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** The receiver's port must be known before it starts: the configuration contains its public address. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  await new Promise<void>((resolve) => server.close(() => resolve()))
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}
