import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Language } from '../../shared/languages.ts'
import type { OpeningOptions } from '../bootstrap.ts'
import { freePort } from '../process/free-port.ts'
import type { Application } from '../runtime/application.ts'
import { environmentSecrets } from '../secrets/environment.ts'
import { memoryOver } from '../secrets/store.ts'
import { loadConfiguration } from '../settings/config-file.ts'
import { fileSettings } from '../settings/file-settings.ts'
import { createRedactor } from '../settings/redact.ts'
import { demoConnection, type SimulatedAccounts, startDemoAccounts } from './accounts.ts'
import { Stage } from './stage/stage.ts'

const CONNECTION = 'shop'

/** What a bridge between simulated accounts needs. */
export interface Ground {
  accounts: SimulatedAccounts
  options: Pick<OpeningOptions, 'settings' | 'secrets' | 'dataDir' | 'hooks' | 'redact'>
  /** Tells the services where the bridge receives webhooks. */
  deliverTo(hooksUrl: string): void
  /** What `stop` does, the last first. */
  undo: (() => Promise<unknown>)[]
  stop(): Promise<void>
}

/**
 * Starts both services, and makes a data folder, settings and secrets for a bridge between them: all on loopback and in a
 * temporary folder. Leaves nothing running when it rejects.
 */
export async function prepareGround(language: () => Language): Promise<Ground> {
  const undo: Ground['undo'] = []
  const stop = async () => {
    for (const work of undo.splice(0).reverse()) await work()
  }
  try {
    const accounts = await startDemoAccounts(language)
    undo.push(() => accounts.stop())
    const dataDir = await mkdtemp(join(tmpdir(), 'chatra-planfix-demo-'))
    undo.push(() => rm(dataDir, { recursive: true, force: true }))

    const webhookSecret = randomBytes(24).toString('base64url')
    // Known before the receiver starts: the configuration contains its public address.
    const port = await freePort('127.0.0.1', 0)
    const content = {
      language: language(),
      publicUrl: `http://127.0.0.1:${port}`,
      connections: [demoConnection(accounts, { id: CONNECTION, name: 'shop.example', webhookSecret })],
    }
    const file = join(dataDir, 'config.json')
    await writeFile(file, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 })
    const loaded = loadConfiguration(file, dataDir)
    if (!loaded.ok) throw new Error(`the demo's configuration is wrong: ${loaded.problems.join('; ')}`)

    const redact = createRedactor(webhookSecret)
    const secrets = memoryOver(environmentSecrets({}), (secret) => redact.add(secret))
    await secrets.set(CONNECTION, 'CHATRA_SECRET_KEY', accounts.chatra.secretKey)
    await secrets.set(CONNECTION, 'PLANFIX_TOKEN', accounts.planfix.token)
    return {
      accounts,
      options: {
        settings: fileSettings(file, loaded.value),
        secrets,
        dataDir,
        hooks: { host: '127.0.0.1', port },
        redact,
      },
      deliverTo(hooksUrl) {
        const hooks = `${hooksUrl}/hooks/${CONNECTION}/${webhookSecret}`
        accounts.chatra.webhookUrl = `${hooks}/chatra`
        accounts.planfix.scenarioUrl = `${hooks}/planfix`
      },
      undo,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

export const stageOf = ({ accounts }: Ground, application: () => Application): Stage =>
  new Stage({ ...accounts, connectionId: CONNECTION, application })
