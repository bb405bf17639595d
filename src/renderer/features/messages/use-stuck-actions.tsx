import { notifications } from '@mantine/notifications'
import type { LogFilter } from '../../../shared/api/log.ts'
import { useClient, useRefresh } from '../../client/hooks.tsx'
import { UndoMessage } from '../../components/feedback/undo.tsx'
import { useI18n } from '../../i18n.tsx'

/** Messages by id, or all stuck ones of a filter. */
export type Stuck = { ids: number[] } | { filter: LogFilter }

/** Sends stuck messages again or dismisses them, and says so; a dismissal can be taken back for some seconds. */
export function useStuckActions(): {
  retry(stuck: Stuck): Promise<void>
  dismiss(stuck: Stuck): Promise<void>
} {
  const { t, say } = useI18n()
  const bridge = useClient()
  const refresh = useRefresh()
  const act = async (action: 'retry' | 'dismiss' | 'restore', stuck: Stuck): Promise<number[] | null> => {
    const which = 'ids' in stuck ? { ids: stuck.ids, filter: {} } : { ids: null, filter: stuck.filter }
    const answer = await bridge.call('log.bulk', { action, ...which })
    if (!answer.ok) {
      notifications.show({ message: say(answer.error.message), color: 'red' })
      return null
    }
    await refresh('log.message', 'conversation.get')
    return answer.value.ids
  }
  const nothing = () => notifications.show({ message: t('bulk.nothing'), color: 'orange' })
  return {
    async retry(stuck) {
      const ids = await act('retry', stuck)
      if (ids === null) return
      if (ids.length === 0) return void nothing()
      notifications.show({ message: t('bulk.retried', { count: ids.length }), color: 'teal' })
    },
    async dismiss(stuck) {
      const ids = await act('dismiss', stuck)
      if (ids === null) return
      if (ids.length === 0) return void nothing()
      const id = `dismissed-${ids[0]}-${ids.length}`
      const message = (
        <UndoMessage id={id} undo={() => act('restore', { ids })}>
          {t('bulk.dismissed', { count: ids.length })}
        </UndoMessage>
      )
      notifications.show({ id, message, color: 'teal', autoClose: 10_000 })
    },
  }
}
