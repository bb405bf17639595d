import { Button, Group, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import type { MessageRow } from '../../../shared/api/log.ts'
import type { CallError } from '../../../shared/api.ts'
import { useClient, useRefresh } from '../../client/hooks.tsx'
import { ConfirmButton } from '../../components/confirm-button.tsx'
import { ErrorAlert } from '../../components/error-alert.tsx'
import { IconRefresh } from '../../components/icons.ts'
import { useI18n } from '../../i18n.tsx'

/** The owner's actions on a stuck message, and their effect. */
export function Actions({ message, onDone }: { message: MessageRow; onDone(): void }) {
  const { t } = useI18n()
  const bridge = useClient()
  const refresh = useRefresh()
  const [error, setError] = useState<CallError | null>(null)
  const [busy, setBusy] = useState(false)
  if (!message.canRetry && !message.canDismiss && error === null) return null
  const act = async (name: 'log.retry' | 'log.dismiss') => {
    setBusy(true)
    const answer = await bridge.call(name, { id: message.id })
    setBusy(false)
    setError(answer.ok ? null : answer.error)
    onDone()
    if (answer.ok) await refresh('conversation.get')
  }
  const { direction, state } = message
  const isUncertain = state === 'uncertain'
  return (
    <Stack gap="xs">
      {error !== null && <ErrorAlert error={error} />}
      <Group gap="xs">
        {message.canRetry &&
          (isUncertain ? (
            <ConfirmButton
              variant="filled"
              leftSection={<IconRefresh size={16} aria-hidden />}
              title={t('log.retry.title')}
              consequence={t(`log.retry.unclear.${direction}`)}
              confirm={t('log.retry')}
              onConfirm={() => act('log.retry')}
            >
              {t('log.retry')}
            </ConfirmButton>
          ) : (
            <Button
              loading={busy}
              leftSection={<IconRefresh size={16} aria-hidden />}
              onClick={() => void act('log.retry')}
            >
              {t(isStopped(message) ? 'log.resume' : 'log.retry')}
            </Button>
          ))}
        {message.canDismiss && (
          <ConfirmButton
            title={t('log.dismiss.title')}
            consequence={t(`log.dismiss.${isUncertain ? 'unclear' : 'failed'}.${direction}`)}
            confirm={t('log.dismiss')}
            onConfirm={() => act('log.dismiss')}
          >
            {t('log.dismiss')}
          </ConfirmButton>
        )}
      </Group>
      {message.canRetry && !isUncertain && (
        <Text size="sm" c="dimmed">
          {isStopped(message)
            ? t('log.resume-text')
            : t(`log.retry.${state === 'failed' ? 'failed' : 'dismissed'}.${direction}`)}
        </Text>
      )}
    </Stack>
  )
}

/** The loop breaker paused its conversation. */
const isStopped = ({ state }: MessageRow): boolean =>
  state === 'queued' || state === 'sending' || state === 'retrying' || state === 'received'
