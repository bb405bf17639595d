import { Anchor, List, Stack, Text, TextInput } from '@mantine/core'
import { useEffect, useRef } from 'react'
import { checkToken, planfixAddress } from '../../../../shared/fields.ts'
import { useClient } from '../../../client/hooks.tsx'
import { Fold } from '../../../components/fold.tsx'
import { useStep, type Verdict } from '../../../components/use-step.ts'
import { useI18n } from '../../../i18n.tsx'
import { useWizard } from '../context.ts'
import { blockingScopes } from '../flow.ts'
import { RightsFound, RightsToTick } from '../parts/rights.tsx'
import { SecretInput } from '../parts/secret-input.tsx'
import { PlanfixRobotPicture, PlanfixTokenPicture } from '../pictures/planfix-pictures.tsx'
import { StepForm } from '../step-form.tsx'

export function PlanfixStep() {
  const { t } = useI18n()
  const bridge = useClient()
  const { draft, settings, edit, settle, adopt, typed, type, rights } = useWizard()
  const { baseUrl } = settings.planfix
  const reading = planfixAddress(baseUrl)
  const needsToken = !draft.has.planfixToken || typed.token !== ''
  const sameAccount = samePlanfix(draft.settings.planfix.baseUrl, baseUrl)
  const isChecked =
    draft.checked.planfix === 'accepted' && draft.has.planfixToken && typed.token === '' && sameAccount
  const isBlocked = isChecked && blockingScopes(rights.found).length > 0

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
    rights.restart()
    return 'stay'
  }
  const control = useStep(
    {
      'planfix.baseUrl': reading.ok ? null : reading.problem,
      'planfix.token': needsToken ? checkToken(typed.token) : null,
    },
    check,
  )
  // An account that was accepted earlier: what its token may do now.
  const { state, restart } = rights
  useEffect(() => {
    if (isChecked && state === 'not-read') restart()
  }, [isChecked, state, restart])
  // A pasted token is whole: it is tested at once.
  const isPasted = useRef(false)
  const isReady = reading.ok && checkToken(typed.token) === null
  // biome-ignore lint/correctness/useExhaustiveDependencies: only another token is tested
  useEffect(() => {
    if (isPasted.current && isReady) void control.submit()
    isPasted.current = false
  }, [typed.token])

  return (
    <StepForm
      control={control}
      title={t('wizard.planfix.title')}
      onward={isChecked ? t('action.next') : t('wizard.check')}
      blocked={isBlocked ? t('wizard.planfix.blocked') : null}
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
            <Anchor href={reading.webUrl} target="_blank" rel="noreferrer" inherit underline="always">
              {reading.webUrl}
            </Anchor>
          )}
        </Text>
      </div>
      {!isChecked && <HowToMakeIt />}
      <SecretInput
        control={control}
        name="planfix.token"
        label={t('wizard.planfix.token')}
        description={t('wizard.secret.safe')}
        kept={draft.has.planfixToken}
        value={typed.token}
        onChange={(token) => type({ token })}
        onPaste={() => {
          isPasted.current = true
        }}
      />
      {isChecked && <RightsFound rights={rights} />}
    </StepForm>
  )
}

/** Where a token comes from: the short way for who knows it, and the long one folded. */
function HowToMakeIt() {
  const { t } = useI18n()
  return (
    <Stack gap="xs">
      <Text size="sm">{t('wizard.planfix.where')}</Text>
      <PlanfixTokenPicture />
      <Fold label={t('wizard.planfix.robot')}>
        <List type="ordered" spacing={6} size="sm" mb="xs">
          <List.Item>{t('wizard.planfix.robot-1')}</List.Item>
          <List.Item>{t('wizard.planfix.robot-2')}</List.Item>
          <List.Item>{t('wizard.planfix.robot-3')}</List.Item>
        </List>
        <PlanfixRobotPicture />
      </Fold>
      <Fold label={t('wizard.rights.show-list')}>
        <RightsToTick />
      </Fold>
    </Stack>
  )
}

/** Two spellings of the same address. */
function samePlanfix(a: string, b: string): boolean {
  const [one, other] = [planfixAddress(a), planfixAddress(b)]
  return one.ok && other.ok && one.baseUrl === other.baseUrl
}
