import type { Connection } from '../../../shared/config.ts'
import { identifyAs } from '../../engine/identity.ts'
import { probedOf } from '../../engine/index.ts'
import { SOURCE_CONNECTION } from '../../store/index.ts'
import { isStill, keysOf, type LiveConnection, openConnection } from '../connections.ts'
import type { RuntimeDeps } from './deps.ts'

/** Opens a connection of a unit, or gives back `known` where nothing changed. Rejects when a secret cannot be read. */
export async function openIn(
  unit: string,
  deps: RuntimeDeps,
  settings: Connection,
  known: LiveConnection | undefined,
): Promise<LiveConnection> {
  const { id } = settings
  const store = deps.storeFor(unit)
  const keys = await keysOf(deps.secrets, id)
  identifyAs(id, (await store.fact<string>(id, SOURCE_CONNECTION)) ?? id)
  if (known && isStill(known, settings, keys)) return known
  return openConnection({
    ...deps,
    settings,
    keys,
    store,
    account: await deps.accounts.of(settings, keys.planfix),
    probed: await probedOf(store, settings),
    changed: (side, state) => deps.sideChanged(id, side, state),
    onNews: () => deps.onNews(id),
    mayWrite: () => deps.mayWrite(unit),
  })
}
