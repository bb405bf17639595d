import { Button, Group, TextInput } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { useI18n } from '../../i18n.tsx'
import { IconCheck, IconCopy } from '../icons.ts'

/** A value to paste elsewhere, with a button that copies it. */
export function CopyField({
  label,
  value,
  description,
}: {
  label: string
  value: string
  description?: string
}) {
  const { t } = useI18n()
  const clipboard = useClipboard({ timeout: 2000 })
  return (
    <Group align="flex-end" gap="xs" wrap="nowrap">
      <TextInput
        flex={1}
        readOnly
        label={label}
        description={description}
        value={value}
        onFocus={(event) => event.currentTarget.select()}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
      />
      <Button
        variant="default"
        size="sm"
        miw="7.5rem"
        leftSection={
          clipboard.copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />
        }
        onClick={() => clipboard.copy(value)}
        aria-label={`${t('action.copy')}: ${label}`}
      >
        <span aria-live="polite">{clipboard.copied ? t('action.copied') : t('action.copy')}</span>
      </Button>
    </Group>
  )
}
