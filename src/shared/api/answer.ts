import { z } from 'zod'
import { MESSAGE_STATES } from '../domain.ts'
import { LANGUAGES } from '../languages.ts'

/**
 * A text that is translated where it is shown: a key of the catalogues and the values of its placeholders.
 */
export const words = z.object({
  key: z.string().max(100),
  params: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
})
export type Words = z.output<typeof words>

/** Why a call failed, for the owner. Expected failures are values; they contain no secrets. */
export const callError = z.object({
  code: z.enum(['invalid', 'not-found', 'conflict', 'unavailable', 'service', 'bug', 'no-access', 'offline']),
  /** What happened and what to do about it. */
  message: words,
  /** Path of the form field with the error: `planfix.baseUrl`. */
  field: z.string().nullable().default(null),
  /** Technical detail: status, path of a validation error. */
  detail: z.string().nullable().default(null),
})
export type CallError = z.output<typeof callError>
export type Answer<T> = { ok: true; value: T } | { ok: false; error: CallError }

export const answerOf = <S extends z.ZodType>(value: S) =>
  z.discriminatedUnion('ok', [
    z.object({ ok: z.literal(true), value }),
    z.object({ ok: z.literal(false), error: callError }),
  ])

/** One call of the interface: schemas of its arguments and its result. */
export interface Call<A extends z.ZodType = z.ZodType, R extends z.ZodType = z.ZodType> {
  args: A
  result: R
}
export const call = <A extends z.ZodType, R extends z.ZodType>(args: A, result: R): Call<A, R> => ({
  args,
  result,
})

// ---- shared parts of calls

export const nothing = z.strictObject({})
export const done = z.object({})
/** Milliseconds since 1970. */
export const time = z.number()
export const connectionId = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,39}$/i)
export const messageId = z.number().int().positive()
export const language = z.enum(LANGUAGES)
export const theme = z.enum(['light', 'dark', 'system'])
export const direction = z.enum(['to-planfix', 'to-chatra'])
export const messageState = z.enum(MESSAGE_STATES)
export const author = z.object({
  kind: z.enum(['client', 'employee', 'agent', 'bridge']),
  name: z.string(),
})
