import { z } from 'zod'
import { call, nothing } from '../answer.ts'

/** What a person or a program may do on a server: see everything but secrets; act on messages; change everything. */
export const ROLES = ['reader', 'operator', 'owner'] as const
export type Role = (typeof ROLES)[number]

/** The caller as the host knows it. `name` is that of the key or of the proxy's user; null at the own computer. */
const access = z.object({ role: z.enum(ROLES), name: z.string().nullable() })
export type Access = z.output<typeof access>

export const accessCalls = {
  /** What this caller may do: roles.ts says which calls. */
  'access.get': call(nothing, access),
} as const
