import type { AxiosAdapter } from 'axios'
import type { Connection } from '../../../shared/config.ts'
import { bridgeError, fail, ok, type Result } from '../../../shared/errors.ts'
import type { ChannelMessage, Clock, PlanfixChannel } from '../../engine/ports.ts'
import { toHtml } from '../html/to-html.ts'
import type { CallInfo } from '../transport.ts'
import { numberIn, taskIn } from './answers.ts'
import { createChatCalls, type Pairs } from './chat-calls.ts'

/** Planfix shows a file without words as an empty message, or refuses it (switch `webchat-empty-message`). */
const PAPER_CLIP = '\u{1F4CE}'

/**
 * Planfix's Chat API of one connection (contracts/planfix-chat.md): one address, form-encoded, every call with the
 * command, `providerId` and Planfix's token. Errors are values; nothing is retried. Without a token nothing is sent
 * (`wrong-chat-token`).
 */
export function createPlanfixChannel(options: {
  connection: Connection
  token: string | null
  clock: Clock
  people: PlanfixChannel['people']
  onCall?: (info: CallInfo) => void
  adapter?: AxiosAdapter | undefined
}): PlanfixChannel & { close(): void } {
  const { call, rateLimiter, close } = createChatCalls(options)

  /** A 400 to a question means "there is none"; any other answer must hold a number. */
  async function ask<T>(
    command: string,
    pairs: Pairs,
    read: (body: unknown) => T | null,
  ): Promise<Result<T | null>> {
    const answer = await call(command, pairs)
    if (!answer.ok) return answer.error.code === 'refused' ? ok(null) : answer
    const value = read(answer.value.body)
    if (value !== null) return ok(value)
    const detail = `chat ${command}: the answer holds no number`
    return fail(bridgeError('planfix', 'failing', detail, { status: answer.value.status }))
  }

  return {
    rateLimiter,
    people: options.people,

    async message(message) {
      const sent = await call('newMessage', pairsOf(message))
      return sent.ok ? ok(undefined) : sent
    },
    task: (chatId) => ask('getTask', [['chatId', chatId]], taskIn),
    contact: (chatId) => ask('getContact', [['contactId', chatId]], numberIn),

    async status(messageId, status, text) {
      const sent = await call('messageStatus', [
        ['messageId', messageId],
        ['messageStatus', status],
        ...(text === null ? [] : [['messageStatusText', text] as const]),
      ])
      return sent.ok ? ok(undefined) : sent
    },
    close,
  }
}

/** Optional fields may be empty (contracts/planfix-chat.md A1); those without a value are left out. */
function pairsOf({ chatId, contact, text, files, echo, title }: ChannelMessage): Pairs {
  const html = toHtml(text)
  const optional = (key: string, value: string | null): Pairs => (value ? [[key, value]] : [])
  return [
    ['chatId', chatId],
    ['contactId', chatId],
    ['contactName', contact.name],
    ...optional('contactEmail', contact.email),
    ...optional('contactPhone', contact.phone),
    ['message', html === '' ? PAPER_CLIP : html],
    ...optional('title', title),
    ...files.flatMap(
      ({ name, url }): Pairs => [
        ['attachments[name]', name],
        ['attachments[url]', url],
      ],
    ),
    ...(echo === null ? [] : [['isEcho', 'true'] as const, ...optional('userEmail', echo.userEmail)]),
  ]
}
