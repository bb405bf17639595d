import type { MessageRow } from '../../../shared/api/log.ts'
import type { ErrorCode } from '../../../shared/errors.ts'
import { isTextKey, type TextKey } from '../../../shared/i18n/index.ts'
import type { Tone } from '../../components/status-badge.tsx'
import type { Speech } from '../../i18n.tsx'

/** Why a message is in its state: for one line of the log, and for whoever looks closer. */
export interface Reason {
  short: string
  long: string
  /** What the service said, or where something could not be read; shown as it is. */
  detail: string | null
}

/** `planfix: failing (…)`, as the engine writes down a service's error. */
const SERVICE_ERROR = /^(chatra|planfix): ([a-z-]+)(?: \((.*)\))?$/s

/**
 * The words for a reason of the engine (docs/architecture.md, "Life of a message"): one of its machine words, an error of
 * a service, or a path of what could not be read, which stays as it is. Null when there is nothing to explain.
 */
export function reasonOf(
  { reason, late }: Pick<MessageRow, 'reason' | 'late'>,
  { t }: Pick<Speech, 't'>,
): Reason | null {
  if (reason === null) return late ? ofWord('late', t) : null
  const error = SERVICE_ERROR.exec(reason)
  if (error !== null) {
    const [, side = '', code = '', detail = ''] = error
    const known = ofError(side, code as ErrorCode, detail, t)
    if (known !== null) return known
  }
  if (reason.startsWith('unknown event')) return { ...ofWord('unknown-event', t), detail: reason }
  const own = /^own-echo \(message (\d+)\)$/.exec(reason)
  if (own !== null) return { ...ofWord('own-echo', t), detail: own[1] ?? null }
  const aside = /^put-aside: (.*)$/s.exec(reason)
  if (aside !== null) return { ...ofWord('put-aside', t), detail: aside[1] ?? null }
  const word = reason.replace(/^paused: /, '').replaceAll(' ', '-')
  if (isTextKey(`log.reason.${word}`) && isTextKey(`log.why.${word}`)) return ofWord(word, t)
  return { short: t('log.why.unreadable'), long: t('log.reason.unreadable'), detail: reason }
}

const ofWord = (word: string, t: Speech['t']): Reason => ({
  short: t(`log.why.${word}` as TextKey),
  long: t(`log.reason.${word}` as TextKey),
  detail: null,
})

function ofError(side: string, code: ErrorCode, detail: string, t: Speech['t']): Reason | null {
  const [short, long] = [`log.why-error.${code}`, `error.${side}.${code}`]
  if (!isTextKey(short) || !isTextKey(long)) return null
  return {
    short: `${t(side === 'chatra' ? 'side.chatra' : 'side.planfix')}: ${t(short)}`,
    // The text of the catalogue names the right, which the reason does not hold.
    long: code === 'missing-scope' ? t('log.reason.missing-scope') : t(long),
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

/** How its state is shown. What nobody will read is delivered, but nothing to be glad of. */
export const toneOf = ({ state, reason }: Pick<MessageRow, 'state' | 'reason'>): Tone =>
  state === 'delivered' && INCOMPLETE.has(reason ?? '') ? 'attention' : TONES[state]
const INCOMPLETE = new Set(['client-left-no-email', 'picture-not-delivered'])
