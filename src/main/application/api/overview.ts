import type { Handlers } from '../../../shared/api.ts'
import type { overviewCalls as contract } from '../../../shared/api/overview.ts'
import type { ApiContext } from './context.ts'
import { notYet } from './not-yet.ts'

export const overviewCalls = (context: ApiContext): Pick<Handlers, keyof typeof contract> => notYet(context)
