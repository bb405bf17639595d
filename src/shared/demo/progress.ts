import { type MessageState, OPEN_STATES } from '../domain.ts'
import type { StepEnd } from './stories.ts'

/** A message that was written in the demo, as the two services and the bridge hold it. */
export interface Traced {
  /** How often the other side contains it. */
  copies: number
  /** Its state in the bridge's log; null = the bridge has not noticed it yet. */
  state: MessageState | null
}

/**
 * Whether a step of a story is over. `message`: the one that the step wrote, null for a step of Planfix; `all`: every
 * message of the conversation.
 */
export function isOver(
  end: StepEnd,
  { message, all, planfixWorks }: { message: Traced | null; all: readonly Traced[]; planfixWorks: boolean },
): boolean {
  switch (end) {
    case 'arrived':
      return message !== null && hasArrived(message)
    case 'kept-inside':
      return message?.state === 'skipped' && message.copies === 0
    case 'waiting':
      return message !== null && isWaiting(message) && !planfixWorks
    case 'stopped':
      return !planfixWorks
    case 'recovered':
      return planfixWorks && all.every((one) => hasArrived(one) || one.state === 'skipped')
  }
}

/** What became of the messages of a conversation, counted in the two services. */
export interface DemoTally {
  written: number
  /** Once on the other side. */
  arrived: number
  /** More than once. */
  twice: number
  waiting: number
  /** Internal comments that are in no chat. */
  inside: number
}

export const tallyOf = (all: readonly Traced[]): DemoTally => ({
  written: all.length,
  arrived: all.filter(({ copies }) => copies === 1).length,
  twice: all.filter(({ copies }) => copies > 1).length,
  waiting: all.filter((one) => (one.copies === 0 && one.state === null) || isWaiting(one)).length,
  inside: all.filter(({ copies, state }) => copies === 0 && state === 'skipped').length,
})

const hasArrived = ({ copies, state }: Traced): boolean => copies === 1 && state === 'delivered'

const isWaiting = ({ copies, state }: Traced): boolean =>
  copies === 0 && OPEN_STATES.some((open) => open === state)
