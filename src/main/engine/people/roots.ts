import type { Conversation } from '../../../shared/domain.ts'
import type { KeyedMutex } from '../keyed-mutex.ts'
import type { Store } from '../ports.ts'

/**
 * The conversation itself, or the one it was finally merged into. Also terminates when a damaged file
 * contains a circle.
 */
export async function rootOf(store: Pick<Store, 'conversation'>, id: number): Promise<Conversation | null> {
  const passed = new Set<number>()
  let found = await store.conversation(id)
  while (found && found.mergedInto !== null && !passed.has(found.id)) {
    passed.add(found.id)
    const next = await store.conversation(found.mergedInto)
    if (!next) break
    found = next
  }
  return found
}

/**
 * Runs `work` under the locks of the roots of these conversations, which stay roots meanwhile. Locks are
 * taken in ascending order of their ids, so that two calls never deadlock. Never call it under a
 * conversation's lock.
 */
export async function underRoots<T>(
  store: Store,
  serial: KeyedMutex,
  ids: readonly number[],
  work: (roots: readonly Conversation[]) => Promise<T>,
): Promise<T> {
  for (;;) {
    const wanted = await rootsOf(store, ids)
    const keys = wanted.map(({ id }) => String(id))
    const done = await serial.runAll(keys, async () => {
      const roots = await rootsOf(store, ids)
      // Merged or separated while this call waited for the locks.
      if (roots.map(({ id }) => String(id)).join() !== keys.join()) return null
      return { value: await work(roots) }
    })
    if (done) return done.value
  }
}

async function rootsOf(store: Store, ids: readonly number[]): Promise<Conversation[]> {
  const roots = new Map<number, Conversation>()
  for (const id of ids) {
    const root = await rootOf(store, id)
    if (root) roots.set(root.id, root)
  }
  return [...roots.values()].sort((one, other) => one.id - other.id)
}
