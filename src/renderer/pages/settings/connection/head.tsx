import { Button, Group, Modal, Stack, Switch, Text, Title } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import type { ConnectionState } from '../../../../shared/api/state.ts'
import { useClient } from '../../../client/hooks.tsx'
import { useI18n } from '../../../i18n.tsx'

/**
 * The connection's name and its switch. Switching off asks for confirmation, because messages wait meanwhile.
 */
export function Head({ connection, disabled }: { connection: ConnectionState; disabled: boolean }) {
  const bridge = useClient()
  const { t, say } = useI18n()
  const [asking, setAsking] = useState(false)
  const [busy, setBusy] = useState(false)

  const enable = async (enabled: boolean) => {
    setBusy(true)
    const answer = await bridge.call('connection.enable', { id: connection.id, enabled })
    setBusy(false)
    setAsking(false)
    if (!answer.ok) notifications.show({ color: 'red', message: say(answer.error.message) })
  }
  const days = connection.keepsWhilePausedDays
  return (
    <Group justify="space-between" align="flex-start" wrap="nowrap" mb="lg">
      <Title order={2} size="h1" style={{ overflowWrap: 'anywhere' }}>
        {connection.name}
      </Title>
      <Switch
        flex="none"
        label={t(connection.enabled ? 'settings.switch.on' : 'settings.switch.off')}
        checked={connection.enabled}
        disabled={disabled || busy}
        onChange={(event) => (event.currentTarget.checked ? void enable(true) : setAsking(true))}
      />
      <Modal
        opened={asking}
        onClose={() => setAsking(false)}
        title={t('settings.switch.title', { name: connection.name })}
        closeButtonProps={{ 'aria-label': t('action.close') }}
      >
        <Stack>
          <Text>
            {days > 0 ? t('settings.switch.text', { count: days }) : t('settings.switch.text-none')}
          </Text>
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={() => setAsking(false)} data-autofocus>
              {t('action.cancel')}
            </Button>
            <Button color="red.8" loading={busy} onClick={() => void enable(false)}>
              {t('settings.switch.confirm')}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </Group>
  )
}
