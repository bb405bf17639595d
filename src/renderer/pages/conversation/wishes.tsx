import { Alert, Button, Group, Text } from '@mantine/core'
import { useState } from 'react'
import type { ConversationView } from '../../../shared/api/log.ts'
import { Allowed } from '../../client/access.tsx'
import { useClient, useRefresh } from '../../client/hooks.tsx'
import { IconBan, IconBellOff } from '../../components/icons.ts'
import { useI18n } from '../../i18n.tsx'

/** What the owner decided about the conversation, and how to take it back. */
export function Wishes({ view }: { view: ConversationView }) {
  const { t } = useI18n()
  const bridge = useClient()
  const refresh = useRefresh()
  const [busy, setBusy] = useState(false)
  const mark = async (change: { muted?: boolean; blocked?: boolean }) => {
    setBusy(true)
    await bridge.call('conversation.mark', { id: view.id, ...change })
    await refresh('conversation.get')
    setBusy(false)
  }
  return (
    <>
      {view.blocked && (
        <Alert mb="xs" py="xs" color="orange" icon={<IconBan aria-hidden />} title={t('talk.blocked.title')}>
          <Group justify="space-between">
            <Text size="sm" maw="60rem">
              {t('talk.blocked.text')}
            </Text>
            <Allowed call="conversation.mark">
              <Button variant="default" loading={busy} onClick={() => void mark({ blocked: false })}>
                {t('talk.unblock')}
              </Button>
            </Allowed>
          </Group>
        </Alert>
      )}
      {view.muted && (
        <Group gap="xs" mb="xs">
          <IconBellOff size={16} aria-hidden />
          <Text size="sm">{t('talk.muted.text')}</Text>
          <Allowed call="conversation.mark">
            <Button
              variant="default"
              size="compact-sm"
              loading={busy}
              onClick={() => void mark({ muted: false })}
            >
              {t('talk.unmute')}
            </Button>
          </Allowed>
        </Group>
      )}
    </>
  )
}
