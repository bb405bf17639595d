import type { Handlers } from '../../../shared/api.ts'
import type { setupCalls as contract } from '../../../shared/api/setup.ts'
import type { ApiContext } from './context.ts'
import { notYet } from './not-yet.ts'

export const setupCalls = (context: ApiContext): Pick<Handlers, keyof typeof contract> => notYet(context)
