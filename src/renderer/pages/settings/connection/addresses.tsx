import { Alert, Anchor, Button, Group, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { Link } from 'wouter'
import type { CallError, Value } from '../../../../shared/api.ts'
import { useAppState, useClient } from '../../../client/hooks.tsx'
import { ConfirmButton } from '../../../components/feedback/confirm-button.tsx'
import { ErrorAlert } from '../../../components/feedback/error-alert.tsx'
import { StatusBadge } from '../../../components/feedback/status-badge.tsx'
import { CopyField } from '../../../components/form/copy-field.tsx'
import { IconAlertTriangle, IconEye } from '../../../components/icons.ts'
import { useI18n } from '../../../i18n.tsx'
import { useForm } from '../form.tsx'
import { Section } from '../section.tsx'
import { sectionPath } from '../sections.tsx'

/** The addresses for webhooks of Chatra and Planfix: they are secret, so they are shown on request. */
export function Addresses() {
  const bridge = useClient()
  const { t } = useI18n()
  const { id, disabled } = useForm()
  const { connections } = useAppState()
  const [shown, setShown] = useState<Value<'connection.addresses'> | null>(null)
  const [error, setError] = useState<CallError | null>(null)
  const [busy, setBusy] = useState(false)
  const lacksSecret = connections.find((one) => one.id === id)?.missing.includes('webhook-secret') ?? false

  const ask = async (name: 'connection.addresses' | 'connection.newWebhookSecret') => {
    setBusy(true)
    const answer = await bridge.call(name, { id })
    setBusy(false)
    setError(answer.ok ? null : answer.error)
    if (answer.ok) setShown(answer.value)
  }
  return (
    <Section
      title={t('settings.hooks')}
      intro={t('settings.hooks.text')}
      anchor="addresses"
      help="second-shop"
    >
      {lacksSecret && <StatusBadge tone="bad">{t('settings.hooks.missing')}</StatusBadge>}
      {error && <ErrorAlert error={error} />}
      {shown && <Shown addresses={shown} />}
      <Group gap="xs">
        {!lacksSecret &&
          (shown === null ? (
            <Button
              variant="default"
              loading={busy}
              leftSection={<IconEye size={14} aria-hidden />}
              onClick={() => void ask('connection.addresses')}
            >
              {t('settings.hooks.show')}
            </Button>
          ) : (
            <Button variant="default" onClick={() => setShown(null)}>
              {t('settings.hooks.hide')}
            </Button>
          ))}
        <ConfirmButton
          disabled={disabled}
          title={t('settings.hooks.new.title')}
          consequence={t('settings.hooks.new.text')}
          confirm={t('settings.hooks.new')}
          onConfirm={() => ask('connection.newWebhookSecret')}
        >
          {t('settings.hooks.new')}
        </ConfirmButton>
      </Group>
    </Section>
  )
}

function Shown({ addresses }: { addresses: Value<'connection.addresses'> }) {
  const { t } = useI18n()
  return (
    <Stack gap="sm">
      {!addresses.public && (
        <Alert color="orange" variant="light" icon={<IconAlertTriangle aria-hidden />} py="xs">
          <Text size="sm">
            {t('settings.hooks.local')}{' '}
            <Anchor component={Link} href={sectionPath('address')} size="sm" c="inherit" underline="always">
              {t('settings.hooks.local.change')}
            </Anchor>
          </Text>
        </Alert>
      )}
      <CopyField
        label={t('settings.hooks.chatra')}
        description={t('settings.hooks.chatra.text')}
        value={addresses.chatra}
      />
      <CopyField
        label={t('settings.hooks.planfix')}
        description={t('settings.hooks.planfix.text')}
        value={addresses.planfix}
      />
    </Stack>
  )
}
