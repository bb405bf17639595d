import type { Seen } from '../store/index.ts'

/** How often each host had lost webhooks, when it was last seen in time. */
export type KnownHosts = ReadonlyMap<string, number>

/**
 * Whether webhooks may have been lost at another host since the last look: it had to refuse some, it is gone, or it has
 * not been seen for `lateMs`, so that nobody knows what it does with those it gets. What arrives for one connection
 * arrives at any of the hosts.
 */
export function lookForBreaks(
  before: KnownHosts,
  hosts: readonly Seen[],
  { me, lateMs }: { me: string; lateMs: number },
): { isBroken: boolean; now: KnownHosts } {
  const others = hosts.filter(({ host }) => host !== me)
  const isLate = others.some(({ silentMs }) => silentMs > lateMs)
  const isGone = [...before.keys()].some((host) => !others.some((one) => one.host === host))
  const hasMore = others.some(({ host, breaks }) => breaks > (before.get(host) ?? 0))
  return {
    isBroken: isLate || isGone || hasMore,
    now: new Map(others.map(({ host, breaks }) => [host, breaks])),
  }
}
