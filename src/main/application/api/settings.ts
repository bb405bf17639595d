import type { Handlers } from '../../../shared/api.ts'
import type { settingsCalls as contract } from '../../../shared/api/settings.ts'
import type { ApiContext } from './context.ts'
import { notYet } from './not-yet.ts'

export const settingsCalls = (context: ApiContext): Pick<Handlers, keyof typeof contract> => notYet(context)
