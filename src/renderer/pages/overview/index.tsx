import { Button, SimpleGrid, Skeleton, Stack } from '@mantine/core'
import { lazy, Suspense, useMemo } from 'react'
import { Link } from 'wouter'
import { Allowed } from '../../client/access.tsx'
import { useAppState, useCall } from '../../client/hooks.tsx'
import { dayStartsUntil } from '../../components/days.ts'
import { IconPlus } from '../../components/icons.ts'
import { Page } from '../../components/page.tsx'
import { KeysToStart } from '../../features/keychain/keys-to-start.tsx'
import { KeychainNotice } from '../../features/keychain/notice.tsx'
import { Suggestions, useSuggestions } from '../../features/suggestions/suggestions.tsx'
import { useI18n } from '../../i18n.tsx'
import { Attention } from './attention.tsx'
import { Connections } from './connections.tsx'
import { Happenings } from './event-list.tsx'
import { Figures } from './figures.tsx'
import { Gaps } from './gaps.tsx'
import { useWaiting, WaitingForAnswer } from './waiting.tsx'

/** The chart library is as big as the rest of the page: the figures do not wait for it. */
const charts = import('./charts.tsx')
// Without them the page says so when it shows them.
charts.catch(() => undefined)
const Charts = lazy(async () => ({ default: (await charts).Charts }))

const DAYS = 30
const AGAIN_MS = 30_000

/** Whether the bridge works, what to do if not, and its message figures. */
export function OverviewPage() {
  const { t } = useI18n()
  const state = useAppState()
  // Today's midnight changes while the window stays open.
  const today = new Date(state.time).toDateString()
  // biome-ignore lint/correctness/useExhaustiveDependencies: the day is what counts, not the moment
  const dayStarts = useMemo(() => dayStartsUntil(state.time, DAYS), [today])
  const { value, error, reload } = useCall(
    'overview.get',
    { dayStarts },
    { everyMs: AGAIN_MS, keepPrevious: true },
  )
  const hasConnections = state.connections.length > 0
  const waiting = useWaiting({ skip: !hasConnections })
  const suggestions = useSuggestions()
  // Parts of unknown height come together, so that nothing below them moves.
  const isReady = !waiting.loading && !suggestions.loading
  return (
    <Page
      title={t('nav.overview')}
      help="waiting"
      actions={
        <Allowed call="setup.begin">
          <Button
            component={Link}
            href="/setup"
            variant="default"
            leftSection={<IconPlus size={16} aria-hidden />}
          >
            {t('action.add-connection')}
          </Button>
        </Allowed>
      }
    >
      <Stack gap="lg">
        <KeychainNotice />
        <Allowed call="connection.secrets">
          <KeysToStart />
        </Allowed>
        <Attention state={state} />
        {isReady ? (
          <>
            {hasConnections && <WaitingForAnswer />}
            <Connections state={state} />
            <Allowed call="suggestions.dismiss">
              <Suggestions />
            </Allowed>
            <Figures today={value?.today} error={error} retry={reload} />
            <Suspense fallback={<ChartsToCome />}>
              <Charts overview={value} />
            </Suspense>
            <Gaps overview={value} />
            <Happenings />
          </>
        ) : (
          <Skeleton height={600} aria-hidden />
        )}
      </Stack>
    </Page>
  )
}

/** As high as the charts. */
const ChartsToCome = () => (
  <SimpleGrid cols={{ base: 1, md: 2 }} spacing="sm" aria-hidden>
    <Skeleton height={262} />
    <Skeleton height={262} />
  </SimpleGrid>
)
