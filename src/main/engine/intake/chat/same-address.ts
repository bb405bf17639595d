import type { Connection } from '../../../../shared/config.ts'
import type { ClientLink, ClientProfile, Conversation } from '../../../../shared/domain.ts'
import { areSeparated } from '../../people/merge.ts'
import { rootOf } from '../../people/roots.ts'
import { decideJoin, type JoinDecision } from '../../people/same-person.ts'
import type { Store } from '../../ports.ts'

/** Maximum number of clients with one address to read: an address with more is not personal anyway. */
const MOST = 50

/** Another conversation with the same address, and whether it belongs to the same person. */
export interface SameAddress {
  conversation: Conversation
  decision: JoinDecision
}

/** The relevant settings. */
export type JoinSettings = Pick<Connection, 'id'> & {
  options: Pick<Connection['options'], 'joinDevices' | 'joinAfterQuietMinutes'>
}

/**
 * Of all other conversations with the device's address the one to join, else the one that may perhaps be
 * joined, the latest to write first. `own`: the device's conversation, if it has one.
 */
export async function sameAddress(
  store: Store,
  settings: JoinSettings,
  device: ClientProfile,
  own: Conversation | null,
  now: number,
): Promise<SameAddress | null> {
  if (device.email === null) return null
  const users = await store.clientsByEmail(settings.id, device.email, MOST)
  const devices = new Set([device.id, ...users.map(({ clientId }) => clientId)])
  let best: SameAddress | null = null
  for (const other of await rootsOfClients(store, users)) {
    if (other.id === own?.id) continue
    const decision = await joinWith(store, settings, device, own, other, devices.size, now)
    if (decision.join === 'thread') return { conversation: other, decision }
    if (!best || (best.decision.join === 'separate' && decision.join === 'card'))
      best = { conversation: other, decision }
  }
  return best
}

/** Whether the device's conversation joins `other`. */
export async function joinWith(
  store: Store,
  { options }: JoinSettings,
  device: ClientProfile,
  own: Conversation | null,
  other: Conversation,
  devicesWithAddress: number,
  now: number,
): Promise<JoinDecision> {
  return decideJoin({
    mode: options.joinDevices,
    quietMs: options.joinAfterQuietMinutes * 60_000,
    now,
    device,
    others: (await store.clientsOf(other.id)).filter(({ clientId }) => clientId !== device.id),
    devicesWithAddress,
    keptApart: own !== null && (await areSeparated({ store }, own, other)),
  })
}

async function rootsOfClients(store: Store, clients: readonly ClientLink[]): Promise<Conversation[]> {
  const roots = new Map<number, Conversation>()
  for (const { conversationId } of clients) {
    const root = await rootOf(store, conversationId)
    if (root) roots.set(root.id, root)
  }
  return [...roots.values()]
}
