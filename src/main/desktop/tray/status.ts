import type { AppState, ConnectionState, PublicAddress } from '../../../shared/api/state.ts'
import type { Words } from '../../../shared/api.ts'

/** The states of the tray icon, each with its own shape. */
export type TrayState = 'working' | 'setup' | 'degraded' | 'stopped' | 'paused'

export interface TrayLook {
  state: TrayState
  /** The same as text. */
  words: Words
}

/** The overall state of the bridge. Null: it is starting. */
export function trayLook(state: AppState | null): TrayLook {
  if (state === null) return look('stopped', 'desktop.state.starting')
  const { connections, publicAddress } = state
  if (state.storeFailing !== null) return look('stopped', 'desktop.state.disk')
  if (connections.length === 0) return look('setup', 'desktop.state.no-connection')
  const enabled = connections.filter((one) => one.enabled)
  if (enabled.length === 0) return look('paused', 'desktop.state.paused')
  const complete = enabled.filter((one) => one.missing.length === 0)
  const incomplete = enabled.find((one) => one.missing.length > 0)
  if (complete.length === 0) return look('setup', 'desktop.state.missing', { name: incomplete?.name ?? '' })
  // Another computer is active: this one makes no calls, so earlier failures do not count.
  if (publicAddress.standby) return look('working', 'desktop.state.standby')

  const stopped = complete.filter(waitsForOwner)
  const [first] = stopped
  if (first && stopped.length === complete.length)
    return look('stopped', 'desktop.state.stopped', nameOf(first))
  if (first) return look('degraded', 'desktop.state.one-stopped', nameOf(first))
  if (incomplete) return look('degraded', 'desktop.state.missing', nameOf(incomplete))
  const waiting = complete.find(triesAgain)
  if (waiting) return look('degraded', 'desktop.state.waiting', nameOf(waiting))
  if (isLost(publicAddress)) return look('degraded', 'desktop.state.address')
  return look('working', 'desktop.state.working', { count: complete.length })
}

const look = (state: TrayState, key: string, params: Words['params'] = {}): TrayLook => ({
  state,
  words: { key, params },
})

const nameOf = ({ name }: ConnectionState) => ({ name })
const waitsForOwner = ({ chatra, planfix }: ConnectionState): boolean =>
  chatra.state === 'paused' || planfix.state === 'paused'
const triesAgain = ({ chatra, planfix }: ConnectionState): boolean =>
  chatra.state === 'waiting' || planfix.state === 'waiting'
/** Configured, and known to be unreachable. */
const isLost = ({ provider, state }: PublicAddress): boolean => provider !== 'none' && state === 'failing'
