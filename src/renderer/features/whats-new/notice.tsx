import { Anchor } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useEffect } from 'react'
import { useI18n } from '../../i18n.tsx'

const KEY = 'newsSeen'
const ID = 'update'

/** Once after an update, until it is closed: the new version, and where to read about it. It moves nothing of the page. */
export function UpdateNotice({ version }: { version: string }) {
  const { t } = useI18n()
  useEffect(() => {
    if (localStorage.getItem(KEY) === version) return
    notifications.show({
      id: ID,
      autoClose: false,
      title: t('about.updated', { version }),
      message: (
        // Notifications stand outside the router.
        <Anchor href="#/settings/~about" size="sm" onClick={() => notifications.hide(ID)}>
          {t('about.news')}
        </Anchor>
      ),
      closeButtonProps: { 'aria-label': t('action.close') },
      onClose: () => localStorage.setItem(KEY, version),
    })
  }, [version, t])
  return null
}
