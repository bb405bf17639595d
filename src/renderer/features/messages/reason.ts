import type { MessageRow } from '../../../shared/api/log.ts'
import type { ConnectionState } from '../../../shared/api/state.ts'
import { isTextKey, type TextKey } from '../../../shared/i18n/texts.ts'
import { type Reason as Cause, parseReason } from '../../../shared/messages/reason.ts'
import type { Tone } from '../../components/feedback/status-badge.tsx'
import type { Speech } from '../../i18n.tsx'

/** Why a message is in its state: a short text for the log, and technical detail. */
export interface Reason {
  short: string
  long: string
  /** The service's message, or the path of an invalid value; shown as it is. */
  detail: string | null
}

/**
 * The text for a reason of the engine (docs/architecture.md, "Life of a message"): a machine word, an error
 * of a service, or a path of an invalid value, which stays as it is. Null when there is nothing to explain.
 */
export function reasonOf(
  { reason, late }: Pick<MessageRow, 'reason' | 'late'>,
  { t }: Pick<Speech, 't'>,
): Reason | null {
  if (reason === null) return late ? ofWord('late', t) : null
  const cause = parseReason(reason)
  switch (cause.kind) {
    case 'service':
      return ofError(cause, t)
    case 'unknown-event':
      return { ...ofWord('unknown-event', t), detail: reason }
    case 'own-echo':
      return { ...ofWord('own-echo', t), detail: String(cause.messageId) }
    case 'put-aside':
      return { ...ofWord('put-aside', t), detail: cause.fault }
    case 'paused':
      return known(cause.why, reason, t)
    case 'word':
      return known(cause.word, reason, t)
  }
}

/** Whether it waits for its turn or its next try. */
export const isWaiting = ({ state }: Pick<MessageRow, 'state'>): boolean => WAITING.has(state)
const WAITING: ReadonlySet<MessageRow['state']> = new Set(['received', 'queued', 'retrying'])

/** Why a message waits for its turn: its side does not work, or its connection is off. Null = only for its turn. */
export function waitingReason(
  { state, direction, connectionId }: Pick<MessageRow, 'state' | 'direction' | 'connectionId'>,
  connections: readonly ConnectionState[],
  { t }: Pick<Speech, 't'>,
): (Reason & { mend: 'try' | 'turn-on' }) | null {
  if (!isWaiting({ state })) return null
  const connection = connections.find(({ id }) => id === connectionId)
  if (connection === undefined) return null
  if (!connection.enabled)
    return { short: t('verdict.waits-off'), long: t('verdict.waits-off.text'), detail: null, mend: 'turn-on' }
  const side = direction === 'to-planfix' ? 'planfix' : 'chatra'
  const now = connection[side]
  if (now.state === 'ok') return null
  const [why, long] = [`log.why-error.${now.code}`, `error.${side}.${now.code}`]
  if (!isTextKey(why) || !isTextKey(long)) return null
  return {
    short: t('verdict.waits-for', { side: t(`side.${side}`), why: t(why) }),
    long: t(long, { scope: now.detail }),
    detail: null,
    mend: 'try',
  }
}

/**
 * The text for a machine word; the catalogue's keys use hyphens. An unknown word is the path of an invalid
 * value.
 */
function known(text: string, reason: string, t: Speech['t']): Reason {
  const word = text.replaceAll(' ', '-')
  if (isTextKey(`log.reason.${word}`) && isTextKey(`log.why.${word}`)) return ofWord(word, t)
  return { short: t('log.why.unreadable'), long: t('log.reason.unreadable'), detail: reason }
}

const ofWord = (word: string, t: Speech['t']): Reason => ({
  short: t(`log.why.${word}` as TextKey),
  long: t(`log.reason.${word}` as TextKey),
  detail: null,
})

function ofError({ side, code, detail }: Extract<Cause, { kind: 'service' }>, t: Speech['t']): Reason {
  return {
    short: `${t(`side.${side}`)}: ${t(`log.why-error.${code}`)}`,
    // The catalogue's text names the right, which the reason does not contain.
    long: code === 'missing-scope' ? t('log.reason.missing-scope') : t(`error.${side}.${code}`),
    detail: detail === '' ? null : t('log.reason.said', { detail }),
  }
}

const TONES: Record<MessageRow['state'], Tone> = {
  received: 'wait',
  queued: 'wait',
  sending: 'wait',
  retrying: 'wait',
  uncertain: 'attention',
  delivered: 'good',
  failed: 'bad',
  skipped: 'off',
}

/**
 * How its state is shown. A message that the client will not see is delivered, but not shown as a success.
 */
export const toneOf = ({ state, reason }: Pick<MessageRow, 'state' | 'reason'>): Tone =>
  state === 'delivered' && INCOMPLETE.has(reason ?? '') ? 'attention' : TONES[state]
const INCOMPLETE = new Set(['client-left-no-email', 'picture-not-delivered'])
