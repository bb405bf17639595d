import type { SideState } from '../../engine/ports.ts'
import type { Application } from '../application.ts'
import { healthOf } from './health.ts'

/** For operators, on the interface's port alone. */
export function detailedHealth(application: Application): object {
  const { publicAddress, storeFailing, connections, store } = application
  return {
    ...healthOf(application.isDegraded(), publicAddress.standby),
    ready: application.isReady(),
    store: storeFailing ?? 'ok',
    ...(store.kept && { keptWebhooks: store.kept.waiting }),
    publicAddress: publicAddress.state,
    connections: [...connections].map(([id, { missing, chatraBreaker, planfixBreaker }]) => ({
      id,
      missing,
      chatra: wordFor(chatraBreaker.state),
      planfix: wordFor(planfixBreaker.state),
    })),
  }
}

/** `ok`, or the code of the error (shared/errors.ts). */
const wordFor = (side: SideState): string => (side.state === 'ok' ? 'ok' : side.code)
