import type { LiveConnection } from './connections.ts'

type Connections = ReadonlyMap<string, LiveConnection>

/** Something is missing, paused or failing. */
export const isDegraded = (connections: Connections): boolean =>
  [...connections.values()].some(
    ({ missing, chatraBreaker, planfixBreaker }) =>
      missing.length > 0 || !chatraBreaker.isHealthy || !planfixBreaker.isHealthy,
  )

/**
 * The answer of /healthz, which strangers see: nothing but whether all is well. `standby`: another computer carries, or may
 * be carrying. Which connection fails and why is told by the interface (`state.get`) and by `bridge doctor`.
 */
export const healthOf = (degraded: boolean, standby: boolean): object => ({
  status: degraded ? 'degraded' : 'ok',
  standby,
})
