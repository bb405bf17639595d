import type { Log } from '../process/log.ts'
import type { Application } from './application.ts'

const EVERY_MS = 250
const STRIDE = 500

/**
 * Writes a line (level debug) for each change of a message's state, with the numbers of message and conversation and
 * without its text. Returns a function that ends it; null when nobody wants such lines.
 */
export async function logSteps(application: Application, log: Log): Promise<(() => void) | null> {
  if (log.debug === undefined) return null
  const { store, clock } = application
  let place = await store.logEnd()
  let cancel = () => {}
  let isOver = false
  const look = async (): Promise<void> => {
    try {
      const read = await store.stepsAfter(place, STRIDE)
      place = read.place
      for (const { seq: _line, ageMs, ...fields } of read.steps)
        log.debug?.({ ...fields, ageMs }, fields.state)
    } catch {
      // The disk refuses, or the store is closed: the bridge reports that itself.
    }
    if (!isOver) cancel = clock.after(EVERY_MS, () => void look())
  }
  cancel = clock.after(EVERY_MS, () => void look())
  return () => {
    isOver = true
    cancel()
  }
}
