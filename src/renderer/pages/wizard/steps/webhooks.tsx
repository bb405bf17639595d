import { Skeleton, Stack, Text } from '@mantine/core'
import { useAppState, useCall } from '../../../client/hooks.tsx'
import { CopyField } from '../../../components/copy-field.tsx'
import { ErrorAlert } from '../../../components/error-alert.tsx'
import { useStep } from '../../../components/use-step.ts'
import { useI18n } from '../../../i18n.tsx'
import { useWizard } from '../context.ts'
import { WebhooksFigure } from '../parts/illustrations.tsx'
import { NotPublic } from '../parts/not-public.tsx'
import { Directions } from '../parts/step-instructions.tsx'
import { WebhookStatus } from '../parts/webhook-status.tsx'
import { StepForm } from '../step-form.tsx'

/**
 * The only page of Chatra's settings whose address is known (contracts/chatra.md §1); Integrations is beside
 * it.
 */
const SETTINGS_PAGE = 'https://app.chatra.io/settings/preferences'

/** As Chatra names its three events (contracts/chatra.md §4.2). */
const EVENTS = ['chatStarted', 'chatFragment', 'chatTranscript'] as const

export function WebhooksStep() {
  const { t } = useI18n()
  const { draft } = useWizard()
  const state = useAppState()
  const addresses = useCall('connection.addresses', { id: draft.id })
  const connection = state.connections.find((one) => one.id === draft.id)
  const control = useStep({})
  return (
    <StepForm
      control={control}
      title={t('wizard.webhooks.title')}
      intro={t('wizard.webhooks.intro')}
      watch={
        <WebhookStatus
          at={connection?.heard.chatra ?? null}
          wait={t('wizard.webhooks.waiting')}
          heard="wizard.webhooks.heard"
          earlier="wizard.webhooks.heard-earlier"
        />
      }
    >
      <Directions
        href={SETTINGS_PAGE}
        open={t('wizard.webhooks.open')}
        steps={[t('wizard.webhooks.where-1'), t('wizard.webhooks.where-2'), t('wizard.webhooks.where-3')]}
      />
      <WebhooksFigure />
      {addresses.error && <ErrorAlert error={addresses.error} retry={addresses.reload} />}
      {addresses.value?.public === false && <NotPublic />}
      <Stack gap="sm">
        {EVENTS.map((event) =>
          addresses.value ? (
            <CopyField
              key={event}
              label={event}
              description={t(`wizard.webhooks.${event}`)}
              value={addresses.value.chatra}
            />
          ) : (
            <Skeleton key={event} height={70} />
          ),
        )}
        <Text size="xs" c="dimmed">
          {t('wizard.webhooks.secret')}
        </Text>
      </Stack>
    </StepForm>
  )
}
