import type { desktopCalls as contract, LoginItem } from '../../../shared/api/desktop.ts'
import type { Handlers } from '../../../shared/api.ts'
import { type ApiContext, refuse } from './context.ts'

/** What a desktop does for the calls that concern the computer it runs on. */
export interface DesktopActs {
  login(): LoginItem
  /** The folder of the log files. */
  readonly logs: string
  /** Answers what is in the way; empty = it is open. */
  openLogs(): Promise<string>
}

export const desktopCalls = ({ desktop }: ApiContext): Pick<Handlers, keyof typeof contract> => ({
  'desktop.get': async () =>
    desktop ? { ok: true, value: { login: desktop.login(), logs: desktop.logs } } : ELSEWHERE,

  async 'desktop.openLogs'() {
    if (!desktop) return ELSEWHERE
    const trouble = await desktop.openLogs()
    return trouble === ''
      ? { ok: true, value: {} }
      : refuse('unavailable', 'settings.logs.problem', { params: { path: desktop.logs }, detail: trouble })
  },
})

const ELSEWHERE = refuse('unavailable', 'error.call.unavailable')
