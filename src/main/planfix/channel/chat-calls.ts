import type { AxiosAdapter } from 'axios'
import type { Connection } from '../../../shared/config.ts'
import { type BridgeError, bridgeError, fail, type Result } from '../../../shared/errors.ts'
import type { Clock } from '../../engine/ports.ts'
import { createRateLimiter, type PausableRateLimiter } from '../limits/rate-limiter.ts'
import { type Answer, type CallInfo, createTransport } from '../transport.ts'

/** Nothing is documented about a rate: this one is polite, and far above what a shop needs. */
const REQUESTS_PER_SECOND = 10
const PAUSE_MS = 5000

export type Pairs = readonly (readonly [string, string])[]

/** The commands of one connection's chat, with classified answers. */
export interface ChatCalls {
  readonly rateLimiter: PausableRateLimiter
  /** One exchange; the caller already has a slot. */
  call(command: string, pairs: Pairs): Promise<Result<Answer>>
  close(): void
}

/**
 * HTTP to Planfix's Chat API (contracts/planfix-chat.md): one address, form-encoded, every call with the command,
 * `providerId` and Planfix's token. Errors are values; nothing is retried. Without a token nothing is sent
 * (`wrong-chat-token`).
 */
export function createChatCalls(options: {
  connection: Connection
  token: string | null
  clock: Clock
  onCall?: (info: CallInfo) => void
  adapter?: AxiosAdapter | undefined
}): ChatCalls {
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
  return {
    rateLimiter,
    async call(command, pairs) {
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
        rateLimiter.pause(clock.now() + PAUSE_MS)
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
    },
    close: () => transport.close(),
  }
}
