import type { desktopCalls as contract } from '../../shared/api/desktop.ts'
import type { Handlers } from '../../shared/api.ts'
import type { ApiContext } from './context.ts'
import { done, empty, errorAnswer } from './responses.ts'

export const desktopCalls = ({ desktop }: ApiContext): Pick<Handlers, keyof typeof contract> => ({
  'desktop.get': async () => (desktop ? done({ login: desktop.login(), logs: desktop.logs }) : ELSEWHERE),

  async 'desktop.openLogs'() {
    if (!desktop) return ELSEWHERE
    const trouble = await desktop.openLogs()
    return trouble === ''
      ? empty()
      : errorAnswer('unavailable', 'settings.logs.problem', {
          params: { path: desktop.logs },
          detail: trouble,
        })
  },
})

const ELSEWHERE = errorAnswer('unavailable', 'error.call.unavailable')
