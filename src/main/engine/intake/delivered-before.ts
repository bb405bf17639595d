import type { Message } from '../../../shared/domain.ts'
import {
  type Change,
  DELIVERED_BEFORE_RESTORE,
  DELIVERED_BY_ANOTHER,
  isRestore,
  type PlanfixComment,
  type Takeover,
} from '../ports.ts'
import { comparable, fingerprint, sameText } from '../text.ts'

type Added = Extract<Change, { type: 'message.add' }>
/** The facts about a reply that may have been sent before this store knew about it. */
export type Doubt = 'skipped' | 'uncertain'

/**
 * Planfix gives times to the minute, its clock may differ, and the other computer may not have read it at
 * once.
 */
const DOUBT_MS = 5 * 60_000
const MINUTE = 60_000

/**
 * Whether a comment of the first read was delivered by the previously active store, of another computer or
 * our own before it was restored: a comment written well before its end was delivered, one written after it
 * certainly was not, and in between only an echo or the owner can decide. Null = it was not.
 */
export function deliveredBefore(comment: PlanfixComment, takeover: Takeover | null): Doubt | null {
  if (!takeover) return null
  if (comment.at === null) return 'uncertain'
  if (comment.at > takeover.until + MINUTE) return null
  // Work since the backup is unknown, unless an echo proves it.
  const sure = isRestore(takeover) ? takeover.backupAt : takeover.until
  return comment.at < sure - DOUBT_MS ? 'skipped' : 'uncertain'
}

/** Replies whose arrival in the chat is unknown: an echo that was seen there settles them at once. */
export function inDoubt(
  added: readonly Added[],
  doubt: Doubt,
  comment: PlanfixComment,
  state: { takeover?: Takeover | null; echoes?: readonly Message[]; now: number },
): Change[] {
  const reason = isRestore(state.takeover) ? DELIVERED_BEFORE_RESTORE : DELIVERED_BY_ANOTHER
  const echoes = [...(state.echoes ?? [])]
  return added.map((one) => {
    const at = echoes.findIndex((echo) => isEchoOf(echo, one.message, comment))
    const [echo] = at < 0 ? [] : echoes.splice(at, 1)
    if (echo) return claim(echo, one.message, state.now)
    return {
      ...one,
      states: [
        { state: 'received', reason: null },
        { state: doubt, reason },
      ],
      message: {
        ...one.message,
        state: doubt,
        reason,
        // Its echo, if it comes, settles it.
        sentAt: comment.at ?? state.now,
        sentFingerprint: fingerprint(comparable(one.message.text)),
      },
    }
  })
}

/** The text of the part, with a line for each of its files. */
function isEchoOf(echo: Message, { text, files }: Message, { at }: PlanfixComment): boolean {
  if (at !== null && echo.writtenAt < at - DOUBT_MS) return false
  const lines = echo.text.split('\n')
  return sameText(lines.slice(0, lines.length - files.length).join('\n'), text)
}

/** It was seen in the chat: the comment was delivered before the store was restored. */
function claim(echo: Message, reply: Message, at: number): Change {
  const { author, text, files, originKey, planfixTaskId, planfixCommentId, conversationId } = reply
  const { channelMessageId } = reply
  const places = { planfixTaskId, planfixCommentId, channelMessageId }
  const patch = { author, text, files, originKey, conversationId, ...places }
  const { fingerprint: print } = reply
  return {
    type: 'message.patch',
    id: echo.id,
    at,
    patch: { ...patch, fingerprint: print, reason: echo.reason },
  }
}
