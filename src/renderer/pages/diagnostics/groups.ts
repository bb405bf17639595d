import type { CheckReport } from '../../../shared/api/diagnostics.ts'

/** The findings of one connection, or of the computer with `connectionId` null. */
export interface Group {
  connectionId: string | null
  /** Failures first, then warnings, each in order of number. */
  attention: CheckReport[]
  passed: CheckReport[]
  skipped: CheckReport[]
}

export type Counts = Record<CheckReport['result'], number>

/** Groups by their most severe finding; equal ones in the order of the run. */
export function groupsOf(reports: readonly CheckReport[]): Group[] {
  const groups = new Map<string | null, Group>()
  for (const report of reports) {
    const { connectionId, result } = report
    const group = groups.get(connectionId) ?? { connectionId, attention: [], passed: [], skipped: [] }
    groups.set(connectionId, group)
    const list = result === 'ok' ? group.passed : result === 'skipped' ? group.skipped : group.attention
    list.push(report)
  }
  for (const { attention } of groups.values()) attention.sort((one, other) => rank(one) - rank(other))
  const worst = ({ attention: [first] }: Group) => (first === undefined ? 2 : rank(first))
  return [...groups.values()].sort((one, other) => worst(one) - worst(other))
}

const rank = ({ result }: CheckReport) => (result === 'failed' ? 0 : 1)

export function countsOf(reports: readonly CheckReport[]): Counts {
  const counts: Counts = { failed: 0, warning: 0, ok: 0, skipped: 0 }
  for (const { result } of reports) counts[result] += 1
  return counts
}

export interface Place {
  page: 'settings' | 'employees'
  href: string
}

/** Where the owner fixes the subject of a check; null when that is outside the bridge. */
export function placeOf({ id, connectionId }: CheckReport): Place | null {
  if (id === 25 || id === 26) return { page: 'employees', href: `/employees/${connectionId}` }
  if (connectionId === null || (id >= 8 && id <= 21) || id === 28 || id === 31) return null
  // The public address is one for all connections.
  return { page: 'settings', href: id === 32 ? '/settings/~address' : `/settings/${connectionId}` }
}
