import { connect } from 'node:net'
import type { Duplex } from 'node:stream'

/** Open at a time; more are refused. The receiver has a limit of its own. */
const MOST_CHANNELS = 500
/** One side has ended: the other one has so long to end as well. */
const HALF_OPEN_MS = 30_000
/** Nothing was said for so long: a request takes seconds. */
const SILENT_MS = 120_000

/** Requests that come in through the server, each led to the receiver on this computer. */
export interface Channels {
  /** `open` makes the way to the sender, `refuse` turns it away. */
  lead(open: () => Duplex, refuse: () => void): void
  /** Cuts all. */
  cut(): void
}

export function createChannels(
  target: { host: string; port: number },
  limits: { halfOpenMs?: number; silentMs?: number } = {},
): Channels {
  const { halfOpenMs = HALF_OPEN_MS, silentMs = SILENT_MS } = limits
  const open = new Set<() => void>()

  return {
    lead(accept, refuse) {
      if (open.size >= MOST_CHANNELS) return refuse()
      const outside = accept()
      const inside = connect(target)
      inside.setNoDelay(true)
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
      // `pipe` waits for the slower side and passes on an end; a side that is gone takes the other one with it.
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
