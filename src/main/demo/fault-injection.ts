import { RECEIVED_FROM } from '../engine/ports.ts'
import type { Person } from './delivery-counter.ts'
import type { Sandbox } from './sandbox.ts'

/**
 * Spoils one message inside the services, unknown to the bridge (BRIDGE_DEMO_BREAK): the summary counts the
 * services' content, so it must notice.
 */

/** Chatra accepts the next reply with a proper answer and discards it. */
export function breakReply({ chatra }: Sandbox): void {
  const body = { id: 'SwallowedReply001', type: 'agent', text: '', createdAt: Date.now() }
  chatra.server.faults.add({
    kind: 'status',
    status: 200,
    body,
    method: 'POST',
    path: '^/api/messages/?$',
    times: 1,
  })
}

/** A person sends the same reply a second time. */
export const repeatReply = (sandbox: Sandbox, person: Person, text: string): Promise<void> =>
  sayInChat(sandbox, person, text)

/** A person pastes an internal note into the chat. */
export const leakNote = (sandbox: Sandbox, person: Person, note: string): Promise<void> =>
  sayInChat(sandbox, person, note)

async function sayInChat({ chatra }: Sandbox, person: Person, text: string): Promise<void> {
  const response = await fetch(`${chatra.apiUrl}/messages/`, {
    method: 'POST',
    headers: {
      authorization: `Chatra.Simple ${chatra.publicKey}:${chatra.secretKey}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({
      clientId: person.devices[0]?.clientId,
      text,
      agentEmail: 'bridge@shop.example',
      agentName: 'shop.example',
      receivedFrom: RECEIVED_FROM,
    }),
  })
  if (!response.ok) throw new Error(`the simulator answered ${response.status}`)
}
