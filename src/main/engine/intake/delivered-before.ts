import type { Message } from '../../../shared/domain.ts'
import { printReason } from '../../../shared/messages/reason.ts'
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

/**
 * Another version of a comment that the restored store knows, at the first read after the restore: what it shows the client
 * now, as it was opened or became longer, may have been sent since the backup. Nobody knows when a version was written.
 */
export function shownInDoubt(
  changes: readonly Change[],
  comment: PlanfixComment,
  state: { takeover?: Takeover | null; echoes?: readonly Message[]; now: number },
): Change[] {
  const { takeover = null } = state
  if (!isRestore(takeover) || deliveredBefore(comment, takeover) === null) return [...changes]
  let echoes = [...(state.echoes ?? [])]
  return changes.flatMap((change): Change[] => {
    if (change.type === 'message.add' && change.message.kind === 'text') {
      const doubted = inDoubt([change], 'uncertain', comment, { ...state, echoes })
      echoes = echoes.filter(
        ({ id }) => !doubted.some((one) => one.type === 'message.patch' && one.id === id),
      )
      return doubted
    }
    if (change.type !== 'message.patch' || change.patch.state !== 'queued') return [change]
    const { text = '', files = [] } = change.patch
    const echo = echoes.find((one) => isEchoOf(one, { text, files }, comment))
    echoes = echoes.filter((one) => one !== echo)
    const sent: Partial<Message> = {
      state: echo ? 'delivered' : 'uncertain',
      reason: DELIVERED_BEFORE_RESTORE,
      sentAt: echo?.sentAt ?? state.now,
      sentFingerprint: fingerprint(comparable(text)),
      ...(echo && {
        chatraMessageId: echo.chatraMessageId,
        chatraClientId: echo.chatraClientId,
        echoed: true,
      }),
    }
    return [
      { ...change, patch: { ...change.patch, ...sent } },
      ...(echo
        ? [{ type: 'message.patch', id: echo.id, at: state.now, patch: replacedBy(change.id) } as const]
        : []),
    ]
  })
}

/** The row of an echo whose reply was known already. */
const replacedBy = (messageId: number): Partial<Message> => ({
  state: 'skipped',
  reason: printReason({ kind: 'own-echo', messageId }),
  chatraMessageId: null,
  sentAt: null,
  sentFingerprint: null,
})

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
function isEchoOf(
  echo: Message,
  { text, files }: Pick<Message, 'text' | 'files'>,
  { at }: PlanfixComment,
): boolean {
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
