import type { Configuration, Connection } from '../../../shared/config.ts'

/**
 * The unit of a connection: its Planfix account, as host and path of the account's address. Connections of one
 * account share pacing, watcher and the day's requests, so that one host carries them, together.
 */
export function unitOf({ planfix }: Pick<Connection, 'planfix'>): string {
  const { host, pathname } = new URL(planfix.baseUrl)
  return `${host}${pathname}`
}

/** The units with an enabled connection, in the order of the configuration. */
export const unitsOf = ({ connections }: Configuration): Map<string, Connection[]> =>
  Map.groupBy(
    connections.filter(({ enabled }) => enabled),
    unitOf,
  )

/** Whether the configuration has this connection, and it is enabled. */
export const isOn = ({ connections }: Configuration, connectionId: string): boolean =>
  connections.some(({ id, enabled }) => enabled && id === connectionId)

const DAY = 86_400_000

/**
 * How long events wait for a connection that is switched off; events of a removed connection wait as long as
 * any.
 */
export function keptMs({ connections }: Configuration, connectionId: string): number {
  const days = connections
    .filter(({ id }) => id === connectionId)
    .map((one) => one.options.keepWhilePausedDays)
  const all = connections.map((one) => one.options.keepWhilePausedDays)
  return Math.max(0, ...(days.length > 0 ? days : all)) * DAY
}
