import type { Handlers } from '../../../shared/api.ts'
import type { ApiContext } from './context.ts'
import { diagnosticsCalls } from './diagnostics.ts'
import { employeesCalls } from './employees.ts'
import { logCalls } from './log.ts'
import { overviewCalls } from './overview.ts'
import { settingsCalls } from './settings.ts'
import { setupCalls } from './setup.ts'
import { stateCalls } from './state.ts'

/** Every call of shared/api.ts, on one application. */
export const createHandlers = (context: ApiContext): Handlers => ({
  ...stateCalls(context),
  ...logCalls(context),
  ...overviewCalls(context),
  ...employeesCalls(context),
  ...diagnosticsCalls(context),
  ...settingsCalls(context),
  ...setupCalls(context),
})
