import { type Change, isRestore, type Takeover } from '../engine/ports.ts'
import type { LeadershipTerm } from '../tunnel/relay/provider.ts'

/** The fact with the last takeover, in the data folder. */
const TAKEOVER = 'takeover'
/** The fact with the relay's number of the last term in which this computer was active. */
const termFact = (relay: string) => `relayTurn:${relay.slice(0, 16)}`

/** The content of `termFact` in the data folder. */
interface RecordedTerm {
  turn: number
}

interface FactStore {
  fact<T>(connectionId: string, key: string): Promise<T | null>
  commit(changes: Change[]): Promise<void>
}

export const recordedTakeover = (store: FactStore): Promise<Takeover | null> =>
  store.fact<Takeover>('', TAKEOVER)

/**
 * Records a term before anything is delivered in it: messages that another computer has delivered since this
 * one was active must not be delivered again, whatever happens next. Returns the takeover that applies from
 * now on. A recorded term changes nothing. Rejects when the store cannot be written.
 */
export async function recordTerm(
  store: FactStore,
  term: LeadershipTerm,
  taken: Takeover | null,
  now: number,
): Promise<Takeover | null> {
  const key = termFact(term.relay)
  const before = await store.fact<RecordedTerm>('', key)
  if (before?.turn === term.turn) return taken
  const next = takeoverBy(term, before === null, taken, now)
  const recorded: RecordedTerm = { turn: term.turn }
  await store.commit([
    { type: 'fact.set', connectionId: '', key, value: recorded },
    { type: 'fact.set', connectionId: '', key: TAKEOVER, value: next },
  ])
  return next
}

function takeoverBy(
  { silentMs, leaseMs }: LeadershipTerm,
  isFirst: boolean,
  taken: Takeover | null,
  at: number,
): Takeover | null {
  // The first term of a relay has no predecessor.
  if (isFirst && silentMs <= 0) return taken
  const until = Math.min(at, at - silentMs + leaseMs)
  // A restore remains one: all writes since its backup are reconciled, by whichever computer.
  return isRestore(taken) ? { ...taken, until: Math.max(until, taken.until), at } : { at, until }
}
