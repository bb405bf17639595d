import { Button, Skeleton, Stack, Switch } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import type { CheckUp } from '../../../shared/api/diagnostics.ts'
import type { CallError } from '../../../shared/api.ts'
import { useMay } from '../../client/access.tsx'
import { useCacheAnswer, useCall, useClient, usePush } from '../../client/hooks.tsx'
import { Empty, ErrorAlert } from '../../components/feedback/error-alert.tsx'
import { IconRefresh } from '../../components/icons.ts'
import { Page } from '../../components/page.tsx'
import { useI18n } from '../../i18n.tsx'
import { GroupCard } from './group-card.tsx'
import { groupsOf } from './groups.ts'
import { Intro } from './intro.tsx'
import { ReportButtons } from './report-buttons.tsx'
import { Summary } from './summary.tsx'

/** The numbered checks: problems, and what to do about them. */
export function DiagnosticsPage() {
  const { t } = useI18n()
  const { checkUp, loading, error, start, startError, starting, reload } = useCheckUp()
  const may = useMay()
  const [attentionOnly, setAttentionOnly] = useState(false)
  const isRunning = checkUp !== null && checkUp.endedAt === null

  const again = (
    <Button
      leftSection={<IconRefresh size={16} aria-hidden />}
      onClick={() => void start()}
      disabled={isRunning}
      loading={starting}
      miw="8.5rem"
    >
      {t('diagnostics.again')}
    </Button>
  )
  const actions = checkUp !== null && (
    <>
      {may('diagnostics.report') && <ReportButtons disabled={isRunning} />}
      {may('diagnostics.start') && again}
    </>
  )
  return (
    <Page title={t('nav.diagnostics')} help="support" actions={actions}>
      <Stack gap="md">
        {startError && <ErrorAlert error={startError} />}
        {loading && <Skeleton height={220} />}
        {error && !checkUp && <ErrorAlert error={error} retry={reload} />}
        {!loading && !error && checkUp === null && <Intro onStart={() => void start()} busy={starting} />}
        {checkUp !== null && (
          <>
            <Summary checkUp={checkUp}>
              <Switch
                checked={attentionOnly}
                onChange={(event) => setAttentionOnly(event.currentTarget.checked)}
                label={t('diagnostics.filter')}
              />
            </Summary>
            <Groups checkUp={checkUp} attentionOnly={attentionOnly} />
          </>
        )}
      </Stack>
    </Page>
  )
}

function Groups({ checkUp, attentionOnly }: { checkUp: CheckUp; attentionOnly: boolean }) {
  const { t } = useI18n()
  const groups = groupsOf(checkUp.reports)
  const shown = attentionOnly ? groups.filter(({ attention }) => attention.length > 0) : groups
  if (shown.length === 0) {
    return checkUp.endedAt === null ? null : <Empty title={t('diagnostics.filter.nothing')} icon={null} />
  }
  return shown.map((group) => (
    <GroupCard key={group.connectionId ?? ''} group={group} attentionOnly={attentionOnly} />
  ))
}

/** The current or last run with its progress, and a function that starts one. */
function useCheckUp() {
  const bridge = useClient()
  const read = useCall('diagnostics.get', {})
  const cacheAnswer = useCacheAnswer('diagnostics.get', {})
  const [starting, setStarting] = useState(false)
  const [startError, setStartError] = useState<CallError | null>(null)
  usePush('checkUp', (checkUp) => cacheAnswer({ checkUp }))
  // While another page was shown there was no listener here.
  const reload = useRef(read.reload)
  useEffect(() => reload.current(), [])

  const start = async () => {
    setStarting(true)
    const answer = await bridge.call('diagnostics.start', {})
    setStarting(false)
    setStartError(answer.ok ? null : answer.error)
    // Findings may have been pushed before this answer arrived.
    if (answer.ok) read.reload()
  }
  return {
    checkUp: read.value?.checkUp ?? null,
    loading: read.loading,
    error: read.error,
    reload: read.reload,
    start,
    starting,
    startError,
  }
}
