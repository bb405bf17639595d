import { Button, NativeSelect, Skeleton, Stack, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import { Link, useLocation, useParams } from 'wouter'
import type { EmployeesView } from '../../../shared/api/employees.ts'
import type { CallError } from '../../../shared/api.ts'
import { Allowed, useMay } from '../../client/access.tsx'
import { useAppState, useCall, useClient, useRefresh } from '../../client/hooks.tsx'
import { Empty, ErrorAlert } from '../../components/feedback/error-alert.tsx'
import { SaveBar } from '../../components/form/save-bar.tsx'
import { LeaveGuard } from '../../components/form/unsaved.tsx'
import { IconUsers } from '../../components/icons.ts'
import { Page } from '../../components/page.tsx'
import { EmployeesTable } from '../../features/employees/employees-table.tsx'
import { isSame, type Selection } from '../../features/employees/selection.ts'
import { useI18n } from '../../i18n.tsx'

/** Who may reply to the clients of a connection, and under which name. */
export function EmployeesPage() {
  const { connections } = useAppState()
  const { id } = useParams()
  const [, navigate] = useLocation()
  const { t } = useI18n()
  const chosen = connections.find((one) => one.id === id) ?? connections[0]
  if (chosen === undefined) return <Nobody />
  return (
    <Page
      title={t('nav.employees')}
      help="names"
      fill
      actions={
        connections.length > 1 ? (
          <NativeSelect
            size="xs"
            aria-label={t('employees.connection')}
            value={chosen.id}
            onChange={(event) => navigate(`/employees/${event.currentTarget.value}`)}
            data={connections.map((one) => ({ value: one.id, label: one.name }))}
          />
        ) : (
          <Text c="dimmed">{chosen.name}</Text>
        )
      }
    >
      <Employees key={chosen.id} id={chosen.id} />
    </Page>
  )
}

function Employees({ id }: { id: string }) {
  const bridge = useClient()
  const refresh = useRefresh()
  const answer = useCall('employees.get', { id, refresh: false })
  const [fresh, setFresh] = useState<EmployeesView | null>(null)
  const [refreshing, setRefreshing] = useState(false)
  const { say } = useI18n()
  // Planfix's list may be a newer one; the saved choice always comes from the newest answer.
  const view = fresh ?? answer.value

  const askPlanfix = async () => {
    setRefreshing(true)
    const asked = await bridge.call('employees.get', { id, refresh: true })
    setRefreshing(false)
    if (asked.ok) setFresh(asked.value)
    else notifications.show({ color: 'red', message: say(asked.error.message) })
  }
  if (view === undefined) {
    return answer.error ? <ErrorAlert error={answer.error} retry={answer.reload} /> : <Waiting />
  }
  return (
    <Form
      id={id}
      view={view}
      onRefresh={() => void askPlanfix()}
      refreshing={refreshing || answer.refreshing}
      onSaved={async () => {
        const now = await bridge.call('employees.get', { id, refresh: false })
        // Saving does not read Planfix: its failure stays shown until it is read again.
        if (now.ok) setFresh({ ...now.value, problem: now.value.problem ?? view?.problem ?? null })
        void refresh('employees.get')
      }}
    />
  )
}

function Form(props: {
  id: string
  view: EmployeesView
  onRefresh(): void
  refreshing: boolean
  onSaved(): Promise<void>
}) {
  const { id, view, onRefresh, refreshing, onSaved } = props
  const bridge = useClient()
  const { t, say } = useI18n()
  const may = useMay()
  const [changed, setChanged] = useState<Selection | null>(null)
  const [saving, setSaving] = useState(false)
  const [done, setDone] = useState(false)
  const [refused, setRefused] = useState<CallError | null>(null)
  const saved: Selection = { mode: view.mode, choices: view.choices }
  const value = changed ?? saved
  const dirty = changed !== null && !isSame(changed, saved)
  const isNobody = value.mode === 'selected' && !value.choices.some((one) => one.allowed)

  const save = async (): Promise<boolean> => {
    if (isNobody) return false
    setSaving(true)
    const answer = await bridge.call('employees.save', { id, ...value })
    if (answer.ok) await onSaved()
    setSaving(false)
    setRefused(answer.ok ? null : answer.error)
    if (!answer.ok) return false
    setChanged(null)
    setDone(true)
    return true
  }
  const problem = isNobody ? t('employees.problem.nobody') : refused && say(refused.message)
  return (
    <>
      <EmployeesTable
        view={view}
        value={value}
        onChange={(next) => {
          setChanged(next)
          setDone(false)
          setRefused(null)
        }}
        locked={!may('employees.save')}
        settingHref={`/settings/${id}`}
        onRefresh={onRefresh}
        refreshing={refreshing}
        fill
      />
      <SaveBar
        dirty={dirty}
        saving={saving}
        saved={done}
        problem={problem}
        onSave={() => void save()}
        onDiscard={() => {
          setChanged(null)
          setRefused(null)
        }}
      />
      <LeaveGuard dirty={dirty} save={save} />
    </>
  )
}

function Nobody() {
  const { t } = useI18n()
  return (
    <Page title={t('nav.employees')} help="names">
      <Empty title={t('employees.no-connection')} icon={<IconUsers size={32} stroke={1.3} aria-hidden />}>
        <Text c="dimmed">{t('employees.no-connection.text')}</Text>
        <Allowed call="setup.begin">
          <Button component={Link} href="/setup">
            {t('action.add-connection')}
          </Button>
        </Allowed>
      </Empty>
    </Page>
  )
}

/** A placeholder for the table while Planfix is read. */
function Waiting() {
  const { t } = useI18n()
  return (
    <Stack gap="sm" role="status" aria-label={t('shell.loading')}>
      <Skeleton height={46} width="24rem" maw="100%" />
      <Skeleton height={30} />
      <Skeleton height={320} />
    </Stack>
  )
}
