import type { LiveConnection } from '../connections.ts'

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
