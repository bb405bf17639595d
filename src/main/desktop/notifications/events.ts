import type { BridgeEvent } from '../../../shared/domain.ts'

/**
 * The setting that controls notifications of an event; null = the log is enough. Unknown errors are failures.
 */
export function groupOf({ key, level }: BridgeEvent): Group | null {
  const group = GROUPS[key]
  return group === undefined ? (level === 'error' ? 'failures' : null) : group
}
type Group = 'failures' | 'connections' | 'weekly'
const GROUPS: Record<string, Group | null> = {
  'event.gap': 'connections',
  'event.address-gap': 'connections',
  'event.address-gap-kept': 'connections',
  'event.address-changed': 'connections',
  'event.wrong-address': 'connections',
  'event.no-completed-status': 'failures',
  'event.relay-refused': 'failures',
  'event.relay-expired': 'failures',
  'event.relay-unreadable': 'failures',
  'event.store-restored': 'failures',
  'event.database-restored': 'failures',
  'event.connection-left': 'connections',
  'event.reply-not-written': 'failures',
  'event.week': 'weekly',
  'event.week-unanswered': 'weekly',
  // "Messages are not affected."
  'event.chore-failed': null,
}

/** No message was lost: relevant only if the owner was notified of the outage. */
export const GAP_KEPT = 'event.address-gap-kept'
/** Events that say that the address is reachable again. */
export const ADDRESS_GAPS: ReadonlySet<string> = new Set(['event.address-gap', GAP_KEPT])

export interface Gap {
  from: number
  to: number
}

/** The week that an event is about: its beginning, milliseconds; null = it is about none. */
export const weekOf = ({ params: { week } }: Pick<BridgeEvent, 'params'>): number | null =>
  typeof week === 'number' ? week : null

export const gapOf = ({ key, params }: BridgeEvent): Gap | null =>
  key === 'event.gap' || ADDRESS_GAPS.has(key) ? { from: Number(params.from), to: Number(params.to) } : null

/**
 * After a start or a wake it takes a while until the address is reachable too: for the owner that is the same
 * gap.
 */
export const isWithin = (gap: Gap, other: Gap): boolean =>
  gap.from >= other.from - MINUTE && gap.to <= other.to + 5 * MINUTE
const MINUTE = 60_000

/**
 * Similar events are notified only once in a while. Another time or address makes another event of a gap or a
 * change.
 */
export const likeness = (event: BridgeEvent): string =>
  gapOf(event) || event.key === 'event.address-changed'
    ? JSON.stringify([event.key, event.params])
    : JSON.stringify([event.key, event.connectionId, event.params.conversation ?? event.params.connection])
