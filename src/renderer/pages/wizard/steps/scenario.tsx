import { List, Skeleton, Stack, Text } from '@mantine/core'
import { useAppState, useCall } from '../../../client/hooks.tsx'
import { CopyField } from '../../../components/copy-field.tsx'
import { ErrorAlert } from '../../../components/error-alert.tsx'
import { useStep } from '../../../components/use-step.ts'
import { useI18n } from '../../../i18n.tsx'
import { useWizard } from '../context.ts'
import { Note } from '../parts/note.tsx'
import { WebhookStatus } from '../parts/webhook-status.tsx'
import { StepForm } from '../step-form.tsx'

/** The alternative to the Chat API, optional (docs/planfix-scenario.md). */
export function ScenarioStep() {
  const { t } = useI18n()
  const { draft } = useWizard()
  const state = useAppState()
  const scenario = useCall('setup.scenario', { id: draft.id })
  const connection = state.connections.find((one) => one.id === draft.id)
  const channel = useCall('setup.channel', { id: draft.id })
  const control = useStep({})
  return (
    <StepForm
      control={control}
      title={t('wizard.scenario.title')}
      intro={t('wizard.scenario.intro')}
      watch={
        <WebhookStatus
          at={connection?.heard.planfix ?? null}
          wait={t('wizard.scenario.waiting')}
          heard="wizard.scenario.heard"
          earlier="wizard.scenario.heard-earlier"
        />
      }
    >
      {channel.value?.mode === 'chat-api' && <Note tone="info">{t('wizard.scenario.not-needed')}</Note>}
      {state.publicAddress.address === null && <Note tone="info">{t('wizard.scenario.needs-address')}</Note>}
      {scenario.error && <ErrorAlert error={scenario.error} retry={scenario.reload} />}
      <List type="ordered" spacing={6} size="sm">
        <List.Item>{t('wizard.scenario.step-1')}</List.Item>
        <List.Item>{t('wizard.scenario.step-2')}</List.Item>
        <List.Item>{t('wizard.scenario.step-3')}</List.Item>
        <List.Item>{t('wizard.scenario.step-4')}</List.Item>
      </List>
      <Stack gap="sm">
        {scenario.value ? (
          <>
            <CopyField label={t('wizard.scenario.address')} value={scenario.value.address} />
            <CopyField label={t('wizard.scenario.header')} value="Content-Type: application/json" />
            <CopyField
              label={t('wizard.scenario.body')}
              description={t('wizard.scenario.body-advice')}
              value={scenario.value.body}
            />
          </>
        ) : (
          !scenario.error && <Skeleton height={200} />
        )}
        <Text size="xs" c="dimmed">
          {t('wizard.webhooks.secret')}
        </Text>
      </Stack>
      <Text size="sm" c="dimmed">
        {t('wizard.scenario.off')}
      </Text>
    </StepForm>
  )
}
