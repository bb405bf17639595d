import { Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { checkPublicKey, checkSecretKey } from '../../../../shared/fields.ts'
import { useClient } from '../../../client/hooks.tsx'
import { useStep, type Verdict } from '../../../components/use-step.ts'
import { useI18n } from '../../../i18n.tsx'
import { useWizard } from '../context.ts'
import { KeysFigure } from '../parts/illustrations.tsx'
import { Note } from '../parts/note.tsx'
import { SecretInput } from '../parts/secret-input.tsx'
import { Directions } from '../parts/step-instructions.tsx'
import { StepForm } from '../step-form.tsx'

/** The page with Chatra's keys (contracts/chatra.md §1). */
const KEYS_PAGE = 'https://app.chatra.io/settings/preferences#apiKeys'

export function ChatraStep() {
  const { t } = useI18n()
  const bridge = useClient()
  const { draft, settings, edit, settle, adopt, typed, type } = useWizard()
  const { publicKey } = settings.chatra
  const { checked, has } = draft
  const needsSecret = !has.chatraSecretKey || typed.secretKey !== ''
  /** No answer confirmed or refused the keys: shown once, then Continue works. */
  const [unsure, setUnsure] = useState(checked.chatra === 'unverified')
  const isChecked = checked.chatra !== 'no' && typed.secretKey === '' && has.chatraSecretKey

  const check = async (): Promise<Verdict> => {
    const unkept = await settle()
    if (unkept) return unkept
    if (isChecked && draft.settings.chatra.publicKey === publicKey) return 'next'
    const answer = await bridge.call('setup.checkChatra', {
      id: draft.id,
      publicKey: publicKey.trim(),
      secretKey: typed.secretKey === '' ? null : typed.secretKey.trim(),
    })
    if (!answer.ok) return answer.error
    adopt(answer.value.draft)
    type({ secretKey: '' })
    setUnsure(!answer.value.certain)
    return answer.value.certain ? 'next' : 'stay'
  }
  const control = useStep(
    {
      'chatra.publicKey': checkPublicKey(publicKey),
      'chatra.secretKey': needsSecret ? checkSecretKey(typed.secretKey, publicKey) : null,
    },
    check,
  )
  return (
    <StepForm control={control} title={t('wizard.chatra.title')} intro={t('wizard.chatra.intro')}>
      <Directions
        href={KEYS_PAGE}
        open={t('wizard.chatra.open-keys')}
        steps={[t('wizard.chatra.where-1'), t('wizard.chatra.where-2'), t('wizard.chatra.where-3')]}
      />
      <KeysFigure />
      <TextInput
        {...control.field('chatra.publicKey')}
        label={t('wizard.chatra.public-key')}
        value={publicKey}
        maxLength={500}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => {
          const key = event.currentTarget.value
          edit((before) => ({ ...before, chatra: { ...before.chatra, publicKey: key } }))
          control.edited('chatra.publicKey')
        }}
      />
      <SecretInput
        control={control}
        name="chatra.secretKey"
        label={t('wizard.chatra.secret-key')}
        description={t('wizard.secret.safe')}
        kept={has.chatraSecretKey}
        value={typed.secretKey}
        onChange={(secretKey) => type({ secretKey })}
      />
      {unsure && isChecked && <Note tone="attention">{t('wizard.chatra.unverified')}</Note>}
      <Text size="sm" c="dimmed">
        {t('wizard.chatra.licence')}
      </Text>
    </StepForm>
  )
}
