import { isTestVisitor } from '../../../shared/setup/test-visitor.ts'
import type { Change, ChatEvent, InboxRow } from '../ports.ts'

/** Name of the fact of a connection. */
export const RECEIVED_EVENTS = 'receivedEvents'

/** When an event of each kind last came in, milliseconds since 1970. */
export type ReceivedEvents = Partial<Record<ChatEvent['kind'], number>>

/** How exact the times are: not every event of a lively chat needs a write. */
const EXACT_MS = 60_000

/** Records that an event of this kind has come in from Chatra. The set-up's test says nothing about Chatra. Pure. */
export function receivedChange(
  known: ReceivedEvents | null,
  { kind, client }: ChatEvent,
  { connectionId, receivedAt }: InboxRow,
): Change[] {
  if (isTestVisitor(client.id) || receivedAt < (known?.[kind] ?? 0) + EXACT_MS) return []
  return [{ type: 'fact.set', connectionId, key: RECEIVED_EVENTS, value: { ...known, [kind]: receivedAt } }]
}
