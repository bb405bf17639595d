import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import { Link } from 'wouter'
import type { AppState } from '../../../shared/api/state.ts'
import { useMay } from '../../client/access.tsx'
import { useClient } from '../../client/hooks.tsx'
import { ConfirmButton } from '../../components/feedback/confirm-button.tsx'
import { useI18n } from '../../i18n.tsx'
import { attentionItemsOf } from './attention-items.ts'
import { ItemLine, Verdict } from './verdict.tsx'

/** One sentence about everything; what else needs the owner below it; and unfinished set-ups. */
export function Attention({ state }: { state: AppState }) {
  const { t } = useI18n()
  const [worst, ...others] = attentionItemsOf(state)
  const drafts = useMay()('setup.discard') ? state.drafts : []
  if (state.connections.length === 0 && drafts.length === 0) return null
  // The line above says what does not work.
  const isJudged = state.connections.length > 0 && (worst !== undefined || state.storeFailing === null)
  return (
    <Stack gap="xs">
      {isJudged && <Verdict state={state} worst={worst ?? null} />}
      {others.length + drafts.length > 0 && (
        <Stack gap="xs" component="section" aria-label={t('overview.attention')}>
          {others.map((item) => (
            <ItemLine key={item.id} item={item} />
          ))}
          {drafts.map((draft) => (
            <Draft key={draft.id} draft={draft} />
          ))}
        </Stack>
      )}
    </Stack>
  )
}

function Draft({ draft }: { draft: AppState['drafts'][number] }) {
  const { t } = useI18n()
  const bridge = useClient()
  return (
    <Alert py="xs" color="bridge">
      <Group justify="space-between">
        <Text>{draft.name ? t('overview.draft', { name: draft.name }) : t('overview.draft-nameless')}</Text>
        <Group gap="xs">
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
