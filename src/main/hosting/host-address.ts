import { networkInterfaces } from 'node:os'

/**
 * Where other hosts reach a receiver that listens at `url`: one that listens on all addresses is reached at the
 * computer's first one in a network.
 */
export function addressForOthers(
  url: string,
  interfaces: ReturnType<typeof networkInterfaces> = networkInterfaces(),
): string {
  const listens = new URL(url)
  if (!['0.0.0.0', '[::]'].includes(listens.hostname)) return listens.origin
  const all = Object.values(interfaces).flatMap((some) => some ?? [])
  const outside = all.find(({ internal, family }) => !internal && family === 'IPv4')
  listens.hostname = outside?.address ?? '127.0.0.1'
  return listens.origin
}
