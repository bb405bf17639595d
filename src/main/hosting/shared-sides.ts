import type { Side } from '../../shared/errors.ts'
import type { SideState } from '../engine/ports.ts'
import type { ApplicationStore } from '../store/index.ts'

export type Sides = Record<Side, SideState>

const FACT = 'sides'
const WORKING: Sides = { chatra: { state: 'ok' }, planfix: { state: 'ok' } }

/** The state of a connection that another host carries, as that one has noted it. */
export async function notedSides(
  store: Pick<ApplicationStore, 'fact'>,
  connectionId: string,
): Promise<Sides> {
  return { ...WORKING, ...(await store.fact<Partial<Sides>>(connectionId, FACT)) }
}

/** Notes how the connections that are carried here fare, for the pages of other hosts. */
export class SharedSides {
  private readonly known = new Map<string, Sides>()

  /** They begin to be carried here. */
  begin(store: ApplicationStore, connectionIds: readonly string[]): Promise<void> {
    for (const id of connectionIds) this.known.delete(id)
    return store.commit(
      connectionIds.map((connectionId) => ({ type: 'fact.set', connectionId, key: FACT, value: null })),
    )
  }

  changed(store: ApplicationStore, connectionId: string, side: Side, state: SideState): Promise<void> {
    const value = { ...(this.known.get(connectionId) ?? WORKING), [side]: state }
    this.known.set(connectionId, value)
    return store.commit([{ type: 'fact.set', connectionId, key: FACT, value }])
  }
}
