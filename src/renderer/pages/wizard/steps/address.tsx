import { Button, Group, Skeleton, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import type { TunnelView } from '../../../../shared/api/tunnel.ts'
import { useAppState, useClient } from '../../../client/hooks.tsx'
import { ErrorAlert } from '../../../components/feedback/error-alert.tsx'
import { IconRefresh } from '../../../components/icons.ts'
import { useStep, type Verdict } from '../../../components/use-step.ts'
import { ProviderCards } from '../../../features/public-address/provider-cards.tsx'
import { ProviderForm } from '../../../features/public-address/provider-form.tsx'
import {
  usePublicAddress,
  useSavedPublicAddress,
} from '../../../features/public-address/use-public-address.ts'
import { useI18n } from '../../../i18n.tsx'
import { Note } from '../parts/note.tsx'
import { Webhooks, WebhookTicks } from '../parts/webhooks.tsx'
import { StepForm } from '../step-form.tsx'

/**
 * How Chatra reaches this computer: one of the providers, proven, or none for now; then, on the same page, the address to
 * paste into Chatra and a tick for each of its events.
 */
export function AddressStep() {
  const answer = useSavedPublicAddress()
  return answer.value ? <Step saved={answer.value} /> : <Waiting error={answer.error} retry={answer.reload} />
}

function Step({ saved }: { saved: TunnelView }) {
  const { t } = useI18n()
  const bridge = useClient()
  const { publicAddress, settingsFile } = useAppState()
  // Typed values that are not proven yet stay until the window is closed.
  const way = usePublicAddress(saved, { memory: 'wizard.address', first: 'ngrok' })
  const { provider } = way.typed.settings
  const isProven = !way.changed && publicAddress.state === 'proven' && publicAddress.provider === provider
  const [part, setPart] = useState<'choose' | 'webhooks'>(isProven ? 'webhooks' : 'choose')
  /**
   * Some routers do not route requests from inside to their own public name: the owner may know better than
   * the proof.
   */
  const [tried, setTried] = useState(false)
  const mayInsist = tried && !way.changed && !isProven

  const prove = async (): Promise<Verdict> => {
    if (way.changed) {
      const refused = await way.save()
      if (refused) return refused
    }
    const answer = await bridge.call('tunnel.prove', {})
    if (!answer.ok) return answer.error
    const { state, problem, problemParams } = answer.value
    setTried(true)
    if (state === 'proven') {
      setPart('webhooks')
      return 'stay'
    }
    const message =
      problem === null
        ? { key: 'wizard.address.unproven', params: {} }
        : { key: problem, params: problemParams }
    return { code: 'service', message, field: provider === 'own' ? 'own.address' : null, detail: null }
  }
  const goOn = async (): Promise<Verdict> => {
    if (part === 'webhooks' || provider === 'none') return 'next'
    if (!isProven && !mayInsist) return prove()
    setPart('webhooks')
    return 'stay'
  }
  const control = useStep(part === 'choose' ? way.problems : {}, goOn)
  const onward =
    part === 'webhooks' || isProven
      ? 'action.next'
      : provider === 'none'
        ? 'wizard.address.without'
        : mayInsist
          ? 'wizard.address.insist'
          : 'wizard.address.connect'
  return (
    <StepForm
      control={control}
      title={t('wizard.address.title')}
      intro={t('wizard.address.intro')}
      onward={t(onward)}
      {...(part === 'webhooks' && { watch: <WebhookTicks /> })}
      blocked={control.busy && part === 'choose' ? t('wizard.address.connecting') : null}
    >
      {part === 'webhooks' ? (
        <>
          <Connected isProven={isProven} change={() => setPart('choose')} />
          <Webhooks />
        </>
      ) : (
        <>
          <ProviderCards
            label={t('wizard.address.how')}
            quiet
            folded
            value={provider}
            disabled={!settingsFile.writable || control.busy}
            none={{ title: t('wizard.address.none'), text: t('wizard.address.none-advice') }}
            onChange={(chosen) => {
              setTried(false)
              control.show(null)
              way.choose(chosen)
            }}
          />
          {provider === 'none' ? (
            <Note tone="info">{t('wizard.address.none-text')}</Note>
          ) : (
            <ProviderForm
              brief
              way={way}
              disabled={!settingsFile.writable}
              field={control.field}
              edited={control.edited}
            />
          )}
          {provider !== 'none' && mayInsist && (
            <Insist isOwn={provider === 'own'} prove={prove} show={control.show} />
          )}
        </>
      )}
    </StepForm>
  )
}

/** The address, proven or not, and the way back to the choice. */
function Connected({ isProven, change }: { isProven: boolean; change(): void }) {
  const { t } = useI18n()
  const address = useAppState().publicAddress.address ?? ''
  return (
    <Note tone={isProven ? 'good' : 'attention'}>
      <Group gap="xs">
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {t(isProven ? 'wizard.address.proven' : 'wizard.address.not-proven', { address })}
        </Text>
        <Button variant="default" size="compact-xs" onClick={change}>
          {t('wizard.address.change')}
        </Button>
      </Group>
    </Note>
  )
}

/** The proof failed: why the owner may go on all the same, and the proof once more. */
function Insist(props: {
  isOwn: boolean
  prove(): Promise<Verdict>
  show: ReturnType<typeof useStep>['show']
}) {
  const { isOwn, prove, show } = props
  const { t } = useI18n()
  const { needsOwner } = useAppState().publicAddress
  const [proving, setProving] = useState(false)
  const again = async () => {
    setProving(true)
    const verdict = await prove()
    setProving(false)
    show(typeof verdict === 'object' ? verdict : null)
  }
  const advice = isOwn
    ? 'wizard.address.insist-text'
    : needsOwner
      ? 'tunnel.page.wizard.owner'
      : 'tunnel.page.wizard.insist'
  return (
    <Note tone="attention">
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{t(advice)}</Text>
        <Button
          variant="default"
          loading={proving}
          onClick={() => void again()}
          leftSection={<IconRefresh size={14} aria-hidden />}
        >
          {t('wizard.address.again')}
        </Button>
      </Stack>
    </Note>
  )
}

/** The step while its data is loading. */
function Waiting(props: { error: Parameters<typeof ErrorAlert>[0]['error'] | null; retry(): void }) {
  const { t } = useI18n()
  const control = useStep({}, async () => 'stay')
  return (
    <StepForm control={control} title={t('wizard.address.title')} intro={t('wizard.address.intro')}>
      {props.error ? (
        <ErrorAlert error={props.error} retry={props.retry} />
      ) : (
        <Skeleton height={340} aria-hidden />
      )}
    </StepForm>
  )
}
