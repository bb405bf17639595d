import type { AgentSeen, ClientProfile, Page } from '../../../shared/domain.ts'
import type { Result } from '../../../shared/errors.ts'

export interface ChatMessage {
  id: string | null
  type: 'client' | 'agent' | 'system'
  text: string
  /** Milliseconds, null when the webhook has no time. */
  at: number | null
  agentId: string | null
  agentName: string | null
  receivedFrom: string | null
  isPushed: boolean
  file: { name: string; url: string; size: number | null } | null
}
export interface ChatEvent {
  kind: 'started' | 'fragment' | 'transcript'
  client: ClientProfile
  agents: AgentSeen[]
  messages: ChatMessage[]
  startPage: Page | null
}
/**
 * Parses a stored webhook body; the reason says why it is skipped, with the path of the missing value.
 * `dropped` names invalid messages of an otherwise valid event, e.g. `messages[2]: neither text nor file`.
 */
export type ParseChatEvent = (
  body: unknown,
) => { ok: true; event: ChatEvent; dropped: string[] } | { ok: false; reason: string }

/** The agent of a message. */
export type Speaker = { agentId: string } | { agentEmail: string; agentName: string }

export interface ChatraApi {
  /**
   * Sends `text` (at most `maxText` UTF-16 units). Marked with receivedFrom, so that its echo is recognised.
   */
  send(
    clientId: string,
    text: string,
    speaker: Speaker,
  ): Promise<Result<{ id: string | null; at: number | null }>>
  edit(messageId: string, text: string): Promise<Result<void>>
  remove(messageId: string): Promise<Result<void>>
  /** `object-gone` when there is no such message. */
  message(messageId: string): Promise<Result<ChatMessage>>
  /** `object-gone` when there is no such client. */
  client(clientId: string): Promise<Result<ClientProfile>>
  /**
   * Tests whether Chatra works, with calls that reach no client: reads this client, and with `writes` also
   * calls the endpoint for messages, with an empty message without recipient, which Chatra must refuse.
   */
  probe(clientId: string, writes: boolean): Promise<Result<void>>
  /** Requests a client that cannot exist: `ok` when the keys are accepted. */
  checkKeys(): Promise<Result<void>>
  readonly maxText: number
}
export const RECEIVED_FROM = 'planfix-bridge'
