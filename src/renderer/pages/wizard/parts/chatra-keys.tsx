import { Button, Code, Group, Stack, Text, Textarea, TextInput } from '@mantine/core'
import type { ReadKeys } from '../../../../shared/setup/chatra-keys.ts'
import { IconArrowsLeftRight } from '../../../components/icons.ts'
import type { StepControl } from '../../../components/use-step.ts'
import { useI18n } from '../../../i18n.tsx'
import { useWizard } from '../context.ts'
import { SecretInput } from './secret-input.tsx'

/** Name of the box's field. */
export const PASTED = 'chatra.keys'

/** One box for both keys, and which of them is which. */
export function PasteBox(props: {
  control: StepControl
  read: ReadKeys
  correct(keys: { publicKey: string; secretKey: string }): void
}) {
  const { control, read, correct } = props
  const { t } = useI18n()
  const { typed, type } = useWizard()
  return (
    <Stack gap="xs">
      <Textarea
        {...control.field(PASTED)}
        label={t('wizard.chatra.keys')}
        description={t('wizard.secret.safe')}
        value={typed.keys}
        minRows={2}
        maxRows={6}
        autosize
        maxLength={2000}
        autoComplete="off"
        spellCheck={false}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        // Enter begins a line.
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey))
            event.currentTarget.form?.requestSubmit()
        }}
        onChange={(event) => {
          type({ keys: event.currentTarget.value })
          control.edited(PASTED)
        }}
      />
      <div aria-live="polite">
        {read.ok && (
          <Group gap="xs">
            <Text size="sm">
              {t('wizard.chatra.public-key')}: <Code>{read.publicKey}</Code>
            </Text>
            <Text size="sm">
              {t('wizard.chatra.secret-key')}: <Code>{shortened(read.secretKey)}</Code>
            </Text>
            <Button
              variant="subtle"
              size="compact-xs"
              leftSection={<IconArrowsLeftRight size={14} aria-hidden />}
              onClick={() => correct({ publicKey: read.secretKey, secretKey: read.publicKey })}
            >
              {t('wizard.chatra.swap')}
            </Button>
          </Group>
        )}
      </div>
      {!read.ok && typed.keys !== '' && (
        <Group>
          <Button
            variant="subtle"
            size="compact-xs"
            onClick={() => correct({ publicKey: '', secretKey: '' })}
          >
            {t('wizard.chatra.two-fields')}
          </Button>
        </Group>
      )}
    </Stack>
  )
}

/** Recognisable beside the other key, and not readable over a shoulder. */
const shortened = (key: string): string => `${key.slice(0, 4)}…`

/** The way to correct what the box did not recognise. */
export function TwoFields(props: { control: StepControl; publicKey: string; paste(): void }) {
  const { control, publicKey, paste } = props
  const { t } = useI18n()
  const { draft, typed, type } = useWizard()
  return (
    <>
      <TextInput
        {...control.field('chatra.publicKey')}
        label={t('wizard.chatra.public-key')}
        value={publicKey}
        maxLength={500}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => {
          type({ publicKey: event.currentTarget.value })
          control.edited('chatra.publicKey')
        }}
      />
      <SecretInput
        control={control}
        name="chatra.secretKey"
        label={t('wizard.chatra.secret-key')}
        description={t('wizard.secret.safe')}
        kept={draft.has.chatraSecretKey}
        value={typed.secretKey}
        onChange={(secretKey) => type({ secretKey })}
      />
      <Group>
        <Button
          variant="subtle"
          size="compact-xs"
          onClick={() => {
            type({ publicKey: '', secretKey: '' })
            paste()
          }}
        >
          {t('wizard.chatra.paste-both')}
        </Button>
      </Group>
    </>
  )
}
