import type { Readable } from 'node:stream'
import type { AxiosResponse } from 'axios'
import type { z } from 'zod'
import type { BridgeError, Result } from '../../shared/errors.ts'
import { bridgeError, fail, ok } from '../../shared/errors.ts'
import type { Clock, Priority, RateLimiter } from '../engine/ports.ts'
import { badAnswer, errorOfFailure, failureIn, type RequestInfo } from './errors.ts'
import { createResetReader, isShortPause } from './limits/daily-limit-reset.ts'
import type { DailyQuota } from './limits/daily-quota.ts'
import type { PausableRateLimiter } from './limits/rate-limiter.ts'
import { validationError } from './schemas.ts'
import { type Answer, NOT_JSON, type PlanfixRequest, type Transport } from './transport.ts'

/** Calls with classified and parsed answers: the base of every API operation. */
export interface Calls {
  /** One exchange; the caller already has a slot. */
  call<T>(request: PlanfixRequest, schema: z.ZodType<T>): Promise<Result<T>>
  /** The same, with the status beside the value (202: queued inside Planfix). */
  callWithStatus<T>(
    request: PlanfixRequest,
    schema: z.ZodType<T>,
  ): Promise<Result<{ value: T; status: number }>>
  stream(request: PlanfixRequest, signal?: AbortSignal): Promise<Result<AxiosResponse<Readable>>>
  /**
   * Reads pages of 100 until a short one (lists give no total, §4). The first page uses the caller's slot,
   * each further one takes a slot.
   */
  pages<T extends { id: number }>(
    page: (offset: number) => Promise<Result<T[]>>,
    maxPages: number,
  ): Promise<Result<{ rows: T[]; complete: boolean }>>
  slot(): Promise<void>
}

export const PAGE = 100
/** Slots taken inside an operation: after client messages, before maintenance. */
const OWN_PRIORITY: Priority = 1
/** How long a bare 429 (no Retry-After) delays all calls. */
const BARE_PAUSE = 1000

export function createCalls(options: {
  /** null: no token, nothing is sent. */
  transport: Transport | null
  token: string | null
  clock: Clock
  rateLimiter: RateLimiter & Partial<PausableRateLimiter>
  budget: DailyQuota
}): Calls {
  const { transport, token, clock, rateLimiter, budget } = options
  const resetOf = createResetReader()

  const noToken = (request: RequestInfo): Result<never> =>
    fail(bridgeError('planfix', 'wrong-keys', `${request.method} ${request.path}: there is no token`))

  /** A vendor's text must not bring the token into a log. */
  const redacted = (error: BridgeError): BridgeError =>
    token && error.detail.includes(token)
      ? { ...error, detail: error.detail.replaceAll(token, '***') }
      : error

  function judge(request: RequestInfo, answer: Answer): BridgeError | null {
    const now = clock.now()
    const failure = failureIn(answer.status, answer.body, retryTime(answer.headers, now))
    if (!failure) return null
    const resetAt = failure.vendorCode === 22 ? resetOf(failure.timeToReset, now) : null
    const isPause = resetAt !== null && isShortPause(resetAt, now, budget.state())
    if (failure.vendorCode === 22 && !isPause) budget.exhausted(resetAt)
    const error = errorOfFailure(
      isPause ? { ...failure, isPause, retryAt: resetAt } : failure,
      request,
      resetAt,
    )
    if (error.code === 'rate-limited') {
      rateLimiter.pause?.(error.retry.when === 'at' ? error.retry.time : now + BARE_PAUSE)
    }
    return redacted(error)
  }

  async function callWithStatus<T>(
    request: PlanfixRequest,
    schema: z.ZodType<T>,
  ): Promise<Result<{ value: T; status: number }>> {
    if (!transport) return noToken(request)
    budget.recordRequest()
    const sent = await transport.send(request)
    if (!sent.ok) return fail(redacted(sent.error))
    const answer = sent.value
    budget.recordLimit(answer.headers)
    const failed = judge(request, answer)
    if (failed) return fail(failed)
    if (answer.body === NOT_JSON) return fail(badAnswer(request, answer.status, 'planfix: expected JSON'))
    const parsed = schema.safeParse(answer.body)
    if (!parsed.success)
      return fail(redacted(badAnswer(request, answer.status, validationError(parsed.error))))
    return ok({ value: parsed.data, status: answer.status })
  }

  return {
    callWithStatus,
    async call(request, schema) {
      const result = await callWithStatus(request, schema)
      return result.ok ? ok(result.value.value) : result
    },

    async stream(request, signal) {
      if (!transport) return noToken(request)
      budget.recordRequest()
      const result = await transport.stream(request, signal)
      if (!result.ok) return fail(redacted(result.error))
      const { response, fromStorage } = result.value
      const { status, headers, data } = response
      if (status >= 200 && status < 300) return ok(response)
      if (fromStorage) {
        // Not an answer of Planfix: a storage that refuses (an expired address) says nothing about the token.
        data.destroy()
        return fail(
          bridgeError('planfix', 'failing', `GET ${request.path}: the storage answered HTTP ${status}`),
        )
      }
      const body = await small(data)
      const failed = judge(request, { status, headers: headers as Record<string, unknown>, body })
      return fail(failed ?? badAnswer(request, status, 'planfix: expected a file'))
    },

    async pages<T extends { id: number }>(
      page: (offset: number) => Promise<Result<T[]>>,
      maxPages: number,
    ): Promise<Result<{ rows: T[]; complete: boolean }>> {
      const rows = new Map<number, T>()
      for (let n = 0; n < maxPages; n++) {
        if (n > 0) await rateLimiter.slot(OWN_PRIORITY, 'pages')
        const result = await page(n * PAGE)
        if (!result.ok) return result
        const before = rows.size
        for (const row of result.value) rows.set(row.id, row)
        // A page without new rows means an account that ignores the page offset.
        const complete = result.value.length < PAGE || rows.size === before
        if (complete) return ok({ rows: [...rows.values()], complete })
      }
      return ok({ rows: [...rows.values()], complete: false })
    },

    slot: () => rateLimiter.slot(OWN_PRIORITY, 'own'),
  }
}

/** Retry-After in seconds or as a date, the date by the server's own clock. At most a day. */
function retryTime(headers: Record<string, unknown>, now: number): number | null {
  const header = headers['retry-after']
  if (typeof header !== 'string' || header.trim() === '') return null
  const seconds = Number(header)
  const date = Date.parse(header)
  const serverNow = Date.parse(String(headers.date ?? ''))
  const ms = Number.isFinite(seconds) ? seconds * 1000 : date - (Number.isNaN(serverNow) ? now : serverNow)
  if (Number.isNaN(ms)) return null
  return now + Math.min(Math.max(ms, 0), 86_400_000)
}

async function small(stream: Readable): Promise<unknown> {
  let text = ''
  try {
    for await (const chunk of stream) {
      text += String(chunk)
      if (text.length > 10_000) break
    }
    return JSON.parse(text)
  } catch {
    return NOT_JSON
  }
}
