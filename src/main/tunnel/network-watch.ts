import { networkInterfaces } from 'node:os'
import type { Clock } from '../engine/ports.ts'

const EVERY_MS = 5_000
/** A timer that is so much late was asleep with its computer. */
const ASLEEP_MS = 20_000

/**
 * Notices that the computer slept (`asleepSince` = when it was last awake) or that its network addresses changed (null).
 * Answers how to end it. Hosts that are told by their system may tell as well: it is done twice without harm.
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

/** Of this computer in its networks. Those of one link alone come and go with programs that run containers. */
function ownAddresses(): string {
  const all = Object.values(networkInterfaces()).flatMap((several) => several ?? [])
  const outside = all.filter(({ internal, address }) => !internal && !address.startsWith('fe80:'))
  return outside
    .map(({ address }) => address)
    .toSorted()
    .join(' ')
}
