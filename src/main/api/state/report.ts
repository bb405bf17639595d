import type { reportCalls as contract } from '../../../shared/api/report.ts'
import type { Handlers } from '../../../shared/api.ts'
import type { ApiContext } from '../context.ts'
import { done } from '../responses.ts'

export const reportCalls = ({ application }: ApiContext): Pick<Handlers, keyof typeof contract> => ({
  'report.get': async (query) => done(await application.store.report(query)),
})
