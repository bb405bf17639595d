import { Button, Group, Input, PasswordInput, Textarea } from '@mantine/core'
import { useState } from 'react'
import { StatusBadge } from '../../components/feedback/status-badge.tsx'
import { useI18n } from '../../i18n.tsx'
import type { SecretName } from './typed-values.ts'
import type { FieldProps, PublicAddressForm } from './use-public-address.ts'

/**
 * A secret of the public address: whether it is stored, and buttons to replace or, if it is optional, remove
 * it.
 */
export function SecretField(props: {
  way: PublicAddressForm
  name: SecretName
  field: FieldProps
  label: string
  description?: string
  /** It is optional. */
  optional?: boolean
  /** A text of many lines. */
  lines?: boolean
}) {
  const { way, name, field, label, description, optional = false, lines = false } = props
  const { t } = useI18n()
  const [open, setOpen] = useState(false)
  const typed = way.typed.secrets[name]
  const isKept = way.saved.has[name]
  const button = (key: 'replace' | 'forget' | 'keep', onClick: () => void) => (
    <Button
      variant="default"
      size="xs"
      onClick={onClick}
      disabled={field.disabled ?? false}
      aria-label={`${t(`tunnel.page.secret.${key}`)}: ${label}`}
    >
      {t(`tunnel.page.secret.${key}`)}
    </Button>
  )
  const keep = () => {
    setOpen(false)
    way.setSecret(name, undefined)
  }
  if (isKept && !open && !typed) {
    return (
      <Input.Wrapper label={label} labelElement="div" error={field.error}>
        <Group gap="sm" mih={36}>
          {typed === '' ? (
            <>
              <StatusBadge tone="attention">{t('tunnel.page.secret.forgotten')}</StatusBadge>
              {button('keep', keep)}
            </>
          ) : (
            <>
              <StatusBadge tone="good">{t('tunnel.page.secret.kept')}</StatusBadge>
              {button('replace', () => setOpen(true))}
              {optional && button('forget', () => way.setSecret(name, ''))}
            </>
          )}
        </Group>
      </Input.Wrapper>
    )
  }
  const input = {
    ...field,
    label,
    description,
    value: typed ?? '',
    autoFocus: open,
    autoComplete: 'off',
    spellCheck: false,
    onChange: (event: { currentTarget: { value: string } }) =>
      way.setSecret(name, event.currentTarget.value || undefined),
  }
  return (
    <div>
      {lines ? (
        <Textarea
          {...input}
          minRows={4}
          maxRows={8}
          autosize
          maxLength={20_000}
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        />
      ) : (
        <PasswordInput
          {...input}
          maxLength={500}
          visibilityToggleFocusable
          visibilityToggleButtonProps={{ 'aria-label': t('settings.secret.look') }}
        />
      )}
      {isKept && <Group mt={6}>{button('keep', keep)}</Group>}
    </div>
  )
}
