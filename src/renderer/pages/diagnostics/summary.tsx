import { Group, Paper, Progress, Text, VisuallyHidden } from '@mantine/core'
import type { ReactNode } from 'react'
import type { CheckUp } from '../../../shared/api/diagnostics.ts'
import { StatusBadge } from '../../components/feedback/status-badge.tsx'
import { useI18n } from '../../i18n.tsx'
import classes from './diagnostics.module.css'
import { countsOf } from './groups.ts'
import { TONES } from './tones.ts'

/** Progress and result, in one line of constant height. */
export function Summary({ checkUp, children }: { checkUp: CheckUp; children: ReactNode }) {
  const { t, moment } = useI18n()
  const { reports, total, endedAt } = checkUp
  const isRunning = endedAt === null
  const counts = countsOf(reports)
  const parts = (['failed', 'warning', 'ok', 'skipped'] as const).filter((result) => counts[result] > 0)
  const isWhole = !isRunning && reports.length >= total
  const allGood = isWhole && counts.failed + counts.warning === 0
  const said = [
    ...(allGood ? [t('diagnostics.summary.all-good')] : []),
    ...parts.map((result) => t(`diagnostics.summary.${result}`, { count: counts[result] })),
  ]
  return (
    <Paper className={classes.summary} p="sm" component="section" aria-label={t('nav.diagnostics')}>
      <Group gap="md" mih={22}>
        {allGood && (
          <Text fw={600} size="sm">
            {t('diagnostics.summary.all-good')}
          </Text>
        )}
        {parts.map((result) => (
          <StatusBadge key={result} tone={TONES[result]}>
            {t(`diagnostics.summary.${result}`, { count: counts[result] })}
          </StatusBadge>
        ))}
      </Group>
      <Group justify="space-between" gap="sm" mih={24} mt={6} wrap="nowrap">
        <Text size="xs" c="dimmed">
          {isRunning
            ? t('diagnostics.running', { done: reports.length, total })
            : `${isWhole ? '' : `${t('diagnostics.stopped')} `}${t('diagnostics.ended', { time: moment(endedAt) })}`}
        </Text>
        {children}
      </Group>
      <Progress
        className={classes.progress}
        data-hidden={!isRunning || undefined}
        value={(100 * reports.length) / Math.max(1, total)}
        size={3}
        radius={0}
        transitionDuration={150}
        aria-label={t('diagnostics.progress')}
        aria-hidden={!isRunning}
      />
      {/* Announced once at the start and once at the end; the progress bar shows the numbers between. */}
      <VisuallyHidden role="status">{isRunning ? t('diagnostics.checking') : said.join(', ')}</VisuallyHidden>
    </Paper>
  )
}
