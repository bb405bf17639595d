import type { Result } from '../../../shared/errors.ts'
import type { Clock, PlanfixChannel } from '../../engine/ports.ts'

const FRESH_MS = 3_600_000
/** A reply must not wait for the list of names. */
const LONGEST_WAIT_MS = 3000

/**
 * The employees by name, read again in the background when they are older than an hour. The first time a caller waits for
 * them, 3 s at most; when they cannot be read the last known ones count.
 */
export function createPeople(options: {
  clock: Clock
  read: () => Promise<Result<readonly { id: number; name: string }[]>>
}): PlanfixChannel['people'] {
  const { clock, read } = options
  let known: readonly { id: number; name: string }[] = []
  let readAt = 0
  let reading: Promise<void> | null = null

  async function refresh(): Promise<void> {
    const answer = await read()
    if (!answer.ok) return
    known = answer.value
    readAt = clock.now()
  }

  return async () => {
    if (readAt + FRESH_MS > clock.now()) return known
    reading ??= refresh()
      .catch(() => undefined)
      .finally(() => {
        reading = null
      })
    if (readAt === 0) await atMost(clock, LONGEST_WAIT_MS, reading)
    return known
  }
}

async function atMost(clock: Clock, ms: number, work: Promise<void>): Promise<void> {
  const { promise: over, resolve } = Promise.withResolvers<void>()
  const cancel = clock.after(ms, resolve)
  await Promise.race([work, over])
  cancel()
}
