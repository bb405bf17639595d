import { z } from 'zod'

/**
 * Answers of getTask and getContact: `data` is an object, a JSON text of one, or missing around the object (switch
 * `webchat-data-shape`). A number may come as text.
 */
const fields = z.looseObject({
  number: z.coerce.number().int().positive(),
  statusIsActive: z.unknown().optional(),
})

/** The chat's task; `active` null = Planfix does not say. Null for any other answer. */
export function taskIn(body: unknown): { number: number; active: boolean | null } | null {
  const parsed = fields.safeParse(unwrapped(body))
  if (!parsed.success) return null
  return { number: parsed.data.number, active: truth(parsed.data.statusIsActive) }
}

export const numberIn = (body: unknown): number | null => taskIn(body)?.number ?? null

function unwrapped(body: unknown): unknown {
  const { data } = Object(body) as { data?: unknown }
  if (typeof data !== 'string') return data ?? body
  try {
    return JSON.parse(data)
  } catch {
    return null
  }
}

const WORDS = new Map<unknown, boolean>([
  [true, true],
  [1, true],
  ['1', true],
  ['true', true],
  [false, false],
  [0, false],
  ['0', false],
  ['false', false],
])
const truth = (value: unknown): boolean | null => WORDS.get(value) ?? null
