import { Paper, Group as Row, Title, UnstyledButton } from '@mantine/core'
import { useId, useState } from 'react'
import type { CheckReport } from '../../../shared/api/diagnostics.ts'
import { useAppState } from '../../client/hooks.tsx'
import { StatusBadge, type Tone } from '../../components/feedback/status-badge.tsx'
import { IconChevronDown } from '../../components/icons.ts'
import { useI18n } from '../../i18n.tsx'
import classes from './diagnostics.module.css'
import { Finding } from './finding.tsx'
import type { Group } from './groups.ts'

/** The findings of one connection: problems in full, the others collapsed to a line each. */
export function GroupCard({ group, attentionOnly }: { group: Group; attentionOnly: boolean }) {
  const { t } = useI18n()
  const { connections } = useAppState()
  const { connectionId, attention, passed, skipped } = group
  const connection = connections.find(({ id }) => id === connectionId)
  const name = connectionId === null ? t('diagnostics.group.program') : (connection?.name ?? connectionId)
  const heading = useId()
  return (
    <Paper component="section" aria-labelledby={heading} className={classes.group}>
      <Row justify="space-between" className={classes.head} wrap="nowrap">
        <Title order={2} id={heading} className={classes.name}>
          {name}
        </Title>
        {connection?.enabled === false && (
          <StatusBadge tone="off" size="xs">
            {t('diagnostics.group.off')}
          </StatusBadge>
        )}
      </Row>
      {attention.length > 0 && <Findings reports={attention} />}
      {!attentionOnly && passed.length > 0 && (
        <Fold tone="good" label={t('diagnostics.passed', { count: passed.length })} reports={passed} />
      )}
      {!attentionOnly && skipped.length > 0 && (
        <Fold tone="off" label={t('diagnostics.skipped', { count: skipped.length })} reports={skipped} />
      )}
    </Paper>
  )
}

function Findings({ reports }: { reports: readonly CheckReport[] }) {
  return (
    <ul className={classes.list}>
      {reports.map((report) => (
        <Finding key={report.id} report={report} />
      ))}
    </ul>
  )
}

function Fold({ tone, label, reports }: { tone: Tone; label: string; reports: readonly CheckReport[] }) {
  const [open, setOpen] = useState(false)
  const content = useId()
  return (
    <>
      <UnstyledButton
        className={classes.fold}
        aria-expanded={open}
        aria-controls={content}
        onClick={() => setOpen(!open)}
      >
        <StatusBadge tone={tone}>{label}</StatusBadge>
        <IconChevronDown size={16} aria-hidden className={classes.chevron} />
      </UnstyledButton>
      <div id={content}>{open && <Findings reports={reports} />}</div>
    </>
  )
}
