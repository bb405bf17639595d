import { Alert, Button, Code, Group, Input, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import { readChatraKeys } from '../../../../shared/chatra-keys.ts'
import { checkPublicKey, checkSecretKey } from '../../../../shared/fields.ts'
import { useClient } from '../../../client/hooks.tsx'
import { IconArrowsLeftRight, IconInfoCircle } from '../../../components/icons.ts'
import { StatusBadge } from '../../../components/status-badge.tsx'
import { type StepControl, useStep, type Verdict } from '../../../components/use-step.ts'
import { useI18n } from '../../../i18n.tsx'
import { useWizard } from '../context.ts'
import { ChatraKeysPicture } from '../parts/chatra-pictures.tsx'
import { Note } from '../parts/note.tsx'
import { SecretInput } from '../parts/secret-input.tsx'
import { Directions } from '../parts/step-instructions.tsx'
import { StepForm } from '../step-form.tsx'

/** The page with Chatra's keys (contracts/chatra.md §1). */
const KEYS_PAGE = 'https://app.chatra.io/settings/preferences#apiKeys'
const PASTED = 'chatra.keys'

export function ChatraStep() {
  const { t } = useI18n()
  const bridge = useClient()
  const { draft, settle, adopt, typed, type } = useWizard()
  const { checked, has, settings } = draft
  const isAccepted = checked.chatra !== 'no' && has.chatraSecretKey
  const [mode, setMode] = useState<'accepted' | 'paste' | 'fields'>(() =>
    typed.publicKey !== '' || typed.secretKey !== ''
      ? 'fields'
      : isAccepted && typed.keys === ''
        ? 'accepted'
        : has.chatraSecretKey || settings.chatra.publicKey === ''
          ? 'paste'
          : 'fields',
  )
  /** No answer confirmed or refused the keys: shown once, then Continue works. */
  const [unsure, setUnsure] = useState(checked.chatra === 'unverified')
  const publicKey = typed.publicKey || settings.chatra.publicKey
  const pasted = readChatraKeys(typed.keys)

  const check = async (): Promise<Verdict> => {
    const unkept = await settle()
    if (unkept) return unkept
    if (mode === 'accepted') return 'next'
    const keys =
      mode === 'paste' && pasted.ok
        ? { publicKey: pasted.publicKey, secretKey: pasted.secretKey, eitherWay: !pasted.isCertain }
        : { publicKey: publicKey.trim(), secretKey: typed.secretKey.trim() || null }
    const answer = await bridge.call('setup.checkChatra', { id: draft.id, ...keys })
    if (!answer.ok) return mode === 'paste' ? { ...answer.error, field: PASTED } : answer.error
    adopt(answer.value.draft)
    type({ keys: '', publicKey: '', secretKey: '' })
    setMode('accepted')
    setUnsure(!answer.value.certain)
    return answer.value.certain ? 'next' : 'stay'
  }
  const control = useStep(
    mode === 'paste'
      ? { [PASTED]: pasted.ok ? null : pasted.problem }
      : mode === 'fields'
        ? {
            'chatra.publicKey': checkPublicKey(publicKey),
            'chatra.secretKey':
              has.chatraSecretKey && typed.secretKey === ''
                ? null
                : checkSecretKey(typed.secretKey, publicKey),
          }
        : {},
    check,
  )
  /** The owner corrects which is which, or types. */
  const correct = (keys: { publicKey: string; secretKey: string }) => {
    type({ keys: '', ...keys })
    setMode('fields')
  }
  return (
    <StepForm control={control} title={t('wizard.chatra.title')}>
      <Alert variant="light" color="gray" icon={<IconInfoCircle aria-hidden />} py="xs" role="note">
        {t('wizard.chatra.licence')}
      </Alert>
      {mode === 'accepted' ? (
        <Input.Wrapper label={t('wizard.chatra.keys')} labelElement="div">
          <Group gap="sm" mih={36}>
            <StatusBadge tone="good">{t('wizard.chatra.accepted')}</StatusBadge>
            <Code>{settings.chatra.publicKey}</Code>
            <Button variant="default" onClick={() => setMode('paste')}>
              {t('wizard.secret.replace')}
            </Button>
          </Group>
        </Input.Wrapper>
      ) : (
        <>
          <Directions
            href={KEYS_PAGE}
            open={t('wizard.chatra.open-keys')}
            steps={[t('wizard.chatra.where-1'), t('wizard.chatra.where-2')]}
          />
          <ChatraKeysPicture />
          {mode === 'paste' ? (
            <PasteBox control={control} read={pasted} correct={correct} />
          ) : (
            <TwoFields control={control} publicKey={publicKey} paste={() => setMode('paste')} />
          )}
        </>
      )}
      {unsure && mode === 'accepted' && <Note tone="attention">{t('wizard.chatra.unverified')}</Note>}
    </StepForm>
  )
}

/** One box for both keys, and which of them is which. */
function PasteBox(props: {
  control: StepControl
  read: ReturnType<typeof readChatraKeys>
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
function TwoFields(props: { control: StepControl; publicKey: string; paste(): void }) {
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
