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
