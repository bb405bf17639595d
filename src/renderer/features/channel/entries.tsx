import { Alert, Button, Group, Skeleton, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { useCall } from '../../client/hooks.tsx'
import { ErrorAlert } from '../../components/feedback/error-alert.tsx'
import { CopyField } from '../../components/form/copy-field.tsx'
import { IconAlertTriangle, IconEye } from '../../components/icons.ts'
import { useI18n } from '../../i18n.tsx'

/** What to enter in Planfix, with buttons to copy it. Two of the values are secret: `shown` or on request. */
export function Entries({ id, shown }: { id: string; shown: boolean }) {
  const { t } = useI18n()
  const [open, setOpen] = useState(shown)
  return (
    <>
      {open && <Values id={id} />}
      {!shown && (
        <Group>
          <Button
            variant="default"
            leftSection={open ? undefined : <IconEye size={14} aria-hidden />}
            onClick={() => setOpen(!open)}
          >
            {t(open ? 'channel.hide' : 'channel.show')}
          </Button>
        </Group>
      )}
    </>
  )
}

function Values({ id }: { id: string }) {
  const { t } = useI18n()
  const { value, error, reload } = useCall('setup.channelEntries', { id })
  if (error) return <ErrorAlert error={error} retry={reload} />
  if (!value) return <Skeleton height={200} />
  return (
    <Stack gap="sm">
      {!value.public && (
        <Alert color="orange" variant="light" icon={<IconAlertTriangle aria-hidden />} py="xs">
          {t('channel.local')}
        </Alert>
      )}
      <CopyField label={t('channel.address')} value={value.address} />
      <CopyField label={t('channel.token')} value={value.token} />
      <CopyField label={t('channel.provider')} value={value.providerId} />
      <Text size="xs" c="dimmed">
        {t('channel.secret')}
      </Text>
    </Stack>
  )
}
