import type { Handlers } from '../../../shared/api.ts'
import type { stateCalls as contract } from '../../../shared/api/state.ts'
import type { ApiContext } from './context.ts'
import { notYet } from './not-yet.ts'

export const stateCalls = (context: ApiContext): Pick<Handlers, keyof typeof contract> => notYet(context)
