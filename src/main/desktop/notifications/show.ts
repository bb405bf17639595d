import type { BridgeEvent, Direction } from '../../../shared/domain.ts'
import type { Side } from '../../../shared/errors.ts'
import type { Unanswered } from './unanswered.ts'

/** The possible notifications, as data; text.ts makes the texts. */
export type Notice =
  | { kind: 'chat'; chat: Chat }
  | ({ kind: 'chats' } & Gathered<Chat>)
  | { kind: 'unanswered'; message: Unanswered; minutes: number }
  | ({ kind: 'unanswered-many' } & Gathered<Unanswered>)
  | { kind: 'failure'; message: Stuck }
  | ({ kind: 'failures' } & Gathered<Stuck>)
  | { kind: 'event'; event: BridgeEvent }
  /** `alsoBack`: sides that work again meanwhile. */
  | { kind: 'lost'; faults: Fault[]; alsoBack: Fault[] }
  | { kind: 'back'; faults: Fault[] }
  /** From quiet hours. */
  | {
      kind: 'summary'
      chats: Gathered<Chat>
      unanswered: Gathered<Unanswered>
      failures: Gathered<Stuck>
      events: BridgeEvent[]
    }

export interface Chat {
  connectionId: string
  conversationId: number
  client: string
  /** The client's first message. */
  text: string
}

/** A message that waits for the owner. */
export interface Stuck {
  id: number
  connectionId: string
  conversationId: number | null
  client: string | null
  direction: Direction
  text: string
  state: 'failed' | 'uncertain'
}

/** Parts that can fail: a side of a connection, the public address, the data folder. */
export interface FaultPlace {
  what: Side | 'address' | 'store'
  /** For a side. */
  connectionId: string | null
}
export interface Fault extends FaultPlace {
  /** It does not recover by itself. */
  needsOwner: boolean
  /** For a side its ErrorCode, for the address the key of the problem's text. */
  code: string
  params: BridgeEvent['params']
}

/** Many of a kind: their number, and the first of them. */
export interface Gathered<T> {
  count: number
  first: T[]
}

/** Maximum number of names. */
const MOST_NAMED = 3

export const gather = <T>(
  before: Gathered<T>,
  more: readonly T[],
  count: number = more.length,
): Gathered<T> => ({
  count: before.count + count,
  first: [...before.first, ...more].slice(0, MOST_NAMED),
})
