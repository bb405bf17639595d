import type { StorePlace } from '../../../shared/store-error.ts'
import { type MoveMarks, moveTrouble } from '../../store/rows/move-marks.ts'
import type { Arriving } from './end.ts'

/** What is known before a move. */
export interface Known {
  source: MoveMarks
  target: MoveMarks
  /** Whether the target holds something. */
  isTaken: boolean
  /** Where the source is. */
  place: StorePlace
}

/** What a move does first; `why`: nothing, in words. */
export type MovePlan = { do: 'begin' } | { do: 'go-on'; from: Arriving } | { do: 'nothing' } | { why: string }

export function movePlan({ source, target, isTaken, place }: Known): MovePlan {
  const arriving = target.arriving === undefined ? null : (JSON.parse(target.arriving) as Arriving)
  const isSame = source.origin !== undefined && source.origin === (arriving?.origin ?? target.origin)
  const goesOn = isSame && arriving !== null && arriving.attempt === source.leaving
  if (goesOn && source.arriving === undefined) return { do: 'go-on', from: arriving }
  const trouble = moveTrouble(source, place)
  if (trouble !== null) {
    const isDone = isSame && arriving === null && target.moved === undefined
    return isDone && source.arriving === undefined ? { do: 'nothing' } : { why: trouble.message }
  }
  // They were moved from there, or changed since the move began.
  if (isSame && (arriving !== null || target.moved !== undefined)) return { do: 'begin' }
  if (arriving !== null)
    return { why: 'an unfinished move of other data is there: finish it or give it up first' }
  return isTaken ? { why: 'there are data already, which a move never replaces' } : { do: 'begin' }
}

/** How a move is taken back; `why`: not at all, in words. */
export type UndoPlan =
  /** It never ended. */
  | { do: 'give-up' }
  /** It ended, and the target must still be what the source is. */
  | { do: 'compare' }
  | { why: string }

export function undoPlan({ source, target }: Pick<Known, 'source' | 'target'>): UndoPlan {
  const arriving = target.arriving === undefined ? null : (JSON.parse(target.arriving) as Arriving)
  const isSame = source.origin !== undefined && source.origin === (arriving?.origin ?? target.origin)
  if (!isSame) return { why: 'no data were moved from here to there' }
  if (arriving !== null) return { do: 'give-up' }
  return source.moved === undefined
    ? { why: 'these data were not moved: a bridge can be started on them' }
    : { do: 'compare' }
}
