import type { Message } from '../../../shared/domain.ts'
import type { EngineContext } from '../context.ts'
import type { KeyedMutex } from '../keyed-mutex.ts'
import type { ParseChannelCall, ParseChatEvent, Queue } from '../ports.ts'

export interface IntakeOptions {
  /** The connection whose events are decided on. */
  connectionId: string
  context: EngineContext
  parse: ParseChatEvent
  parseChannelCall: ParseChannelCall
  /** Locks shared with the deliverers, by conversation. */
  serial: KeyedMutex
  wake(conversationId: number, queue: Queue): void
  /** A hint of a Planfix scenario: the task must be read now. */
  hint(connectionId: string, taskId: number): void
  /** New messages to deliver; called before the deliverers are woken. */
  added(conversationId: number, messages: readonly Message[]): Promise<void>
  onBug(error: unknown, where: string): void
}
