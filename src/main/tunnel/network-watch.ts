import { networkInterfaces } from 'node:os'
import type { Clock } from '../engine/ports.ts'

const EVERY_MS = 5_000
/** A timer that is this late was asleep with its computer. */
const ASLEEP_MS = 20_000

/**
 * Notices that the computer slept (`asleepSince` = when it was last awake) or that its network addresses
 * changed (null). Returns a function that stops it. Hosts that get notices from their system may report as
 * well: a duplicate report is harmless.
 */
export function watchNetwork(options: {
  clock: Clock
  changed: (asleepSince: number | null) => void
  addresses?: () => string
}): () => void {
  const { clock, changed, addresses = ownAddresses } = options
  let last = clock.now()
  let known = addresses()
  let cancel = () => {}
  const look = () => {
    const now = clock.now()
    const present = addresses()
    const slept = now - last > EVERY_MS + ASLEEP_MS
    if (slept) changed(last)
    else if (present !== known) changed(null)
    last = now
    known = present
    cancel = clock.after(EVERY_MS, look)
  }
  cancel = clock.after(EVERY_MS, look)
  return () => cancel()
}

/**
 * This computer's addresses in its networks. Link-local addresses are ignored: they change with programs that
 * run containers.
 */
function ownAddresses(): string {
  const all = Object.values(networkInterfaces()).flatMap((several) => several ?? [])
  const outside = all.filter(({ internal, address }) => !internal && !address.startsWith('fe80:'))
  return outside
    .map(({ address }) => address)
    .toSorted()
    .join(' ')
}
