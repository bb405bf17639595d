import { notifications } from '@mantine/notifications'
import type { GeneralSettings } from '../../../shared/api/settings.ts'
import type { CallError } from '../../../shared/api.ts'
import { useClient, useRefresh } from '../../client/hooks.tsx'
import { useI18n } from '../../i18n.tsx'

export type SaveGeneral = (part: Partial<GeneralSettings>) => Promise<CallError | null>

/** Saves a part and shows a failure, beside its field or, when the field is not visible, in a corner. */
export function useSaveGeneral(): SaveGeneral {
  const bridge = useClient()
  const refresh = useRefresh()
  const { say } = useI18n()
  return async (part) => {
    const answer = await bridge.call('settings.save', { settings: part })
    if (answer.ok) {
      await refresh('settings.get')
      return null
    }
    notifications.show({ color: 'red', message: say(answer.error.message) })
    return answer.error
  }
}
