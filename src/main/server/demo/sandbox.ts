import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Configuration, parseConfiguration } from '../../../shared/config.ts'
import { type ChatraSimulator, startChatraSimulator } from '../../../simulators/chatra/index.ts'
import { type PlanfixSimulator, startPlanfixSimulator } from '../../../simulators/planfix/index.ts'
import type { Log } from '../../application/application.ts'
import type { SecretSource } from '../../secrets/environment.ts'
import { createRedactor } from '../../settings/redact.ts'
import { type Host, startHost } from '../host.ts'

/** Both services as simulators and the whole product between them, on loopback and in a folder of its own. */
export interface Sandbox {
  chatra: ChatraSimulator
  planfix: PlanfixSimulator
  host: Host
  /** Ends everything and removes the folder. */
  stop(): Promise<void>
}

export const CONNECTION = 'shop'

/** Starts the two services and the bridge. Leaves nothing behind when it rejects. */
export async function startSandbox(log: Log): Promise<Sandbox> {
  const undo: (() => Promise<unknown>)[] = []
  const stop = async () => {
    for (const work of undo.splice(0).reverse()) await work()
  }
  try {
    const chatra = await startChatraSimulator({ switches: { files: 'brevo-file-object' } })
    undo.push(() => chatra.stop())
    const planfix = await startPlanfixSimulator({ requestsPerSecondLimit: Number.POSITIVE_INFINITY })
    undo.push(() => planfix.stop())
    const dataDir = await mkdtemp(join(tmpdir(), 'chatra-planfix-demo-'))
    undo.push(() => rm(dataDir, { recursive: true, force: true }))

    const webhookSecret = randomBytes(24).toString('base64url')
    const hookPort = await freePort()
    const configuration = configurationOf(chatra, planfix, webhookSecret, hookPort)
    const host = await startHost({
      configuration,
      secrets: secretsOf(chatra, planfix),
      dataDir,
      uiPort: 0,
      hooks: { host: '127.0.0.1', port: hookPort },
      log,
      redact: createRedactor(webhookSecret, chatra.secretKey, planfix.token),
    })
    undo.push(() => host.stop())
    const hooks = `${host.hooksUrl}/hooks/${CONNECTION}/${webhookSecret}`
    chatra.webhookUrl = `${hooks}/chatra`
    planfix.scenarioUrl = `${hooks}/planfix`
    return { chatra, planfix, host, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/**
 * "Send as an employee" is on: Ana and Julia are known by their e-mail and speak under their names; Mihai has none,
 * so his comments go out from the general user. Pacing is quicker than a real account allows, so that nobody waits.
 */
function configurationOf(
  chatra: ChatraSimulator,
  planfix: PlanfixSimulator,
  webhookSecret: string,
  hookPort: number,
): Configuration {
  const parsed = parseConfiguration({
    publicUrl: `http://127.0.0.1:${hookPort}`,
    connections: [
      {
        id: CONNECTION,
        name: 'shop.example',
        chatra: { baseUrl: chatra.apiUrl, publicKey: chatra.publicKey },
        planfix: {
          baseUrl: planfix.restUrl,
          webUrl: planfix.webUrl,
          taskTemplateId: 12,
          contactTemplateId: 5,
          pollSeconds: 1,
          requestsPerSecond: 20,
        },
        employees: [
          { planfixUserId: 'user:5', email: 'ana@shop.example', name: 'Ana' },
          { planfixUserId: 'user:6', email: 'julia@shop.example', name: 'Julia' },
          { planfixUserId: 'user:7', name: 'Mihai' },
        ],
        options: { sendAsEmployee: true },
        webhookSecret,
      },
    ],
  })
  if (!parsed.ok) throw new Error(`the demo's configuration is wrong: ${parsed.problems.join('; ')}`)
  return parsed.value
}

function secretsOf(chatra: ChatraSimulator, planfix: PlanfixSimulator): SecretSource {
  return {
    async get(_connection, name) {
      return name === 'PLANFIX_TOKEN' ? planfix.token : chatra.secretKey
    },
    whereToPut: (_connection, name) => name,
  }
}

/** The receiver's port has to be known before it starts: the configuration names its public address. */
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
