import type { SideState } from '../engine/ports.ts'
import type { LiveConnection } from './connections.ts'

type Connections = ReadonlyMap<string, LiveConnection>

/** Something is missing, paused or failing. */
export const isDegraded = (connections: Connections): boolean =>
  [...connections.values()].some(
    ({ missing, chatraGate, planfixGate }) => missing.length > 0 || !chatraGate.isOpen || !planfixGate.isOpen,
  )

/** The answer of /healthz, which strangers may see. `standby`: another computer carries, or may be carrying. */
export const healthOf = (connections: Connections, degraded: boolean, standby: boolean): object => ({
  status: degraded ? 'degraded' : 'ok',
  standby,
  connections: Object.fromEntries(
    [...connections].map(([id, { missing, chatraGate, planfixGate }]) => [
      id,
      standby
        ? { missing, chatra: 'standby', planfix: 'standby' }
        : { missing, chatra: brief(chatraGate.state), planfix: brief(planfixGate.state) },
    ]),
  ),
})

const brief = (state: SideState) => (state.state === 'ok' ? 'ok' : `${state.state}: ${state.code}`)
