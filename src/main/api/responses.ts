import type { Answer, CallError } from '../../shared/api/answer.ts'
import type { BridgeError } from '../../shared/errors.ts'

/** Results of calls: shared/api/answer.ts describes the parts. */

export type Refusal = { ok: false; error: CallError }

export const done = <T>(value: T): { ok: true; value: T } => ({ ok: true, value })

/** Success without a value. */
export const empty = () => done<Record<string, never>>({})

/** The same without its value, for a call that returns only whether it succeeded. */
export const emptied = (answer: Answer<unknown>): Answer<Record<string, never>> =>
  answer.ok ? empty() : answer

export const errorAnswer = (
  code: CallError['code'],
  key: string,
  extra: { params?: Record<string, string | number>; field?: string; detail?: string } = {},
): Refusal => ({
  ok: false,
  error: {
    code,
    message: { key, params: extra.params ?? {} },
    field: extra.field ?? null,
    detail: extra.detail ?? null,
  },
})

/** The subject of the call does not exist, or no longer exists. */
export const notFound = () => errorAnswer('not-found', 'error.call.not-found')

/** The subject of the call has changed meanwhile. */
export const conflict = () => errorAnswer('conflict', 'error.call.conflict')

/** A service's error as the interface shows it. `field` names the input with the error. */
export const errorAnswerOf = (error: BridgeError, field?: string): Refusal =>
  errorAnswer('service', error.userMessageKey, {
    params: { scope: error.scope ?? '' },
    detail: error.detail,
    ...(field !== undefined && { field }),
  })
