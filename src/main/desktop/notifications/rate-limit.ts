/** How often notifications are shown, per kind and in total. */
export interface RateLimit {
  paces: Record<Paced, Pace>
  /** When notifications were shown within the last minute. */
  shown: number[]
}
export type Paced = 'chats' | 'unanswered' | 'failures' | 'faults'
interface Pace {
  nextAt: number
  spacing: number
}

const MINUTE = 60_000
/** The maximum for any kind. */
export const MOST_A_MINUTE = 6
const FIRST_SPACING_MS = 5000
const LONGEST_SPACING_MS = MINUTE

export function noneShown(): RateLimit {
  const pace: Pace = { nextAt: 0, spacing: 0 }
  return { paces: { chats: pace, unanswered: pace, failures: pace, faults: pace }, shown: [] }
}

/**
 * Whether a notification may be shown now; if so, it counts as shown. After the first of a kind the next
 * waits 5 s, and twice as long each time it had to wait, up to a minute: later items are batched. Without a
 * kind only the total limit applies.
 */
export function takeSlot(limit: RateLimit, now: number, paced: Paced | null): boolean {
  limit.shown = limit.shown.filter((at) => at <= now && now - at < MINUTE)
  if (limit.shown.length >= MOST_A_MINUTE) return false
  if (paced !== null) {
    const { nextAt, spacing } = limit.paces[paced]
    if (now < nextAt) return false
    const isCrowded = spacing > 0 && now - nextAt < spacing
    const wait = isCrowded ? Math.min(spacing * 2, LONGEST_SPACING_MS) : FIRST_SPACING_MS
    limit.paces[paced] = { nextAt: now + wait, spacing: wait }
  }
  limit.shown.push(now)
  return true
}

/** When the next one may be shown. */
export function nextSlotAt({ paces, shown }: RateLimit, now: number, paced: Paced | null): number {
  const room = shown.length < MOST_A_MINUTE ? now : shown.at(-MOST_A_MINUTE)! + MINUTE
  return paced === null ? room : Math.max(room, paces[paced].nextAt)
}
