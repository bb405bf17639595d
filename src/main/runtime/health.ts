import type { SideState } from '../engine/ports.ts'
import type { Application } from './application.ts'
import type { LiveConnection } from './connections.ts'

type Connections = ReadonlyMap<string, LiveConnection>

/** Something is missing, paused or failing. */
export const isDegraded = (connections: Connections): boolean =>
  [...connections.values()].some(
    ({ missing, chatraBreaker, planfixBreaker }) =>
      missing.length > 0 || !chatraBreaker.isHealthy || !planfixBreaker.isHealthy,
  )

/**
 * The answer of /healthz, which strangers see: only whether all is well. `standby`: another computer is
 * active, or may be. `detailedHealth` says which connection fails and why.
 */
export const healthOf = (degraded: boolean, standby: boolean): object => ({
  status: degraded ? 'degraded' : 'ok',
  standby,
})

/** For operators, on the interface's port alone. */
export function detailedHealth(application: Application): object {
  const { publicAddress, storeFailing, connections } = application
  return {
    ...healthOf(application.isDegraded(), publicAddress.standby),
    ready: application.isReady(),
    store: storeFailing ?? 'ok',
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
