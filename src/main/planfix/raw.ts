import type { AxiosAdapter } from 'axios'
import { z } from 'zod'
import type { Connection } from '../../shared/config.ts'
import { ok, type Result } from '../../shared/errors.ts'
import type { Clock } from '../engine/ports.ts'
import { createCalls } from './calls.ts'
import { createChatCalls } from './channel/chat-calls.ts'
import { createDailyQuota } from './limits/daily-quota.ts'
import { createRateLimiter, type PausableRateLimiter } from './limits/rate-limiter.ts'
import { type CallInfo, createTransport, type PlanfixRequest, type Transport } from './transport.ts'

/** An answer as Planfix gave it. */
interface RawAnswer {
  status: number
  /** Parsed JSON; undefined for an empty body. */
  body: unknown
  /** `X-RateLimit-Remaining`; null when the answer has none. */
  left: number | null
}

/** Calls with the answers as they came, for questions about the account itself (diagnostics/probe). */
export interface RawPlanfix {
  readonly rateLimiter: PausableRateLimiter
  /** Waits for its slot; failures are classified as everywhere. */
  rest(request: PlanfixRequest): Promise<Result<RawAnswer>>
  /** A command of the Chat API with its own pairs. */
  chat(command: string, pairs: readonly (readonly [string, string])[]): Promise<Result<RawAnswer>>
  /** Server's clock minus ours, milliseconds; null before the first answer. */
  clockSkew(): number | null
  close(): void
}

export function createRawPlanfix(options: {
  connection: Connection
  token: string | null
  /** Of the Chat API. */
  chatToken: string | null
  clock: Clock
  requestsPerSecond: number
  onCall?: (info: CallInfo) => void
  /** See createTransport. */
  adapter?: AxiosAdapter | undefined
}): RawPlanfix {
  const { connection, token, clock, requestsPerSecond, adapter } = options
  const onCall = options.onCall && { onCall: options.onCall }
  const rateLimiter = createRateLimiter({ clock, requestsPerSecond })
  const budget = createDailyQuota(clock)
  let left: number | null = null
  const transport =
    token === null
      ? null
      : noting(
          createTransport({ baseUrl: connection.planfix.baseUrl, token, clock, adapter, ...onCall }),
          (value) => {
            left = value
          },
        )
  const calls = createCalls({ transport, token, clock, rateLimiter, budget })
  const chatCalls = createChatCalls({ connection, token: options.chatToken, clock, adapter, ...onCall })
  return {
    rateLimiter,
    async rest(request) {
      await rateLimiter.slot(3, 'probe')
      left = null
      const answer = await calls.callWithStatus(request, z.unknown())
      return answer.ok ? ok({ status: answer.value.status, body: answer.value.value, left }) : answer
    },
    async chat(command, pairs) {
      await chatCalls.rateLimiter.slot(3, 'probe')
      const answer = await chatCalls.call(command, pairs)
      return answer.ok ? ok({ status: answer.value.status, body: answer.value.body, left: null }) : answer
    },
    clockSkew: () => budget.clockSkew(),
    close() {
      transport?.close()
      chatCalls.close()
    },
  }
}

/** Beside each answer: the requests that its header says are left. */
const noting = (transport: Transport, note: (left: number | null) => void): Transport => ({
  ...transport,
  async send(request) {
    const sent = await transport.send(request)
    if (sent.ok) note(leftIn(sent.value.headers))
    return sent
  },
})

function leftIn(headers: Record<string, unknown>): number | null {
  const header = headers['x-ratelimit-remaining']
  const value = typeof header === 'string' && header.trim() !== '' ? Number(header) : Number.NaN
  return Number.isFinite(value) ? value : null
}
