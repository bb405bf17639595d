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
/** What is known of a reply that may have been sent before this store knew of it. */
export type Doubt = 'skipped' | 'uncertain'

/** Planfix tells times to the minute, its clock may differ, and the other one may not have read it at once. */
const DOUBT_MS = 5 * 60_000
const MINUTE = 60_000

/**
 * Whether a comment of the first look was carried by who was active before, another computer or this one before its store
 * was restored: what was written well before its end was, what was written after it surely was not, and in between only
 * an echo or the owner can tell. Null = it was not.
 */
export function deliveredBefore(comment: PlanfixComment, takeover: Takeover | null): Doubt | null {
  if (!takeover) return null
  if (comment.at === null) return 'uncertain'
  if (comment.at > takeover.until + MINUTE) return null
  // What was done since the backup nobody knows any more, unless an echo tells.
  const sure = isRestore(takeover) ? takeover.backupAt : takeover.until
  return comment.at < sure - DOUBT_MS ? 'skipped' : 'uncertain'
}

/** Replies of which it is not known whether they are in the chat: an echo that was seen there settles them at once. */
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
        ...{ state: doubt, reason },
        // Its echo, should it come, settles it.
        sentAt: comment.at ?? state.now,
        sentFingerprint: fingerprint(comparable(one.message.text)),
      },
    }
  })
}

/** The words of the part, with a line for each of its files. */
function isEchoOf(echo: Message, { text, files }: Message, { at }: PlanfixComment): boolean {
  if (at !== null && echo.writtenAt < at - DOUBT_MS) return false
  const lines = echo.text.split('\n')
  return sameText(lines.slice(0, lines.length - files.length).join('\n'), text)
}

/** It was seen in the chat: the comment was carried before the store was restored. */
function claim(echo: Message, reply: Message, at: number): Change {
  const { author, text, files, originKey, planfixTaskId, planfixCommentId, conversationId } = reply
  const patch = { author, text, files, originKey, planfixTaskId, planfixCommentId, conversationId }
  const { fingerprint: print } = reply
  return {
    type: 'message.patch',
    id: echo.id,
    at,
    patch: { ...patch, fingerprint: print, reason: echo.reason },
  }
}
