import { List, Stack, Switch, Text } from '@mantine/core'
import { useState } from 'react'
import type { CallError } from '../../../shared/api.ts'
import { useAppState, useCall, useClient, useRefresh } from '../../client/hooks.tsx'
import { ErrorAlert } from '../../components/feedback/error-alert.tsx'
import { useI18n } from '../../i18n.tsx'
import { Entries } from './entries.tsx'
import { TestMessage } from './test-message.tsx'
import { ChatToken } from './token.tsx'

const STEPS = ['channel.step-1', 'channel.step-2', 'channel.step-3', 'channel.step-4'] as const

/**
 * Planfix's Chat API for one connection (docs/architecture.md, "Chat API"): what it is, what to enter in Planfix,
 * Planfix's token, the switch, and a test both ways. Everything acts at once. `shown`: the entries need no click.
 */
export function Channel({ id, shown = false, disabled }: { id: string; shown?: boolean; disabled: boolean }) {
  const { t } = useI18n()
  const channel = useCall('setup.channel', { id })
  const { value } = channel
  const isOn = value?.mode === 'chat-api'
  return (
    <Stack gap="md">
      <Text size="sm">{t('channel.better')}</Text>
      <Text size="sm" c="dimmed">
        {t('channel.worse')}
      </Text>
      <List type="ordered" spacing={6} size="sm">
        {STEPS.map((step) => (
          <List.Item key={step}>{t(step)}</List.Item>
        ))}
      </List>
      <Entries id={id} shown={shown} />
      {channel.error && <ErrorAlert error={channel.error} retry={channel.reload} />}
      {value && (
        <>
          <ChatToken id={id} isThere={value.hasToken} />
          <Mode
            id={id}
            isOn={isOn}
            disabled={disabled || (!isOn && !value.hasToken)}
            hasToken={value.hasToken}
          />
          <TestMessage id={id} isOn={isOn} hasToken={value.hasToken} />
        </>
      )}
    </Stack>
  )
}

function Mode(props: { id: string; isOn: boolean; disabled: boolean; hasToken: boolean }) {
  const { id, isOn, disabled, hasToken } = props
  const { t, moment } = useI18n()
  const bridge = useClient()
  const refresh = useRefresh()
  const { connections } = useAppState()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<CallError | null>(null)
  const heard = connections.find((one) => one.id === id)?.heard['planfix-chat'] ?? null

  const flip = async (on: boolean) => {
    setBusy(true)
    const answer = await bridge.call('setup.channelMode', { id, mode: on ? 'chat-api' : 'rest' })
    await refresh('setup.channel')
    setBusy(false)
    setError(answer.ok ? null : answer.error)
  }
  return (
    <>
      <Switch
        label={t('channel.switch')}
        description={hasToken || isOn ? t('channel.switch.text') : t('channel.switch.needs-token')}
        checked={isOn}
        disabled={disabled || busy}
        onChange={(event) => void flip(event.currentTarget.checked)}
      />
      {isOn && heard !== null && (
        <Text size="sm" c="dimmed">
          {t('channel.heard', { time: moment(heard) })}
        </Text>
      )}
      {error && <ErrorAlert error={error} />}
    </>
  )
}
