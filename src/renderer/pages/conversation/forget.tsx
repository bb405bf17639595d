import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import { useLocation } from 'wouter'
import type { ConversationView } from '../../../shared/api/log.ts'
import type { CallError } from '../../../shared/api.ts'
import { useAppState, useClient, useRefresh } from '../../client/hooks.tsx'
import { ErrorAlert } from '../../components/feedback/error-alert.tsx'
import { useI18n } from '../../i18n.tsx'

/** Asks once before a client's data is deleted, and says what is deleted and what stays elsewhere. */
export function ForgetDialog({
  view,
  opened,
  onClose,
}: {
  view: ConversationView
  opened: boolean
  onClose(): void
}) {
  const { t } = useI18n()
  const bridge = useClient()
  const refresh = useRefresh()
  const isDatabase = useAppState().storePlace === 'database'
  const [, go] = useLocation()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<CallError | null>(null)
  const forget = async () => {
    setBusy(true)
    const answer = await bridge.call('conversation.forget', { id: view.id })
    setBusy(false)
    setError(answer.ok ? null : answer.error)
    if (!answer.ok) return
    notifications.show({
      message: t(isDatabase ? 'talk.forget.done-database' : 'talk.forget.done', {
        count: answer.value.messages,
      }),
      color: 'teal',
      autoClose: 10_000,
    })
    await refresh('conversation.get', 'conversations.list', 'conversation.messages')
    go('/conversations')
  }
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      size="lg"
      title={t('talk.forget.title', { name: view.clientName })}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <Stack>
        <Text>{t('talk.forget.deleted')}</Text>
        <Text>{t(isDatabase ? 'talk.forget.backups-database' : 'talk.forget.backups')}</Text>
        <Text>{t('talk.forget.stays')}</Text>
        {error !== null && <ErrorAlert error={error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} data-autofocus>
            {t('action.cancel')}
          </Button>
          <Button color="red.8" loading={busy} onClick={() => void forget()}>
            {t('talk.forget.confirm')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
