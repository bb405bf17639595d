import type { AppState } from '../../../shared/api/state.ts'
import { isStoreUnavailable, storeReason } from '../../../shared/store-error.ts'
import type { ApplicationStore } from '../../store/index.ts'
import { keptEvents } from './kept-events.ts'

/**
 * As `read`; while the store cannot be read, the last state that was, with the reason. So a page that is opened then shows
 * what is the matter. It is read once at the beginning. Rejects when there is none yet.
 */
export function lastKnown(
  read: () => Promise<AppState>,
  application: { readonly store: Partial<Pick<ApplicationStore, 'kept'>>; now(): number },
): () => Promise<AppState> {
  let last: AppState | null = null
  const state = async (): Promise<AppState> => {
    try {
      last = await read()
      return last
    } catch (error) {
      if (last === null || !isStoreUnavailable(error)) throw error
      return {
        ...last,
        time: application.now(),
        storeFailing: storeReason(error),
        keptEvents: keptEvents(application.store),
      }
    }
  }
  state().catch(() => undefined)
  return state
}
