import { type Conversation, type Message, OPEN_STATES } from '../../../../shared/domain.ts'
import { type BridgeError, stopsSide } from '../../../../shared/errors.ts'
import type { NoteData } from '../../../../shared/messages/job.ts'
import { type ConnectionContext, commit, type EngineContext } from '../../context.ts'
import type { Change } from '../../ports.ts'
import type { Permit } from '../circuit-breaker.ts'
import { notDone, noteAbout, reasonOf, stateChange } from '../patches.ts'
import { isTrouble, nextTry } from '../retry.ts'
import { TARGET_ID_UNKNOWN } from './chatra-plan.ts'
import type { Slot } from './send-limiter.ts'

/** The part of the work (SideBreaker.recordPartFailure) that sends replies. */
export const REPLIES = 'replies'
/** A refusal for longer than this, or this many in a row, are shown as a waiting side. */
const LONG_REFUSAL_MS = 10_000
const MANY_REFUSALS = 8

/** The context of sending a reply, an edit or a deletion. */
interface SendContext {
  conversation: Conversation
  connection: ConnectionContext
  permit: Permit
}

/** Handles a reply, an edit or a deletion that failed with `error`. Without `slot` Chatra was not called. */
export async function replyFailed(
  context: EngineContext,
  message: Message,
  error: BridgeError,
  sending: SendContext,
  slot: Slot | null,
): Promise<void> {
  const { clock, random } = context
  const now = clock.now()
  const { connection, conversation } = sending
  const isPaced = slot !== null && error.code === 'rate-limited' && isPace(error, slot, connection, now)
  let wholeSide = stopsSide(error) && !isPaced
  // A failure of Planfix (when reading a file's address) occurred without its permit: the next call to it
  // will decide.
  if (slot !== null && error.side === 'chatra' && !isPaced) wholeSide = reportFault(error, sending, slot)
  const gate = error.side === 'chatra' ? connection.chatraBreaker : connection.planfixBreaker
  if (!stopsSide(error) && error.retry.when !== 'never') gate.recordPartFailure(REPLIES, error)
  if (message.kind === 'text' && !error.certain) return indeterminate(context, message, error, now)
  // Chatra has refused it explicitly: no later message can be its echo.
  const notInChat: Change[] =
    message.kind === 'text' && slot !== null
      ? [{ type: 'message.patch', id: message.id, at: now, patch: { sentFingerprint: null } }]
      : []
  if (error.retry.when === 'never') {
    const gone = message.kind === 'text' ? 'client-gone' : 'message-gone'
    const reason = error.code === 'object-gone' ? gone : 'refused'
    await commit(context, [
      stateChange(message, 'failed', reasonOf(error), now, OPEN_STATES),
      ...notInChat,
      note(context, message, { what: notDone(message), reason }),
      ...calmed(conversation),
    ])
    return
  }
  const failures = conversation.chatraLane.failures + (isPaced ? 0 : 1)
  const isTimed = !isPaced && !(wholeSide && error.side === 'chatra')
  const notBefore = isTimed ? nextTry(error, failures, now, random) : 0
  const queue: Change = {
    type: 'conversation.patch',
    id: conversation.id,
    patch: {
      chatraLane: {
        failures,
        notBefore,
        failedAt: now,
        ...(error.side === 'planfix' && { failedSide: error.side }),
      },
    },
  }
  const retrying = stateChange(message, 'retrying', reasonOf(error), now, OPEN_STATES)
  await commit(context, [queue, retrying, ...notInChat])
}

/**
 * Handles an edit or a deletion that cannot be executed, for a reason of the plan (chatra/chatra-plan.ts).
 * For a reply that did not arrive the employee gets a note anyhow; its newer text is not sent automatically,
 * since the reply may still appear.
 */
export function changeNotDone(context: EngineContext, message: Message, reason: string): Change[] {
  return reason === TARGET_ID_UNKNOWN
    ? [note(context, message, { what: notDone(message), reason: 'id-unknown' })]
    : []
}

/** The queue works again. */
export const calmed = ({ id, chatraLane }: Conversation): Change[] =>
  chatraLane.failures === 0
    ? []
    : [{ type: 'conversation.patch', id, patch: { chatraLane: { failures: 0, notBefore: 0 } } }]

/** Too many calls: the limiter waits, and the whole side stops only for a long wait or repeated refusals. */
function isPace(error: BridgeError, slot: Slot, { chatraLimiter }: ConnectionContext, now: number): boolean {
  const retryAt = error.retry.when === 'at' ? error.retry.time : null
  chatraLimiter.refused(slot, retryAt)
  return (retryAt ?? 0) < now + LONG_REFUSAL_MS && chatraLimiter.refusedInRow < MANY_REFUSALS
}

/** Reports the error to Chatra's breaker. Returns whether sending to Chatra is stopped now. */
function reportFault(error: BridgeError, { connection, permit }: SendContext, slot: Slot): boolean {
  const { chatraBreaker: gate, chatraLimiter: limiter } = connection
  if (stopsSide(error) || limiter.isStopped) {
    gate.failed(error, permit)
    return true
  }
  if (isTrouble(error)) return gate.troubled(error, permit)
  limiter.succeeded(slot)
  gate.succeeded(permit)
  return false
}

/**
 * Never repeated: settled by its echo, by a missing echo where that is conclusive, by a transcript, or by the
 * owner.
 */
async function indeterminate(
  context: EngineContext,
  message: Message,
  error: BridgeError,
  now: number,
): Promise<void> {
  const { id, connectionId, chatraClientId, sentAt } = message
  await commit(context, [stateChange(message, 'uncertain', reasonOf(error), now, ['sending'])])
  if (chatraClientId === null || sentAt === null) return
  const answered = error.status !== undefined
  context.continuity?.sent({ messageId: id, connectionId, clientId: chatraClientId, sentAt, answered })
  if (!answered) context.onSilence?.()
}

/** A note to the employee inside the task. */
const note = (context: EngineContext, message: Message, data: NoteData): Change =>
  noteAbout(message, data, context.clock.now(), () => context.store.newId())
