import { z } from 'zod'
import { call, nothing } from './answer.ts'

export const aboutCalls = {
  /** The licences of the packages of others in this program, as one text; null in a run from the sources. */
  'about.licences': call(nothing, z.object({ text: z.string().nullable() })),
} as const
