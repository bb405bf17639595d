import type { Message } from '../../../../shared/domain.ts'
import type { Change } from '../../ports.ts'
import { goneComment } from '../comment/comment-input.ts'
import { changesOf, type ReplyFacts } from '../comment/reply-changes.ts'
import { planReplies } from '../comment/reply-plan.ts'

/** The parts of a reply whose comment was deleted before it could be read. `facts.changes`: their edits and deletions. */
export function takenBack(parts: readonly Message[], facts: ReplyFacts): Change[] {
  const gone = { verdict: { goesOut: false, reason: 'deleted' }, parts: [] } as const
  return changesOf(planReplies(gone, parts, facts.changes ?? []), goneComment(0), parts, facts)
}
