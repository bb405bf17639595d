import type { ChatraSimulator } from '../../simulators/chatra/index.ts'
import type { PlanfixSimulator } from '../../simulators/planfix/index.ts'
import type { Log } from '../runtime/application.ts'
import { type Host, startHost } from '../server/host.ts'
import { demoPagesOf } from './accounts.ts'
import { prepareGround, stageOf } from './ground.ts'

/** Both services as simulators and the whole product between them, on loopback and in a temporary folder. */
export interface Sandbox {
  chatra: ChatraSimulator
  planfix: PlanfixSimulator
  host: Host
  /** Stops everything and removes the folder. */
  stop(): Promise<void>
}

/** Starts the two services and the bridge with its interface. Leaves nothing running when it rejects. */
export async function startSandbox(log: Log): Promise<Sandbox> {
  let running: Host | null = null
  const ground = await prepareGround(() => running?.application.configuration.language ?? 'en')
  try {
    const host = await startHost({
      ...ground.options,
      uiPort: 0,
      log,
      runningDemo: {
        pages: demoPagesOf(ground.accounts),
        stage: stageOf(ground, () => host.application),
        stop: async () => undefined,
      },
    })
    running = host
    ground.undo.push(() => host.stop())
    ground.deliverTo(host.hooksUrl)
    const { chatra, planfix } = ground.accounts
    return { chatra, planfix, host, stop: ground.stop }
  } catch (error) {
    await ground.stop()
    throw error
  }
}
