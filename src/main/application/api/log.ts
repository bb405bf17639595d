import type { Handlers } from '../../../shared/api.ts'
import type { logCalls as contract } from '../../../shared/api/log.ts'
import type { ApiContext } from './context.ts'
import { notYet } from './not-yet.ts'

export const logCalls = (context: ApiContext): Pick<Handlers, keyof typeof contract> => notYet(context)
