import { Button, Group, Input, PasswordInput, Stack, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import type { CallError } from '../../../shared/api.ts'
import { environmentName } from '../../../shared/config.ts'
import { checkToken } from '../../../shared/fields.ts'
import { useClient, useRefresh } from '../../client/hooks.tsx'
import { StatusBadge } from '../../components/feedback/status-badge.tsx'
import { useI18n } from '../../i18n.tsx'
import { useSecretsKept } from '../keychain/secrets-kept.ts'

/** Planfix's token of the chat: whether it is there and where it is kept, or an input. It is tried before it is kept. */
export function ChatToken({ id, isThere }: { id: string; isThere: boolean }) {
  const { t } = useI18n()
  const [open, setOpen] = useState(false)
  const kept = useSecretsKept(`BRIDGE_${environmentName(id)}_PLANFIX_CHAT_TOKEN`)
  if (!isThere || open) return <TokenInput id={id} autoFocus={open} onKept={() => setOpen(false)} />
  return (
    <Input.Wrapper label={t('channel.planfix-token')} labelElement="div" description={kept}>
      <Group gap="sm" mt={4} mih={30}>
        <StatusBadge tone="good">{t('settings.secret.there')}</StatusBadge>
        <Button variant="default" onClick={() => setOpen(true)}>
          {t('channel.planfix-token.replace')}
        </Button>
      </Group>
    </Input.Wrapper>
  )
}

function TokenInput({ id, autoFocus, onKept }: { id: string; autoFocus: boolean; onKept(): void }) {
  const { t, say } = useI18n()
  const bridge = useClient()
  const refresh = useRefresh()
  const [text, setText] = useState('')
  const [tried, setTried] = useState(false)
  const [busy, setBusy] = useState(false)
  const [refused, setRefused] = useState<CallError | null>(null)
  const wrong = checkToken(text)

  const keep = async () => {
    setTried(true)
    if (wrong !== null) return
    setBusy(true)
    const answer = await bridge.call('connection.secrets', {
      id,
      chatraSecretKey: null,
      planfixToken: null,
      planfixChatToken: text.trim(),
    })
    if (answer.ok) await refresh('setup.channel')
    setBusy(false)
    if (!answer.ok) return setRefused(answer.error)
    notifications.show({ message: t('channel.planfix-token.kept') })
    onKept()
  }
  return (
    <Stack gap="xs">
      <PasswordInput
        label={t('channel.planfix-token')}
        description={t('channel.planfix-token.text')}
        value={text}
        error={refused ? say(refused.message) : tried && wrong !== null ? t(wrong) : null}
        maxLength={500}
        autoFocus={autoFocus}
        autoComplete="off"
        spellCheck={false}
        visibilityToggleButtonProps={{ 'aria-label': t('settings.secret.look') }}
        onChange={(event) => {
          setText(event.currentTarget.value)
          setRefused(null)
        }}
        onKeyDown={(event) => {
          // The wizard's step around it would go on.
          if (event.key !== 'Enter') return
          event.preventDefault()
          void keep()
        }}
      />
      {refused?.detail && (
        <Text size="xs" c="dimmed">
          {refused.detail}
        </Text>
      )}
      <Group>
        <Button variant="default" loading={busy} onClick={() => void keep()}>
          {t('channel.planfix-token.try')}
        </Button>
      </Group>
    </Stack>
  )
}
