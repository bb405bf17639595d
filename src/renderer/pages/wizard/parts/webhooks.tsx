import { Group, Skeleton, Stack, Text, Title } from '@mantine/core'
import { useEffect, useState } from 'react'
import { CHAT_EVENTS, type ChatEventName } from '../../../../shared/api/state.ts'
import { LOCALES } from '../../../../shared/i18n/texts.ts'
import { useAppState, useCall } from '../../../client/hooks.tsx'
import { ErrorAlert } from '../../../components/feedback/error-alert.tsx'
import { StatusBadge } from '../../../components/feedback/status-badge.tsx'
import { CopyField } from '../../../components/form/copy-field.tsx'
import { useI18n } from '../../../i18n.tsx'
import { useWizard } from '../context.ts'
import { ChatraWebhooksPicture } from '../pictures/chatra-pictures.tsx'
import { type Latest, receivedText } from './received-event.ts'
import { Directions } from './step-instructions.tsx'

/**
 * The only page of Chatra's settings whose address is known (contracts/chatra.md §1); Integrations is beside
 * it.
 */
const SETTINGS_PAGE = 'https://app.chatra.io/settings/preferences'

/** The address that Chatra calls, to be pasted three times. */
export function Webhooks() {
  const { t } = useI18n()
  const { draft } = useWizard()
  const addresses = useCall('connection.addresses', { id: draft.id })
  return (
    <Stack gap="sm" component="section">
      <Title order={3}>{t('wizard.webhooks.title')}</Title>
      <Directions
        href={SETTINGS_PAGE}
        open={t('wizard.webhooks.open')}
        steps={[t('wizard.webhooks.where-1'), t('wizard.webhooks.where-2')]}
      />
      {addresses.error && <ErrorAlert error={addresses.error} retry={addresses.reload} />}
      {addresses.value ? (
        <CopyField
          label={t('wizard.webhooks.address')}
          description={t('wizard.webhooks.secret')}
          value={addresses.value.chatra}
        />
      ) : (
        !addresses.error && <Skeleton height={70} aria-hidden />
      )}
      <ChatraWebhooksPicture />
    </Stack>
  )
}

/**
 * A tick for each event that has come in. For a connection that is set up again, events from before this page was opened prove
 * nothing about an address changed since: then the step keeps waiting.
 */
export function WebhookTicks() {
  const { t, language } = useI18n()
  const clockOf = (at: number) => new Date(at).toLocaleTimeString(LOCALES[language])
  const { draft } = useWizard()
  const { time, connections } = useAppState()
  const [openedAt] = useState(time)
  const heard = connections.find(({ id }) => id === draft.id)?.receivedEvents
  const isHeard = (name: ChatEventName) => {
    const at = heard?.[name] ?? null
    return at !== null && (!draft.redo || at >= openedAt)
  }
  const anyHeard = CHAT_EVENTS.some(isHeard)
  const latest = useLatest(draft.id, Math.max(0, ...CHAT_EVENTS.map((name) => heard?.[name] ?? 0)), !anyHeard)
  return (
    <div role="status">
      <Group gap="md">
        {CHAT_EVENTS.map((name) => (
          <StatusBadge key={name} tone={isHeard(name) ? 'good' : 'wait'}>
            {name}
            {isHeard(name)
              ? ` – ${t('wizard.webhooks.received')}`
              : name === 'chatTranscript'
                ? ` – ${t('wizard.webhooks.at-end')}`
                : ''}
          </StatusBadge>
        ))}
      </Group>
      {latest !== null &&
        CHAT_EVENTS.filter(isHeard).map((name) => (
          <Text key={name} size="sm" mt={4}>
            {receivedText(name, clockOf(heard?.[name] ?? 0), latest, t)}
          </Text>
        ))}
      <Text size="sm" c="dimmed" mt={4}>
        {t(
          CHAT_EVENTS.every(isHeard)
            ? 'wizard.webhooks.all-heard'
            : anyHeard
              ? 'wizard.webhooks.later'
              : 'wizard.webhooks.waiting',
        )}
      </Text>
    </div>
  )
}

/** Whose conversation is the newest of the connection, read again with each event; null = not known (yet). */
function useLatest(connectionId: string, changedAt: number, skip: boolean): Latest | null {
  const list = useCall(
    'conversations.list',
    { text: '', only: 'all', connectionId, after: null, limit: 1 },
    { skip, keepPrevious: true },
  )
  const { reload } = list
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever an event has come in.
  useEffect(() => {
    if (!skip) reload()
  }, [changedAt, skip])
  const [row] = list.value?.rows ?? []
  if (row === undefined) return null
  return { name: row.clientName, text: row.last?.author.kind === 'client' ? row.last.text : '' }
}
