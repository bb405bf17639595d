import type { ConnectionState } from '../../../shared/api/state.ts'

/** Messages that only the owner can settle: an unclear one of the last minute is most likely settled by its echo. */
export function stuckOf({ counts, settling }: Pick<ConnectionState, 'counts' | 'settling'>): {
  failed: number
  uncertain: number
} {
  const sum = (state: 'failed' | 'uncertain') =>
    (counts['to-planfix']?.[state] ?? 0) + (counts['to-chatra']?.[state] ?? 0)
  return { failed: sum('failed'), uncertain: Math.max(0, sum('uncertain') - settling) }
}
