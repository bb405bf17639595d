import type { AgentSeen, ClientProfile, Page } from '../../../shared/domain.ts'
import type { Result } from '../../../shared/errors.ts'

export interface ChatMessage {
  id: string | null
  type: 'client' | 'agent' | 'system'
  text: string
  /** Milliseconds, null when the webhook does not say. */
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
 * Reads a stored webhook body; the reason says why it is skipped, with the path of what is missing. `dropped` names broken
 * messages of an event that is otherwise good, e.g. `messages[2]: neither text nor file`.
 */
export type ParseChatEvent = (
  body: unknown,
) => { ok: true; event: ChatEvent; dropped: string[] } | { ok: false; reason: string }

/** Who speaks in the chat. */
export type Speaker = { agentId: string } | { agentEmail: string; agentName: string }

export interface ChatraApi {
  /** Says `text` (at most `maxText` UTF-16 units). Marked with receivedFrom, so that its echo is known. */
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
   * Whether Chatra works, by calls that reach nobody: reads this client, and with `writes` also asks what takes messages,
   * by one without addressee and words, which no Chatra can carry out.
   */
  probe(clientId: string, writes: boolean): Promise<Result<void>>
  /** Asks for a client that cannot exist: `ok` when the keys are accepted. */
  checkKeys(): Promise<Result<void>>
  readonly maxText: number
}
export const RECEIVED_FROM = 'planfix-bridge'
