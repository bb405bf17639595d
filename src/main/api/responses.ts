import type { Answer, CallError } from '../../shared/api/answer.ts'
import type { BridgeError } from '../../shared/errors.ts'

/** What a call gives back: shared/api/answer.ts says what the parts mean. */

export type Refusal = { ok: false; error: CallError }

export const done = <T>(value: T): { ok: true; value: T } => ({ ok: true, value })

/** Done, and there is nothing to give back. */
export const empty = () => done<Record<string, never>>({})

/** The same without its value, for a call that gives back only whether it was done. */
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

/** What the call is about does not exist, or not any more. */
export const notFound = () => errorAnswer('not-found', 'error.call.not-found')

/** What the call is about has changed meanwhile. */
export const conflict = () => errorAnswer('conflict', 'error.call.conflict')

/** A service's error as the interface shows it. `field` names the input it is about. */
export const errorAnswerOf = (error: BridgeError, field?: string): Refusal =>
  errorAnswer('service', error.userMessageKey, {
    params: { scope: error.scope ?? '' },
    detail: error.detail,
    ...(field !== undefined && { field }),
  })
