import { Button, Group, Input, PasswordInput } from '@mantine/core'
import { useState } from 'react'
import { StatusBadge } from '../../../components/feedback/status-badge.tsx'
import type { StepControl } from '../../../components/use-step.ts'
import { useI18n } from '../../../i18n.tsx'

/**
 * A key or token. An accepted one is stored by the application and never shown again: it can only be
 * replaced. An empty text stands for the stored one.
 */
export function SecretInput(props: {
  control: StepControl
  name: string
  label: string
  description?: string
  kept: boolean
  value: string
  onChange(value: string): void
  /** The whole secret was pasted; called before `onChange`. */
  onPaste?: () => void
}) {
  const { t } = useI18n()
  const [replacing, setReplacing] = useState(false)
  if (props.kept && !replacing && props.value === '') {
    return (
      <Input.Wrapper label={props.label} labelElement="div">
        <Group gap="sm" mih={36}>
          <StatusBadge tone="good">{t('wizard.secret.kept')}</StatusBadge>
          <Button
            variant="default"
            onClick={() => setReplacing(true)}
            aria-label={`${t('wizard.secret.replace')}: ${props.label}`}
          >
            {t('wizard.secret.replace')}
          </Button>
        </Group>
      </Input.Wrapper>
    )
  }
  return (
    <PasswordInput
      {...props.control.field(props.name)}
      label={props.label}
      description={props.description}
      value={props.value}
      maxLength={500}
      autoFocus={replacing}
      autoComplete="off"
      spellCheck={false}
      visibilityToggleFocusable
      visibilityToggleButtonProps={{ 'aria-label': t('wizard.secret.show') }}
      {...(props.onPaste && { onPaste: props.onPaste })}
      onChange={(event) => {
        props.onChange(event.currentTarget.value)
        props.control.edited(props.name)
      }}
    />
  )
}
