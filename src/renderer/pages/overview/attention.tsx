import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import { Link } from 'wouter'
import type { AppState } from '../../../shared/api/state.ts'
import type { TextKey } from '../../../shared/i18n/index.ts'
import { useClient } from '../../client/hooks.tsx'
import { ConfirmButton } from '../../components/confirm-button.tsx'
import { IconAlertTriangle, IconX } from '../../components/icons.ts'
import { useI18n } from '../../i18n.tsx'
import { type AttentionItem, attentionItemsOf } from './attention-items.ts'

/** Items that need the owner, each with a button to the page that fixes it; and unfinished set-ups. */
export function Attention({ state }: { state: AppState }) {
  const { t } = useI18n()
  const concerns = attentionItemsOf(state)
  if (concerns.length === 0 && state.drafts.length === 0) return null
  return (
    <Stack gap="xs" component="section" aria-label={t('overview.attention')}>
      {state.drafts.map((draft) => (
        <Draft key={draft.id} draft={draft} />
      ))}
      {concerns.map((concern) => (
        <Line key={concern.id} concern={concern} />
      ))}
    </Stack>
  )
}

function Line({ concern }: { concern: AttentionItem }) {
  const { t, say, clock } = useI18n()
  const { text, until } = concern
  const words = until === undefined ? text : { ...text, params: { ...text.params, time: clock(until) } }
  const isBad = concern.tone === 'bad'
  return (
    <Alert
      color={isBad ? 'red' : 'orange'}
      py="xs"
      icon={isBad ? <IconX size={18} aria-hidden /> : <IconAlertTriangle size={18} aria-hidden />}
    >
      <Group justify="space-between" wrap="nowrap" align="center">
        <Text>
          {concern.connection !== null && <strong>{concern.connection}: </strong>}
          {say(words)}
        </Text>
        {concern.action && (
          <Button component={Link} href={concern.action.href} variant="default" flex="none">
            {t(concern.action.label as TextKey)}
          </Button>
        )}
      </Group>
    </Alert>
  )
}

function Draft({ draft }: { draft: AppState['drafts'][number] }) {
  const { t } = useI18n()
  const bridge = useClient()
  return (
    <Alert py="xs" color="bridge">
      <Group justify="space-between" wrap="nowrap">
        <Text>{draft.name ? t('overview.draft', { name: draft.name }) : t('overview.draft-nameless')}</Text>
        <Group gap="xs" wrap="nowrap">
          <ConfirmButton
            title={t('overview.draft-discard-title')}
            consequence={t(draft.redo ? 'overview.draft-discard-redo' : 'overview.draft-discard-text')}
            confirm={t('overview.draft-discard')}
            onConfirm={() => bridge.call('setup.discard', { id: draft.id })}
          >
            {t('overview.draft-discard')}
          </ConfirmButton>
          <Button component={Link} href={`/setup/${draft.id}`}>
            {t('overview.draft-go-on')}
          </Button>
        </Group>
      </Group>
    </Alert>
  )
}
