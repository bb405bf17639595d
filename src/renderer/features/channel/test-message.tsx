import { Anchor, Button, Group, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import type { CallError, Value } from '../../../shared/api.ts'
import { useAppState, useClient } from '../../client/hooks.tsx'
import { ErrorAlert } from '../../components/feedback/error-alert.tsx'
import { StatusBadge } from '../../components/feedback/status-badge.tsx'
import { useI18n } from '../../i18n.tsx'

/** A message into Planfix, with the task that it became; then the reply to it turns green when Planfix hands it over. */
export function TestMessage({ id, isOn, hasToken }: { id: string; isOn: boolean; hasToken: boolean }) {
  const { t } = useI18n()
  const bridge = useClient()
  const [sent, setSent] = useState<Value<'setup.channelTest'> | null>(null)
  const [error, setError] = useState<CallError | null>(null)
  const [busy, setBusy] = useState(false)

  const send = async () => {
    setBusy(true)
    const answer = await bridge.call('setup.channelTest', { id })
    setBusy(false)
    setError(answer.ok ? null : answer.error)
    setSent(answer.ok ? answer.value : null)
  }
  return (
    <Stack gap="xs">
      <Group>
        <Button variant="default" loading={busy} disabled={!hasToken} onClick={() => void send()}>
          {t('channel.test')}
        </Button>
      </Group>
      <Text size="sm" c="dimmed">
        {t('channel.test.text')}
      </Text>
      {error && <ErrorAlert error={error} />}
      <Stack gap="xs" role="status">
        {sent && <There sent={sent} />}
        {sent && <Back id={id} since={sent.sentAt} isOn={isOn} />}
      </Stack>
    </Stack>
  )
}

function There({ sent: { task } }: { sent: Value<'setup.channelTest'> }) {
  const { t } = useI18n()
  if (task === null) return <StatusBadge tone="attention">{t('channel.test.no-task')}</StatusBadge>
  return (
    <Group gap="sm">
      <StatusBadge tone="good">{t('channel.test.task', { id: task.id })}</StatusBadge>
      {task.isVisible === false && <StatusBadge tone="attention">{t('channel.test.invisible')}</StatusBadge>}
      <Anchor href={task.url} target="_blank" rel="noreferrer" size="sm">
        {t('channel.test.open', { id: task.id })}
      </Anchor>
    </Group>
  )
}

function Back({ id, since, isOn }: { id: string; since: number; isOn: boolean }) {
  const { t, moment } = useI18n()
  const { connections } = useAppState()
  const heard = connections.find((one) => one.id === id)?.heard['planfix-chat'] ?? null
  if (heard !== null && heard >= since)
    return <StatusBadge tone="good">{t('channel.test.received', { time: moment(heard) })}</StatusBadge>
  return <StatusBadge tone="wait">{t(isOn ? 'channel.test.waiting' : 'channel.test.off')}</StatusBadge>
}
