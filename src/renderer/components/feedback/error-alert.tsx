import { Alert, Button, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import type { CallError } from '../../../shared/api.ts'
import { useI18n } from '../../i18n.tsx'
import { IconAlertTriangle, IconMessageX } from '../icons.ts'

/** The text of a failed call, with a retry. */
export function ErrorAlert({ error, retry }: { error: CallError; retry?: () => void }) {
  const { say, t } = useI18n()
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle aria-hidden />} role="alert">
      <Stack gap="xs" align="flex-start">
        <Text>{say(error.message)}</Text>
        {error.detail !== null && (
          <Text size="xs" c="dimmed">
            {error.detail}
          </Text>
        )}
        {retry && (
          <Button variant="default" onClick={retry}>
            {t('action.retry')}
          </Button>
        )}
      </Stack>
    </Alert>
  )
}

/** An empty state: the reason, and what comes next. */
export function Empty({ title, children, icon }: { title: string; children?: ReactNode; icon?: ReactNode }) {
  return (
    <Stack align="center" gap="xs" py="xl" px="md" ta="center">
      {icon ?? <IconMessageX size={32} stroke={1.3} aria-hidden />}
      <Text fw={600}>{title}</Text>
      {typeof children === 'string' ? (
        <Text c="dimmed" maw="34rem">
          {children}
        </Text>
      ) : (
        children
      )}
    </Stack>
  )
}
