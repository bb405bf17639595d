import type { Attempt, Chore, Conversation, Message } from '../../../../shared/domain.ts'
import { type BridgeError, ok, type Result } from '../../../../shared/errors.ts'
import type { ConnectionContext, EngineContext } from '../../context.ts'
import { type Change, isRestore, type Lane } from '../../ports.ts'
import type { LookAgain } from '../look.ts'

/** What a chore has to work with. */
export interface ChoreState {
  context: EngineContext
  connection: ConnectionContext
  conversation: Conversation
  chore: Chore
  look: LookAgain
  now: number
  /** Waits for a Planfix call's turn at the chore's priority. */
  turn(): Promise<void>
  /** Keeps on disk what is about to be written, before it is. */
  begin(attempt: Attempt): Promise<void>
}

/** How a chore ends. */
export type ChoreOutcome =
  | { done: Change[]; wake?: { conversationId: number; lane: Lane } }
  /** Not yet: asked again at `until`. */
  | { later: number; data?: Record<string, unknown> }
  | { error: BridgeError }

export type RunChore = (state: ChoreState) => Promise<ChoreOutcome>

/** Reads the message a chore is about. */
export async function messageOf(state: ChoreState): Promise<Message | null> {
  const id = state.chore.data.messageId
  return typeof id === 'number' ? state.context.store.message(id) : null
}

/**
 * Writes once, whatever happens: keeps the attempt on disk, and after an unclear one looks first. `exists` looks for
 * the write, `write` makes it; both answer its number.
 */
export async function writeOnce(
  state: ChoreState,
  attempt: Attempt,
  exists: (attempt: Attempt) => Promise<Result<number | null>>,
  write: () => Promise<Result<number>>,
): Promise<Result<number>> {
  const before = state.chore.attempt ?? attemptBeforeRestore(state, attempt)
  if (before) {
    await state.turn()
    const found = await exists(before)
    if (!found.ok) return found
    if (found.value !== null) return ok(found.value)
  }
  await state.begin(before ? { ...before, startedAt: state.now } : attempt)
  await state.turn()
  return write()
}

/** It may have been written between the backup and the damage of the store: then it is looked for, too. */
function attemptBeforeRestore({ context, chore }: ChoreState, attempt: Attempt): Attempt | null {
  const takeover = context.takeover?.()
  if (!isRestore(takeover)) return null
  const visitAt = chore.kind === 'visit' ? Number(chore.data.startedAt) : Number.POSITIVE_INFINITY
  const isOlder = chore.id < (takeover.firstId ?? 0) || visitAt < takeover.at
  return isOlder ? { ...attempt, startedAt: takeover.backupAt } : null
}
