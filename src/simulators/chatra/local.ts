import type { SimRequest } from '../common/server.ts'

/**
 * Whether a request names this computer itself: it came neither through a tunnel nor from a rebound name.
 */
export function local({ headers }: SimRequest): boolean {
  return /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(headers.host ?? '')
}
