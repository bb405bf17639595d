import { Button, Group, Paper, PasswordInput, Stack, Text, Title } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { type FormEvent, useState } from 'react'
import type { ConnectionState } from '../../../shared/api/state.ts'
import type { CallError } from '../../../shared/api.ts'
import { useAppState, useClient } from '../../client/hooks.tsx'
import { useI18n } from '../../i18n.tsx'

/**
 * Without a working keychain: asks for the keys of every connection in one place at each start. Empty when
 * none is missing.
 */
export function KeysToStart() {
  const { connections, keychainTrouble } = useAppState()
  const { t } = useI18n()
  const asked = connections.filter(
    ({ enabled, demo, missing }) => enabled && !demo && missing.some((what) => what !== 'webhook-secret'),
  )
  if (keychainTrouble === null || asked.length === 0) return null
  return (
    <Paper withBorder p="md" component="section" aria-label={t('keychain.ask.title')}>
      <Stack gap="md">
        <div>
          <Title order={2} size="h4">
            {t('keychain.ask.title')}
          </Title>
          <Text size="sm" c="dimmed">
            {t('keychain.ask.text')}
          </Text>
        </div>
        {asked.map((connection) => (
          <Keys key={connection.id} connection={connection} />
        ))}
      </Stack>
    </Paper>
  )
}

type Field = 'chatraSecretKey' | 'planfixToken' | 'planfixChatToken'
const FIELDS = [
  ['chatra-secret-key', 'chatraSecretKey', 'keychain.ask.chatra'],
  ['planfix-token', 'planfixToken', 'keychain.ask.planfix'],
  ['planfix-chat-token', 'planfixChatToken', 'keychain.ask.planfix-chat'],
] as const

function Keys({ connection: { id, name, missing } }: { connection: ConnectionState }) {
  const { t, say } = useI18n()
  const bridge = useClient()
  const [typed, setTyped] = useState<Partial<Record<Field, string>>>({})
  const [busy, setBusy] = useState(false)
  const [refused, setRefused] = useState<CallError | null>(null)
  const fields = FIELDS.filter(([what]) => missing.includes(what))
  const given = (field: Field) => typed[field]?.trim() || null

  const use = async (event: FormEvent) => {
    event.preventDefault()
    if (fields.every(([, field]) => given(field) === null)) {
      return setRefused({
        code: 'invalid',
        message: { key: 'keychain.ask.empty', params: {} },
        field: null,
        detail: null,
      })
    }
    setBusy(true)
    const answer = await bridge.call('connection.secrets', {
      id,
      chatraSecretKey: given('chatraSecretKey'),
      planfixToken: given('planfixToken'),
      planfixChatToken: given('planfixChatToken'),
    })
    setBusy(false)
    if (!answer.ok) return setRefused(answer.error)
    setTyped({})
    setRefused(null)
    if (fields.every(([, field]) => given(field) !== null)) {
      notifications.show({ message: t('keychain.ask.used', { name }) })
    }
  }
  const problemAt = (field: Field) => (refused?.field === field ? say(refused.message) : null)
  return (
    <form onSubmit={use} aria-label={name} autoComplete="off">
      <Stack gap="xs">
        <Text fw={600}>{name}</Text>
        <Group align="flex-start" gap="sm">
          {fields.map(([, field, label]) => (
            <PasswordInput
              key={field}
              label={t(label)}
              value={typed[field] ?? ''}
              error={problemAt(field)}
              disabled={busy}
              flex="1 1 14rem"
              maxLength={500}
              autoComplete="off"
              spellCheck={false}
              visibilityToggleButtonProps={{ 'aria-label': t('settings.secret.look') }}
              onChange={(event) => {
                const { value } = event.currentTarget
                setTyped((before) => ({ ...before, [field]: value }))
                setRefused(null)
              }}
            />
          ))}
        </Group>
        <Group gap="sm">
          <Button type="submit" loading={busy}>
            {t('keychain.ask.use')}
          </Button>
          {refused !== null && !FIELDS.some(([, field]) => field === refused.field) && (
            <Text size="sm" c="red" role="alert">
              {say(refused.message)}
            </Text>
          )}
        </Group>
      </Stack>
    </form>
  )
}
