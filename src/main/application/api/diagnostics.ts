import type { Handlers } from '../../../shared/api.ts'
import type { diagnosticsCalls as contract } from '../../../shared/api/diagnostics.ts'
import type { ApiContext } from './context.ts'
import { notYet } from './not-yet.ts'

export const diagnosticsCalls = (context: ApiContext): Pick<Handlers, keyof typeof contract> => notYet(context)
