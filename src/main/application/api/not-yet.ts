// TEMPORARY: removed when every area is written.
import { refuse } from './context.ts'

export const notYet = (_context: unknown): any =>
  new Proxy({}, { get: () => async () => refuse('unavailable', 'error.call.unavailable') })
