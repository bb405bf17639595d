import type { Handlers } from '../../../shared/api.ts'
import type { employeesCalls as contract } from '../../../shared/api/employees.ts'
import type { ApiContext } from './context.ts'
import { notYet } from './not-yet.ts'

export const employeesCalls = (context: ApiContext): Pick<Handlers, keyof typeof contract> => notYet(context)
