import { Alert, Button, Group, Input, PasswordInput, Stack, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import type { CallError } from '../../../../shared/api.ts'
import { environmentName } from '../../../../shared/config.ts'
import { checkSecretKey, checkToken } from '../../../../shared/fields.ts'
import { useMay } from '../../../client/access.tsx'
import { useAppState, useClient } from '../../../client/hooks.tsx'
import { StatusBadge } from '../../../components/feedback/status-badge.tsx'
import { IconAlertTriangle } from '../../../components/icons.ts'
import { useSecretsKept } from '../../../features/keychain/secrets-kept.ts'
import { useI18n } from '../../../i18n.tsx'
import { useForm } from '../form.tsx'
import { valueAt } from '../paths.ts'

export type SecretKind = 'chatraSecretKey' | 'planfixToken'
const MISSING = { chatraSecretKey: 'chatra-secret-key', planfixToken: 'planfix-token' } as const
const VARIABLE = { chatraSecretKey: 'CHATRA_SECRET_KEY', planfixToken: 'PLANFIX_TOKEN' } as const

/**
 * A secret: whether it exists and where it is stored, and a button to replace it. A new one is tested before
 * it replaces the old one; `besides` are the settings for the test.
 */
export function Secret({ kind, besides }: { kind: SecretKind; besides: readonly string[] }) {
  const { t } = useI18n()
  const form = useForm()
  const { connections, host } = useAppState()
  const may = useMay()
  const [open, setOpen] = useState(false)
  const isMissing = connections.find(({ id }) => id === form.id)?.missing.includes(MISSING[kind]) ?? false
  const variable = `BRIDGE_${environmentName(form.id)}_${VARIABLE[kind]}`
  const kept = useSecretsKept(variable)
  return (
    <Stack gap="xs">
      <Input.Wrapper label={t(`settings.secret.${kind}`)} labelElement="div" description={kept}>
        <Group gap="sm" mt={4} mih={30}>
          {isMissing ? (
            <StatusBadge tone="bad">{t('settings.secret.missing')}</StatusBadge>
          ) : (
            <StatusBadge tone="good">{t('settings.secret.there')}</StatusBadge>
          )}
          {!open && may('connection.secrets') && (
            <Button variant="default" onClick={() => setOpen(true)}>
              {t(`settings.secret.${isMissing ? 'give' : 'replace'}.${kind}`)}
            </Button>
          )}
        </Group>
      </Input.Wrapper>
      {isMissing && host === 'server' && (
        <Alert color="orange" variant="light" icon={<IconAlertTriangle aria-hidden />} py="xs">
          {t('settings.secret.missing.text', { variable })}
        </Alert>
      )}
      {open && <Replace kind={kind} besides={besides} onClose={() => setOpen(false)} />}
    </Stack>
  )
}

function Replace(props: { kind: SecretKind; besides: readonly string[]; onClose(): void }) {
  const { kind, besides, onClose } = props
  const bridge = useClient()
  const { t, say } = useI18n()
  const form = useForm()
  const [text, setText] = useState('')
  const [left, setLeft] = useState(false)
  const [busy, setBusy] = useState(false)
  const [refused, setRefused] = useState<CallError | null>(null)
  const wrong = kind === 'planfixToken' ? checkToken(text) : checkSecretKey(text, form.saved.chatra.publicKey)
  const isUnsaved = besides.some((path) => valueAt(form.typed, path) !== valueAt(form.saved, path))

  const replace = async () => {
    setLeft(true)
    if (wrong !== null || isUnsaved) return
    setBusy(true)
    const none = { chatraSecretKey: null, planfixToken: null }
    const answer = await bridge.call('connection.secrets', { id: form.id, ...none, [kind]: text.trim() })
    setBusy(false)
    if (!answer.ok) return setRefused(answer.error)
    notifications.show({ message: t(`settings.secret.replaced.${kind}`) })
    onClose()
  }
  const problem = refused ? say(refused.message) : left && wrong !== null ? t(wrong) : null
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void replace()
      }}
    >
      <Stack gap="xs">
        <PasswordInput
          label={t(`settings.secret.new.${kind}`)}
          description={t(`settings.secret.where.${kind}`)}
          value={text}
          error={problem}
          autoFocus
          autoComplete="off"
          spellCheck={false}
          visibilityToggleButtonProps={{ 'aria-label': t('settings.secret.look') }}
          onBlur={() => setLeft(text !== '')}
          onChange={(event) => {
            setText(event.currentTarget.value)
            setRefused(null)
          }}
        />
        {refused?.detail && (
          <Text size="xs" c="dimmed">
            {refused.detail}
          </Text>
        )}
        {isUnsaved && <StatusBadge tone="attention">{t(`settings.secret.save-first.${kind}`)}</StatusBadge>}
        <Group gap="xs">
          <Button type="submit" loading={busy} disabled={isUnsaved}>
            {t('settings.secret.try')}
          </Button>
          <Button variant="default" onClick={onClose} disabled={busy}>
            {t('action.cancel')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
