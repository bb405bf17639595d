import { Button, Code, Group, Skeleton, Stack, Text } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { useState } from 'react'
import { useCall } from '../../client/hooks.tsx'
import { ErrorAlert } from '../../components/feedback/error-alert.tsx'
import { IconCheck, IconCode, IconCopy } from '../../components/icons.ts'
import { useI18n } from '../../i18n.tsx'
import classes from './panel.module.css'

/** The message's original payload, loaded on request. The application redacts secrets in it. */
export function RawData({ id }: { id: number }) {
  const { t } = useI18n()
  const [shown, setShown] = useState(false)
  const asked = useCall('log.payload', { id }, { skip: !shown })
  const clipboard = useClipboard({ timeout: 2000 })
  const text = asked.value?.text ?? null
  return (
    <Stack gap="xs" align="stretch">
      <Group justify="space-between">
        <Button
          variant="subtle"
          size="compact-sm"
          leftSection={<IconCode size={16} aria-hidden />}
          aria-expanded={shown}
          onClick={() => setShown(!shown)}
        >
          {t(shown ? 'log.raw.hide' : 'log.raw.show')}
        </Button>
        {shown && text !== null && (
          <Button
            variant="default"
            size="compact-sm"
            leftSection={
              clipboard.copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />
            }
            onClick={() => clipboard.copy(text)}
          >
            <span aria-live="polite">{t(clipboard.copied ? 'action.copied' : 'action.copy')}</span>
          </Button>
        )}
      </Group>
      {shown && (
        <>
          <Text size="xs" c="dimmed">
            {t('log.raw.hint')}
          </Text>
          {asked.loading && <Skeleton height={120} />}
          {asked.error && <ErrorAlert error={asked.error} retry={asked.reload} />}
          {asked.value && text === null && <Text size="sm">{t('log.raw.gone')}</Text>}
          {text !== null && (
            <Code block className={classes.raw} tabIndex={0} role="region" aria-label={t('log.raw')}>
              {text}
            </Code>
          )}
        </>
      )}
    </Stack>
  )
}
