import { usesChatApi } from '../../../../../shared/config.ts'
import type { Message, PendingWrite } from '../../../../../shared/domain.ts'
import { joinable } from '../batch.ts'
import type { PlanState } from '../plan-state.ts'

/** The steps by Planfix's Chat API (docs/architecture.md, "Chat API"); one step = at most one call of it. */
export type ChannelStep =
  /** Into which task would the next message go? */
  | { do: 'ask-chat' }
  /** `opens`: no task is open, so that the message begins one and gives it its name. */
  | { do: 'say'; batch: Message[]; opens: boolean }
  /** Planfix has accepted a message that began a task: find its number. */
  | { do: 'find-said'; attempt: PendingWrite }

/** What Planfix said about the chat's task counts this long: no longer than a person needs to complete a task. */
const FRESH_MS = 15_000
/** A task that an accepted message began is there at once (contracts/planfix-chat.md A2); later it was not begun. */
const BEGUN_WITHIN_MS = 30_000
const ASK_AGAIN_MS = 2000

export const isChannelStep = (step: { do: string; attempt?: PendingWrite }): boolean =>
  step.do === 'ask-chat' ||
  step.do === 'say' ||
  step.do === 'find-said' ||
  (step.do === 'look' && step.attempt?.kind === 'chat')

/**
 * Whether the next messages go by the Chat API: what a task began by REST is finished by REST, also after the owner has
 * switched, and the other way round.
 */
export function goesByChannel({ settings, task }: Pick<PlanState, 'settings' | 'task'>): boolean {
  if (!usesChatApi(settings)) return false
  if (!task || task.deleted || !task.ours || task.refusesComments) return true
  return task.byChannel === true || (!task.active && settings.options.newTaskWhenNoneActive)
}

export function planChannel({ conversation, task, waiting, now }: PlanState): ChannelStep {
  const isOpen = task?.byChannel === true && !task.deleted && task.active && task.checkedAt + FRESH_MS >= now
  const isNone = (conversation.channel?.askedAt ?? 0) + FRESH_MS >= now
  if (!isOpen && !isNone) return { do: 'ask-chat' }
  return { do: 'say', batch: joinable(waiting), opens: !isOpen }
}

/** A message that Planfix has accepted, and whose task is not known yet. */
export function planAccepted(
  attempt: PendingWrite & { acceptedAt: number },
  { noMatchAt, now }: PlanState,
): ChannelStep | { do: 'wait'; until: number } | { do: 'give-up-attempt' } {
  if (noMatchAt === null) return { do: 'find-said', attempt }
  // Whatever accepted it, it was no chat of Planfix.
  if (noMatchAt >= attempt.acceptedAt + BEGUN_WITHIN_MS) return { do: 'give-up-attempt' }
  const again = noMatchAt + ASK_AGAIN_MS
  return now >= again ? { do: 'find-said', attempt } : { do: 'wait', until: again }
}
