import { Button, Group, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import { useLocation } from 'wouter'
import { useClient } from '../../../client/hooks.tsx'
import { ConfirmButton } from '../../../components/feedback/confirm-button.tsx'
import { useI18n } from '../../../i18n.tsx'
import { useForm } from '../form.tsx'
import { Section } from '../section.tsx'

/** Starts the wizard again, or removes the connection. */
export function RemoveConnection({ name }: { name: string }) {
  const bridge = useClient()
  const { t, say } = useI18n()
  const { id, disabled } = useForm()
  const [, navigate] = useLocation()
  const [busy, setBusy] = useState(false)
  const showError = (message: string) => notifications.show({ color: 'red', message })

  const goThrough = async () => {
    setBusy(true)
    const answer = await bridge.call('setup.begin', { connectionId: id })
    setBusy(false)
    if (answer.ok) navigate(`/setup/${answer.value.id}`)
    else showError(say(answer.error.message))
  }
  const remove = async () => {
    const answer = await bridge.call('connection.remove', { id })
    if (!answer.ok) return showError(say(answer.error.message))
    notifications.show({ message: t('settings.remove.done', { name }) })
    navigate('/settings')
  }
  return (
    <Section title={t('settings.remove')} anchor="remove">
      <Group gap="sm">
        <Button variant="default" loading={busy} disabled={disabled} onClick={() => void goThrough()}>
          {t('settings.again')}
        </Button>
        <Text size="sm" c="dimmed">
          {t('settings.again.text')}
        </Text>
      </Group>
      <Group gap="sm">
        <ConfirmButton
          disabled={disabled}
          title={t('settings.remove.title', { name })}
          consequence={t('settings.remove.text')}
          confirm={t('settings.remove.confirm')}
          onConfirm={remove}
        >
          {t('settings.remove.button')}
        </ConfirmButton>
      </Group>
    </Section>
  )
}
