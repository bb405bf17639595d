import { Button, Skeleton, Text } from '@mantine/core'
import { useState } from 'react'
import type { TunnelView } from '../../../../shared/api/tunnel.ts'
import { useAppState, useClient } from '../../../client/hooks.tsx'
import { ErrorAlert } from '../../../components/error-alert.tsx'
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
import { StepForm } from '../step-form.tsx'

/**
 * How Chatra reaches this computer: one of the providers, proven before the wizard continues, or none for
 * now.
 */
export function AddressStep() {
  const answer = useSavedPublicAddress()
  return answer.value ? <Step saved={answer.value} /> : <Waiting error={answer.error} retry={answer.reload} />
}

function Step({ saved }: { saved: TunnelView }) {
  const { t } = useI18n()
  const bridge = useClient()
  const { publicAddress, settingsFile, host } = useAppState()
  // Typed values that are not proven yet stay until the window is closed.
  const way = usePublicAddress(saved, {
    memory: 'wizard.address',
    // Few desktops have a static address; most servers do.
    first: host === 'desktop' ? 'ngrok' : 'own',
  })
  const { provider } = way.typed.settings
  const isProven = !way.changed && publicAddress.state === 'proven' && publicAddress.provider === provider
  /**
   * Some routers do not route requests from inside to their own public name: the owner may know better than
   * the proof.
   */
  const [tried, setTried] = useState(false)

  const prove = async (): Promise<Verdict> => {
    if (way.changed) {
      const refused = await way.save()
      if (refused) return refused
    }
    const answer = await bridge.call('tunnel.prove', {})
    if (!answer.ok) return answer.error
    const { state, problem, problemParams } = answer.value
    setTried(true)
    if (state === 'proven') return 'next'
    const message =
      problem === null
        ? { key: 'wizard.address.unproven', params: {} }
        : { key: problem, params: problemParams }
    return { code: 'service', message, field: provider === 'own' ? 'own.address' : null, detail: null }
  }
  const mayInsist = tried && !way.changed && !isProven
  const control = useStep(way.problems, async () =>
    provider === 'none' || isProven || mayInsist ? 'next' : prove(),
  )
  const [proving, setProving] = useState(false)
  const again = async () => {
    setProving(true)
    const verdict = await prove()
    setProving(false)
    control.show(typeof verdict === 'object' ? verdict : null)
  }
  return (
    <StepForm
      control={control}
      title={t('wizard.address.title')}
      intro={t('wizard.address.intro')}
      onward={t(
        provider === 'none'
          ? 'wizard.address.without'
          : isProven
            ? 'action.next'
            : mayInsist
              ? 'wizard.address.insist'
              : 'wizard.check',
      )}
    >
      <ProviderCards
        label={t('wizard.address.how')}
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
          way={way}
          disabled={!settingsFile.writable}
          field={control.field}
          edited={control.edited}
        />
      )}
      {provider !== 'none' && isProven && (
        <Note tone="good">{t('wizard.address.proven', { address: publicAddress.address ?? '' })}</Note>
      )}
      {provider !== 'none' && mayInsist && (
        <Note tone="attention">
          <Text size="sm" mb="xs">
            {provider === 'own'
              ? t('wizard.address.insist-text')
              : t(publicAddress.needsOwner ? 'tunnel.page.wizard.owner' : 'tunnel.page.wizard.insist')}
          </Text>
          <Button
            variant="default"
            flex="none"
            loading={proving}
            onClick={() => void again()}
            leftSection={<IconRefresh size={14} aria-hidden />}
          >
            {t('wizard.address.again')}
          </Button>
        </Note>
      )}
    </StepForm>
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
