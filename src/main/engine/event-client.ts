import type { BridgeEvent } from '../../shared/domain.ts'
import { nameOf } from './people/naming.ts'
import { rootOf } from './people/roots.ts'
import type { Store } from './ports.ts'

/**
 * The event with the name of its conversation's client in `params.client`, for people. The name is read when the event
 * is shown and never stored with it, so it disappears with the client. Unchanged for an event of no conversation, or of
 * one without clients.
 */
export async function withClient<Event extends Pick<BridgeEvent, 'params'>>(
  store: Pick<Store, 'conversation' | 'clientsOf'>,
  event: Event,
): Promise<Event> {
  const { conversation } = event.params
  if (typeof conversation !== 'number') return event
  const root = await rootOf(store, conversation)
  const clients = root ? await store.clientsOf(root.id) : []
  const last = clients.toSorted((one, other) => other.lastWroteAt - one.lastWroteAt)[0]
  return last ? { ...event, params: { ...event.params, client: nameOf(last.profile) } } : event
}
