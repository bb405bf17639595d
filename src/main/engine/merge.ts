import type { Conversation } from '../../shared/domain.ts'
import type { EngineContext } from './context.ts'
import type { Change } from './ports.ts'

/**
 * Two conversations turn out to be one client (same e-mail, F13): one contact, one thread. What still waits moves
 * over; the older thread's task stays readable, its replies reach the client through the common conversation, and a
 * note in it says where things go on. Planfix can merge contacts only by hand (contracts/planfix.md section 16).
 * Call it under the lock of `from`; the changes are to be committed under it too.
 */
export async function mergeConversations(
  context: EngineContext,
  from: Conversation,
  into: Conversation,
  movedClientId?: string,
): Promise<Change[]> {
  const { store, clock } = context
  const current = (await store.conversation(from.id)) ?? from
  const changes: Change[] = []
  const clients = await store.clientsOf(from.id)
  const others = clients.filter((client) => client.clientId !== movedClientId)
  if (movedClientId !== undefined && others.length > 0) return changes
  for (const client of others)
    changes.push({ type: 'client.save', client: { ...client, conversationId: into.id } })
  const busy = new Set(current.attempt?.messageIds ?? [])
  for (const direction of ['to-planfix', 'to-chatra'] as const) {
    for (const message of await store.waiting(from.id, direction, 10_000)) {
      if (busy.has(message.id) || message.state === 'sending' || message.state === 'uncertain') continue
      changes.push({
        type: 'message.patch',
        id: message.id,
        at: clock.now(),
        patch: { conversationId: into.id },
      })
    }
  }
  changes.push({ type: 'conversation.patch', id: from.id, patch: { mergedInto: into.id } })
  if (current.taskId !== null) {
    changes.push({
      type: 'chore.add',
      chore: {
        id: store.newId(),
        connectionId: from.connectionId,
        conversationId: from.id,
        kind: 'note',
        key: `merged:${into.id}`,
        data: { what: 'merged', taskId: current.taskId, intoConversation: into.id },
        notBefore: clock.now(),
        failures: 0,
        attempt: null,
      },
    })
  }
  return changes
}
