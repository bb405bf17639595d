import { type Change, isRestore, type Takeover } from '../engine/ports.ts'
import type { LeadershipTerm } from '../tunnel/relay/provider.ts'

/** The fact that holds the last takeover, in the data folder. */
const TAKEOVER = 'takeover'
/** The fact that holds the relay's number of the last term in which this computer carried. */
const termFact = (relay: string) => `relayTurn:${relay.slice(0, 16)}`

/** What stands in the data folder under `termFact`. */
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
 * Writes a term down before anything is carried in it: what another computer has carried since this one did must not be
 * carried again, whatever happens next. Returns the takeover that holds from now on. A term that is recorded already
 * changes nothing. Rejects when the store cannot be written.
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
  // The first term of all that this relay ever gave follows nobody.
  if (isFirst && silentMs <= 0) return taken
  const until = Math.min(at, at - silentMs + leaseMs)
  // A restore stays one: what was done since its backup is looked for, by whichever computer it was done.
  return isRestore(taken) ? { ...taken, until: Math.max(until, taken.until), at } : { at, until }
}
