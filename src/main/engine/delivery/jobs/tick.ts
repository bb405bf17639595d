import { isOpen, type Message } from '../../../../shared/domain.ts'
import { type TextKey, translate } from '../../../../shared/i18n/index.ts'
import type { Language } from '../../../../shared/languages.ts'
import { parseReason } from '../../../../shared/messages/reason.ts'
import { type JobOutcome, type JobState, SLOW_LOOK_MS } from './job.ts'

/**
 * Planfix shows at the comment what became of it: a tick, or the reason why it did not arrive, in the owner's language.
 * Waits until that is decided.
 */
export async function tick({ context, connection, job, now }: JobState<'tick'>): Promise<JobOutcome> {
  const { channelMessageId } = job.data
  const parts = await context.store.messagesByChannel(connection.settings.id, channelMessageId)
  if (parts.length === 0) return { done: [] }
  if (parts.some(({ state }) => isOpen(state) || state === 'received' || state === 'uncertain'))
    return { waits: now + SLOW_LOOK_MS }
  const lost = parts.find(({ state }) => state !== 'delivered')
  await connection.channel.rateLimiter.slot(2, 'ticks')
  const told = await connection.channel.status(
    channelMessageId,
    lost ? 'error' : 'sent',
    lost ? why(lost, context.language) : null,
  )
  if (told.ok || told.error.retry.when === 'never') return { done: [] }
  return { error: told.error }
}

function why({ reason }: Message, language: Language): string {
  const say = (key: TextKey) => translate(language, key)
  const parsed = parseReason(reason ?? '')
  if (parsed.kind === 'service') return say(`error.${parsed.side}.${parsed.code}` as TextKey)
  const word = parsed.kind === 'word' && WORDS[parsed.word]
  return say(word || 'chat.not-delivered')
}
const WORDS: Record<string, TextKey> = {
  'employee-not-allowed': 'chat.employee-not-allowed',
  empty: 'chat.empty',
  'deleted-before-sent': 'chat.deleted',
  'not-arrived': 'reason.not-arrived',
  'client-unknown': 'reason.client-gone',
  'internal-hidden': 'chat.hidden',
}
