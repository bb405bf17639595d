import { Alert, Anchor, Group, Radio, Stack, Text } from '@mantine/core'
import { useMemo, useState } from 'react'
import { Link } from 'wouter'
import type { EmployeesView } from '../../../shared/api/employees.ts'
import { Empty } from '../../components/feedback/error-alert.tsx'
import { IconInfoCircle } from '../../components/icons.ts'
import { useI18n } from '../../i18n.tsx'
import { Conflicts } from './conflicts.tsx'
import classes from './employees.module.css'
import { Rows } from './rows.tsx'
import {
  countsOf,
  type Filter,
  rowsOf,
  type Selection,
  shownRows,
  withAllowed,
  withMode,
  withSpeaker,
} from './selection.ts'
import { Staleness } from './staleness.tsx'
import { Toolbar } from './toolbar.tsx'

export interface EmployeesTableProps {
  /** The answer of `employees.get`: people, agents, the general agent. */
  view: EmployeesView
  /** The current choice (the form's, not the view's). */
  value: Selection
  onChange(value: Selection): void
  /** Those who may not change it see it all the same. */
  locked?: boolean
  /** Address of the page with the setting "send as employee"; without it there is no link. */
  settingHref?: string
  /** Reads Planfix again. */
  onRefresh?: () => void
  refreshing?: boolean
  /** Takes the height of its parent and scrolls in it; otherwise it is at most 60 % of the window high. */
  fill?: boolean
}

/** Who may reply to clients and as which agent; controlled: the page and the wizard hold the choice. */
export function EmployeesTable(props: EmployeesTableProps) {
  const {
    view,
    value,
    onChange,
    settingHref,
    onRefresh,
    refreshing = false,
    fill = false,
    locked = false,
  } = props
  const { t } = useI18n()
  const [search, setSearch] = useState('')
  const [filter, setFilter] = useState<Filter>('all')
  const rows = useMemo(() => rowsOf(view, value), [view, value])
  const found = useShown(rows, search, filter, view)
  const shown = useMemo(() => rows.filter(({ user }) => found.has(user.id)), [rows, found])
  const isFixed = value.mode === 'everybody'
  return (
    <div className={fill ? classes.filled : classes.table} data-looked-at={locked || undefined}>
      {locked && <Locked />}
      <Radio.Group
        value={value.mode}
        onChange={(mode) => onChange(withMode(value, mode as Selection['mode'], view))}
        label={t('employees.mode')}
        size="sm"
      >
        <Group gap="lg" mt={6}>
          <Radio value="everybody" label={t('employees.mode.everybody')} size="xs" disabled={locked} />
          <Radio value="selected" label={t('employees.mode.selected')} size="xs" disabled={locked} />
        </Group>
      </Radio.Group>
      <Notes view={view} mode={value.mode} settingHref={settingHref} />
      <Staleness view={view} onRefresh={onRefresh} refreshing={refreshing} />
      <Conflicts rows={rows} onShow={() => setFilter('conflicts')} />
      <Toolbar
        search={search}
        onSearch={setSearch}
        filter={filter}
        onFilter={setFilter}
        counts={countsOf(rows)}
        shown={shown}
        fixed={isFixed}
        locked={locked}
        onAllow={(allowed) => onChange(withAllowed(value, shown, allowed))}
        readAt={view.readAt}
        onRefresh={onRefresh}
        refreshing={refreshing}
      />
      <Rows
        rows={shown}
        agents={view.agents}
        generalName={view.generalAgent.name}
        fixed={isFixed}
        locked={locked}
        onAllow={(row, allowed) => onChange(withAllowed(value, [row], allowed))}
        onSpeaker={(row, option) => onChange(withSpeaker(value, row, option))}
        empty={
          rows.length === 0 ? (
            <Empty title={t('employees.none')}>{t('employees.none.text')}</Empty>
          ) : (
            <Empty title={t('employees.nothing-found')}>{t('employees.nothing-found.text')}</Empty>
          )
        }
      />
    </div>
  )
}

function Locked() {
  const { t } = useI18n()
  return (
    <Alert color="blue" variant="light" icon={<IconInfoCircle aria-hidden />} py="xs">
      <Text size="sm">{t('access.employees')}</Text>
    </Alert>
  )
}

/** The found rows stay visible while they are changed, until another search. */
function useShown(
  rows: ReturnType<typeof rowsOf>,
  search: string,
  filter: Filter,
  view: EmployeesView,
): Set<number> {
  // biome-ignore lint/correctness/useExhaustiveDependencies: a row must not vanish under the hand that changes it
  return useMemo(
    () => new Set(shownRows(rows, search, filter).map(({ user }) => user.id)),
    [search, filter, view, rows.length],
  )
}

/** The effect of the choice on the names that clients see. */
function Notes(props: { view: EmployeesView; mode: Selection['mode']; settingHref: string | undefined }) {
  const { view, mode, settingHref } = props
  const { t } = useI18n()
  const name = view.generalAgent.name
  if (mode === 'selected' && view.sendAsEmployee) return null
  return (
    <Alert color="blue" variant="light" icon={<IconInfoCircle aria-hidden />} py="xs">
      <Stack gap={2}>
        {mode === 'everybody' ? (
          <Text size="sm">
            {view.sendAsEmployee
              ? t('employees.everybody.names', { name })
              : t('employees.everybody.general', { name })}
          </Text>
        ) : (
          <Text size="sm">
            {t('employees.general-only', { name })}{' '}
            {settingHref !== undefined && (
              <Anchor
                size="sm"
                c="inherit"
                underline="always"
                renderRoot={(anchor) => <Link {...anchor} href={settingHref} state={{ at: 'replies' }} />}
              >
                {t('employees.general-only.change')}
              </Anchor>
            )}
          </Text>
        )}
      </Stack>
    </Alert>
  )
}
