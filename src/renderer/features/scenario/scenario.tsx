import { List, Skeleton, Stack, Text } from '@mantine/core'
import { useAppState, useCall } from '../../client/hooks.tsx'
import { ErrorAlert } from '../../components/feedback/error-alert.tsx'
import { StatusBadge } from '../../components/feedback/status-badge.tsx'
import { CopyField } from '../../components/form/copy-field.tsx'
import { useI18n } from '../../i18n.tsx'

/** The alternative to the Chat API: a request of a Planfix scenario, to copy (docs/planfix-scenario.md). */
export function Scenario({ id }: { id: string }) {
  const { t, moment } = useI18n()
  const { connections } = useAppState()
  const scenario = useCall('setup.scenario', { id })
  const at = connections.find((one) => one.id === id)?.heard.planfix ?? null
  return (
    <Stack gap="sm">
      <Text size="sm">{t('wizard.scenario.intro')}</Text>
      {scenario.error && <ErrorAlert error={scenario.error} retry={scenario.reload} />}
      <List type="ordered" spacing={6} size="sm">
        {(['step-1', 'step-2', 'step-3', 'step-4'] as const).map((step) => (
          <List.Item key={step}>{t(`wizard.scenario.${step}`)}</List.Item>
        ))}
      </List>
      {scenario.value ? (
        <>
          <CopyField label={t('wizard.scenario.address')} value={scenario.value.address} />
          <CopyField label={t('wizard.scenario.header')} value="Content-Type: application/json" />
          <CopyField
            label={t('wizard.scenario.body')}
            description={t('wizard.scenario.body-advice')}
            value={scenario.value.body}
          />
          <Text size="xs" c="dimmed">
            {t('wizard.webhooks.secret')}
          </Text>
        </>
      ) : (
        !scenario.error && <Skeleton height={200} />
      )}
      <div role="status">
        <StatusBadge tone={at === null ? 'wait' : 'good'}>
          {at === null ? t('wizard.scenario.waiting') : t('wizard.scenario.heard', { time: moment(at) })}
        </StatusBadge>
      </div>
      <Text size="sm" c="dimmed">
        {t('wizard.scenario.off')}
      </Text>
    </Stack>
  )
}
