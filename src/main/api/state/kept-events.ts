import type { AppState } from '../../../shared/api/state.ts'
import type { ApplicationStore } from '../../store/index.ts'

export const keptEvents = ({
  kept = null,
}: Partial<Pick<ApplicationStore, 'kept'>>): AppState['keptEvents'] =>
  kept && { waiting: kept.waiting, hasRoom: kept.hasRoom }
