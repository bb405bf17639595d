import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { announceInner } from '../../http/inner-connections.ts'

/** Maximum number open at a time; more are refused. The receiver has its own limit. */
const MOST_CHANNELS = 500
/** One side has ended: the other side must end within this time. */
const HALF_OPEN_MS = 30_000
/** A channel idle for this long is closed: a request takes seconds. */
const SILENT_MS = 120_000

/** Requests that come in through the server, each forwarded to the receiver on this computer. */
export interface Channels {
  /** `open` accepts the channel from the sender at address `from`, `refuse` rejects it. */
  lead(open: () => Duplex, refuse: () => void, from?: string): void
  /** Closes all. */
  cut(): void
}

export function createChannels(
  target: { host: string; port: number },
  limits: { halfOpenMs?: number; silentMs?: number } = {},
): Channels {
  const { halfOpenMs = HALF_OPEN_MS, silentMs = SILENT_MS } = limits
  const open = new Set<() => void>()

  return {
    lead(accept, refuse, from = '') {
      if (open.size >= MOST_CHANNELS) return refuse()
      const outside = accept()
      const inside = connect(target)
      inside.setNoDelay(true)
      announceInner(inside, from)
      let cutting: NodeJS.Timeout | null = null
      const cut = () => {
        if (cutting) clearTimeout(cutting)
        open.delete(cut)
        outside.destroy()
        inside.destroy()
      }
      const soon = () => {
        cutting ??= setTimeout(cut, halfOpenMs).unref()
      }
      open.add(cut)
      // `pipe` waits for the slower side and forwards its end; when one side breaks, the other is closed too.
      outside.pipe(inside).pipe(outside)
      inside.setTimeout(silentMs, cut)
      for (const side of [outside, inside]) {
        side.once('end', soon).once('close', cut)
        side.on('error', cut)
      }
    },
    cut() {
      for (const cut of [...open]) cut()
    },
  }
}
