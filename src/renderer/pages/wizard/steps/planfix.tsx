import { Anchor, List, Text, TextInput } from '@mantine/core'
import { checkToken, planfixAddress } from '../../../../shared/fields.ts'
import { useCall, useClient } from '../../../client/hooks.tsx'
import { useStep, type Verdict } from '../../../components/use-step.ts'
import { useI18n } from '../../../i18n.tsx'
import { useWizard } from '../context.ts'
import { blockingScopes } from '../flow.ts'
import { TokenFigure } from '../parts/illustrations.tsx'
import { RightsFound, RightsToTick } from '../parts/rights.tsx'
import { SecretInput } from '../parts/secret-input.tsx'
import { StepForm } from '../step-form.tsx'

export function PlanfixStep() {
  const { t } = useI18n()
  const bridge = useClient()
  const { draft, settings, edit, settle, adopt, typed, type } = useWizard()
  const { baseUrl } = settings.planfix
  const reading = planfixAddress(baseUrl)
  const needsToken = !draft.has.planfixToken || typed.token !== ''
  const sameAccount = samePlanfix(draft.settings.planfix.baseUrl, baseUrl)
  const isChecked = draft.checked.planfix === 'accepted' && typed.token === '' && sameAccount
  const rights = useCall('setup.scopes', { id: draft.id }, { skip: !isChecked })
  const scopes = isChecked ? rights.value?.scopes : undefined
  const blocking = blockingScopes(scopes ?? [])

  const check = async (): Promise<Verdict> => {
    const unkept = await settle()
    if (unkept) return unkept
    if (isChecked) return 'next'
    const answer = await bridge.call('setup.checkPlanfix', {
      id: draft.id,
      address: baseUrl,
      token: typed.token === '' ? null : typed.token.trim(),
    })
    if (!answer.ok) return answer.error
    adopt(answer.value.draft)
    type({ token: '' })
    rights.reload()
    return 'stay'
  }
  const control = useStep(
    {
      'planfix.baseUrl': reading.ok ? null : reading.problem,
      'planfix.token': needsToken ? checkToken(typed.token) : null,
    },
    check,
  )
  const blocked =
    isChecked && rights.loading
      ? t('wizard.planfix.reading-rights')
      : blocking.length > 0
        ? t('wizard.planfix.blocked')
        : null
  return (
    <StepForm
      control={control}
      title={t('wizard.planfix.title')}
      intro={t('wizard.planfix.intro')}
      onward={isChecked ? t('action.next') : t('wizard.check')}
      blocked={blocked}
    >
      <div>
        <TextInput
          {...control.field('planfix.baseUrl')}
          label={t('wizard.planfix.address')}
          description={t('wizard.planfix.address-advice')}
          placeholder="https://shop.planfix.com/task/123"
          value={baseUrl}
          maxLength={500}
          inputMode="url"
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => {
            const address = event.currentTarget.value
            // The address for people follows from this one.
            edit((before) => ({ ...before, planfix: { ...before.planfix, baseUrl: address, webUrl: '' } }))
            control.edited('planfix.baseUrl')
          }}
        />
        <Text size="sm" c="dimmed" mih="1.6em" aria-live="polite">
          {reading.ok && (
            <>
              {t('wizard.planfix.understood', { account: reading.account })}{' '}
              <Anchor href={reading.webUrl} target="_blank" rel="noreferrer" inherit underline="always">
                {reading.webUrl}
              </Anchor>
            </>
          )}
        </Text>
      </div>
      {!isChecked && (
        <>
          <List type="ordered" spacing={6} size="sm">
            <List.Item>{t('wizard.planfix.where-1')}</List.Item>
            <List.Item>{t('wizard.planfix.where-2')}</List.Item>
            <List.Item>
              {t('wizard.planfix.where-3')} <RightsToTick />
            </List.Item>
          </List>
          <TokenFigure />
        </>
      )}
      <SecretInput
        control={control}
        name="planfix.token"
        label={t('wizard.planfix.token')}
        description={t('wizard.secret.safe')}
        kept={draft.has.planfixToken}
        value={typed.token}
        onChange={(token) => type({ token })}
      />
      {isChecked && <RightsFound rights={rights} />}
    </StepForm>
  )
}

/** Two spellings of the same address. */
function samePlanfix(a: string, b: string): boolean {
  const [one, other] = [planfixAddress(a), planfixAddress(b)]
  return one.ok && other.ok && one.baseUrl === other.baseUrl
}
