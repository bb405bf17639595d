import type { AxiosAdapter } from 'axios'
import type { Connection } from '../../../shared/config.ts'
import { type BridgeError, bridgeError, fail, ok, type Result } from '../../../shared/errors.ts'
import type { ChannelMessage, Clock, PlanfixChannel } from '../../engine/ports.ts'
import { toHtml } from '../html/to-html.ts'
import { createRateLimiter } from '../limits/rate-limiter.ts'
import { type Answer, type CallInfo, createTransport } from '../transport.ts'
import { numberIn, taskIn } from './answers.ts'

/** Nothing is documented about a rate: this one is polite, and far above what a shop needs. */
const REQUESTS_PER_SECOND = 10
const PAUSE_MS = 5000
/** Planfix shows a file without words as an empty message, or refuses it (switch `webchat-empty-message`). */
const PAPER_CLIP = '\u{1F4CE}'

type Command = 'newMessage' | 'getTask' | 'getContact' | 'messageStatus'
type Pairs = readonly (readonly [string, string])[]

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
  const { connection, token, clock } = options
  const { channel } = connection.planfix
  const rateLimiter = createRateLimiter({ clock, requestsPerSecond: REQUESTS_PER_SECOND })
  const transport = createTransport({
    baseUrl: channel.url,
    token: '',
    clock,
    adapter: options.adapter,
    ...(options.onCall && { onCall: options.onCall }),
  })

  async function call(command: Command, pairs: Pairs): Promise<Result<Answer>> {
    const writes = command === 'newMessage'
    const said = (code: BridgeError['code'], detail: string, extra: Partial<BridgeError> = {}) =>
      fail(bridgeError('planfix', code, `chat ${command}: ${detail}`, extra))
    if (token === null) return said('wrong-chat-token', 'there is no token')
    const sent = await transport.send({
      method: 'POST',
      path: '',
      scope: 'task_add',
      writes,
      about: 'account',
      form: [['cmd', command], ['providerId', channel.providerId], ['planfix_token', token], ...pairs],
    })
    if (!sent.ok) return sent
    const { status } = sent.value
    if (status >= 200 && status < 300) return sent
    const { error } = Object(sent.value.body) as { error?: unknown }
    const words = String(error ?? '')
      .replaceAll(token, '***')
      .slice(0, 200)
    const detail = `HTTP ${status}${words ? ` "${words}"` : ''}`
    if (status === 401) return said('wrong-chat-token', detail, { status })
    if (status === 429) {
      rateLimiter.pause?.(clock.now() + PAUSE_MS)
      return said('rate-limited', detail, { status, retry: { when: 'at', time: clock.now() + PAUSE_MS } })
    }
    if (status === 400) return said('refused', detail, { status })
    if (status >= 500)
      return said(writes ? 'unclear' : 'failing', detail, {
        status,
        ...(status === 504 && { timedOut: true }),
      })
    // Another program answers: the address is wrong, or Planfix is being moved. Nothing was executed.
    return said('unreachable', detail, { status })
  }

  /** A 400 to a question means "there is none"; any other answer must hold a number. */
  async function ask<T>(
    command: Command,
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
    close: () => transport.close(),
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
