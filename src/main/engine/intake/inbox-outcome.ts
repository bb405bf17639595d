import type { Message } from '../../../shared/domain.ts'
import { type EngineContext, stage } from '../context.ts'
import type { Change, InboxRow } from '../ports.ts'
import { skippedEvent } from './skipped.ts'

/**
 * The outcome of an inbox row, in the commit of its decision. `skipped`: the reason, or null when it is done.
 */
export function settled(row: InboxRow, decision: { skipped: string | null }): Change {
  const outcome = decision.skipped === null ? 'done' : 'skipped'
  return { type: 'inbox.settle', seq: row.seq, outcome, reason: decision.skipped }
}

/** Stored, skipped with a reason, and shown in the log. */
export const refuse = (context: EngineContext, row: InboxRow, reason: string): Promise<void> =>
  stage(context, [
    skippedEvent(row, reason, context.store.newId()),
    { type: 'inbox.settle', seq: row.seq, outcome: 'skipped', reason },
  ])

/** Reports messages that are to be delivered; `added` is called before the delivery is woken. */
export async function reportAdded(
  changes: readonly Change[],
  added: (conversationId: number, messages: readonly Message[]) => Promise<void>,
): Promise<void> {
  const messages = changes
    .filter((change) => change.type === 'message.add')
    .map((change) => change.message)
    .filter(
      (message) => message.state === 'queued' && message.kind === 'text' && message.author.kind !== 'agent',
    )
  const id = messages[0]?.conversationId
  if (id != null) await added(id, messages)
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null
