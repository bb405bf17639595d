import { Button, Group, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import type { MessageRow } from '../../../shared/api/log.ts'
import type { CallError } from '../../../shared/api.ts'
import { useMay } from '../../client/access.tsx'
import { useClient, useRefresh } from '../../client/hooks.tsx'
import { ConfirmButton } from '../../components/feedback/confirm-button.tsx'
import { ErrorAlert } from '../../components/feedback/error-alert.tsx'
import { IconRefresh } from '../../components/icons.ts'
import { useI18n } from '../../i18n.tsx'
import { useStuckActions } from './use-stuck-actions.tsx'

/** The owner's actions on a stuck message, and their effect. */
export function Actions({ message, onDone }: { message: MessageRow; onDone(): void }) {
  const { t } = useI18n()
  const bridge = useClient()
  const refresh = useRefresh()
  const may = useMay()
  const { dismiss } = useStuckActions()
  const [error, setError] = useState<CallError | null>(null)
  const [busy, setBusy] = useState(false)
  if (!may('log.retry') || !may('log.bulk')) return null
  if (!message.canRetry && !message.canDismiss && error === null) return null
  const dismissIt = async () => {
    setBusy(true)
    await dismiss({ ids: [message.id] })
    setBusy(false)
    onDone()
  }
  const retry = async () => {
    setBusy(true)
    const answer = await bridge.call('log.retry', { id: message.id })
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
              onConfirm={retry}
            >
              {t('log.retry')}
            </ConfirmButton>
          ) : (
            <Button
              loading={busy}
              leftSection={<IconRefresh size={16} aria-hidden />}
              onClick={() => void retry()}
            >
              {t(isStopped(message) ? 'log.resume' : 'log.retry')}
            </Button>
          ))}
        {message.canDismiss && (
          <Button
            variant="default"
            loading={busy}
            title={t(`log.dismiss.${isUncertain ? 'unclear' : 'failed'}.${direction}`)}
            onClick={() => void dismissIt()}
          >
            {t('log.dismiss')}
          </Button>
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
