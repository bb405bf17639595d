import { type Message, OPEN_STATES } from '../../../shared/domain.ts'
import { comparable, fingerprint } from '../../engine/index.ts'
import { DELIVERED_BEFORE_RESTORE } from '../../engine/ports.ts'

/** Ids skipped after a restore: more than can have been assigned since the backup was made. */
export const SKIPPED_NUMBERS = 1_000_000

const OPEN = OPEN_STATES.map((state) => `'${state}'`).join(', ')
export const OPEN_REPLIES = `SELECT * FROM messages INDEXED BY messages_open
  WHERE state IN (${OPEN}) AND direction = 'to-chatra' AND kind = 'text'`

/**
 * A reply that waited when the backup was made has most likely been sent since: it is sent again only on request.
 * `device`: the one it was for.
 */
export const heldReply = (message: Message, device: string | null): Partial<Message> => ({
  state: 'uncertain',
  reason: DELIVERED_BEFORE_RESTORE,
  // The fields by which an echo of it is recognised.
  sentAt: message.sentAt ?? message.receivedAt,
  sentFingerprint: message.sentFingerprint ?? fingerprint(comparable(message.text)),
  chatraClientId: device,
})
