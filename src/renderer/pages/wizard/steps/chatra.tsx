import { Alert, Button, Code, Group, Input } from '@mantine/core'
import { useState } from 'react'
import { checkPublicKey, checkSecretKey } from '../../../../shared/fields.ts'
import { readChatraKeys } from '../../../../shared/setup/chatra-keys.ts'
import { useClient } from '../../../client/hooks.tsx'
import { StatusBadge } from '../../../components/feedback/status-badge.tsx'
import { IconInfoCircle } from '../../../components/icons.ts'
import { useStep, type Verdict } from '../../../components/use-step.ts'
import { useI18n } from '../../../i18n.tsx'
import { useWizard } from '../context.ts'
import { PASTED, PasteBox, TwoFields } from '../parts/chatra-keys.tsx'
import { Note } from '../parts/note.tsx'
import { Directions } from '../parts/step-instructions.tsx'
import { ChatraKeysPicture } from '../pictures/chatra-pictures.tsx'
import { StepForm } from '../step-form.tsx'

/** The page with Chatra's keys (contracts/chatra.md §1). */
const KEYS_PAGE = 'https://app.chatra.io/settings/preferences#apiKeys'

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
