import { Button, Group, Stack, Switch, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import type { GeneralSettings } from '../../../shared/api/settings.ts'
import { useCall, useClient } from '../../client/hooks.tsx'
import { IconAlertTriangle, IconFolderOpen } from '../../components/icons.ts'
import { useI18n } from '../../i18n.tsx'
import type { SaveGeneral } from './save-general.ts'

/** Start at login, and whether the system does it. */
export function StartAtLogin(props: { settings: GeneralSettings; disabled: boolean; save: SaveGeneral }) {
  const { settings, disabled, save } = props
  const { t } = useI18n()
  const desktop = useCall('desktop.get', {})
  const why = settings.startAtLogin ? (desktop.value?.login.why ?? null) : null
  const keep = async (startAtLogin: boolean) => {
    await save({ startAtLogin })
    desktop.reload()
  }
  return (
    <Stack gap={6}>
      <Switch
        label={t('settings.login')}
        description={t('settings.login.text')}
        checked={settings.startAtLogin}
        disabled={disabled}
        onChange={(event) => void keep(event.currentTarget.checked)}
      />
      {why !== null && (
        <Group gap="xs" wrap="nowrap" align="flex-start" role="status">
          <IconAlertTriangle aria-hidden size={16} color="var(--mantine-color-yellow-7)" />
          <Text size="sm">{t(`settings.login.why.${why}`)}</Text>
        </Group>
      )}
    </Stack>
  )
}

/** The folder of the log files, opened by the system. */
export function LogFiles() {
  const { t, say } = useI18n()
  const bridge = useClient()
  const desktop = useCall('desktop.get', {})
  const open = async () => {
    const answer = await bridge.call('desktop.openLogs', {})
    if (!answer.ok) notifications.show({ color: 'red', message: say(answer.error.message) })
  }
  return (
    <Stack gap={6} align="flex-start">
      <div>
        <Text size="sm" fw={500}>
          {t('settings.logs')}
        </Text>
        <Text size="xs" c="dimmed">
          {t('settings.logs.text')}
        </Text>
        <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {desktop.value?.logs ?? '\u00a0'}
        </Text>
      </div>
      <Button
        variant="default"
        leftSection={<IconFolderOpen aria-hidden size={16} />}
        onClick={() => void open()}
      >
        {t('settings.logs.open')}
      </Button>
    </Stack>
  )
}
