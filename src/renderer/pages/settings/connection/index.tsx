import { Skeleton, Stack } from '@mantine/core'
import { useEffect, useState } from 'react'
import type { ConnectionState } from '../../../../shared/api/state.ts'
import type { CallError } from '../../../../shared/api.ts'
import { Allowed } from '../../../client/access.tsx'
import { useCall, useClient, useRefresh } from '../../../client/hooks.tsx'
import { ErrorAlert } from '../../../components/feedback/error-alert.tsx'
import { SaveBar } from '../../../components/form/save-bar.tsx'
import { LeaveGuard } from '../../../components/form/unsaved.tsx'
import { useI18n } from '../../../i18n.tsx'
import { FormProvider, focusField } from '../form.tsx'
import { isSame, problemsOf, type Typed, toSave, withValueAt } from '../paths.ts'
import { goToSection } from '../section.tsx'
import { useLocked } from '../use-locked.ts'
import { Accounts } from './accounts.tsx'
import { Addresses } from './addresses.tsx'
import { Advanced } from './advanced.tsx'
import { ChannelSection } from './channel.tsx'
import { ChatEnd } from './chat-end.tsx'
import { Demo } from './demo.tsx'
import { Devices } from './devices.tsx'
import { Head } from './head.tsx'
import { RemoveConnection } from './remove-connection.tsx'
import { Replies } from './replies.tsx'
import { Tasks } from './tasks.tsx'
import { Visits } from './visits.tsx'

/** All settings of one connection. */
export function ConnectionSettings({ connection }: { connection: ConnectionState }) {
  const locked = useLocked()
  const answer = useCall('connection.get', { id: connection.id }, { skip: connection.demo })
  if (connection.demo) {
    return (
      <>
        <Head connection={connection} disabled={locked} />
        <Demo />
      </>
    )
  }
  return (
    <>
      <Head connection={connection} disabled={locked} />
      {answer.value ? (
        <ConnectionForm connection={connection} saved={answer.value.settings} disabled={locked} />
      ) : answer.error ? (
        <ErrorAlert error={answer.error} retry={answer.reload} />
      ) : (
        <Waiting />
      )}
    </>
  )
}

function ConnectionForm(props: { connection: ConnectionState; saved: Typed; disabled: boolean }) {
  const { connection, saved, disabled } = props
  const form = useSettingsForm(connection.id, saved)
  const hasToken = !connection.missing.includes('planfix-token')
  // A link from another page leads to a section of this one.
  useEffect(() => {
    const wanted = (window.history.state as { at?: unknown } | null)?.at
    if (typeof wanted === 'string') goToSection(wanted)
  }, [])
  return (
    <FormProvider value={{ ...form.fields, id: connection.id, saved, disabled }}>
      <Accounts />
      <Tasks hasToken={hasToken} />
      <Devices />
      <Replies hasToken={hasToken} />
      <ChatEnd hasToken={hasToken} />
      <Visits hasToken={hasToken} />
      <Allowed call="setup.channel">
        <ChannelSection />
      </Allowed>
      <Allowed call="connection.addresses">
        <Addresses />
      </Allowed>
      <Advanced />
      <Allowed call="connection.remove">
        <RemoveConnection name={connection.name} />
      </Allowed>
      <SaveBar
        dirty={form.dirty}
        saving={form.saving}
        saved={form.saved}
        problem={form.problem}
        onSave={() => void form.save()}
        onDiscard={form.discard}
      />
      <LeaveGuard dirty={form.dirty} save={form.save} />
    </FormProvider>
  )
}

/** The typed values, their problems, and saving them. The typed values stay when saving fails. */
function useSettingsForm(id: string, saved: Typed) {
  const bridge = useClient()
  const refresh = useRefresh()
  const { t, say } = useI18n()
  const [changed, setChanged] = useState<Typed | null>(null)
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set())
  const [refused, setRefused] = useState<CallError | null>(null)
  const [saving, setSaving] = useState(false)
  const [done, setDone] = useState(false)
  const typed = changed ?? saved
  const problems = problemsOf(typed)
  const dirty = changed !== null && !isSame(changed, saved)
  const shown = [...problems.keys()].filter((path) => left.has(path))

  const reset = () => {
    setChanged(null)
    setLeft(new Set())
    setRefused(null)
  }
  const save = async (): Promise<boolean> => {
    const [first] = problems.keys()
    setLeft(new Set([...left, ...problems.keys()]))
    if (first !== undefined) {
      requestAnimationFrame(() => focusField(first))
      return false
    }
    setSaving(true)
    const answer = await bridge.call('connection.save', { id, settings: toSave(typed) })
    if (answer.ok) await refresh('connection.get', 'employees.get')
    setSaving(false)
    if (answer.ok) {
      reset()
      setDone(true)
      return true
    }
    setRefused(answer.error)
    const { field } = answer.error
    if (field !== null) requestAnimationFrame(() => focusField(field))
    return false
  }
  return {
    dirty,
    saving,
    saved: done,
    save,
    discard: reset,
    problem: refused
      ? say(refused.message)
      : shown.length > 0
        ? t('settings.wrong', { count: shown.length })
        : null,
    fields: {
      typed,
      set(path: string, value: unknown) {
        setDone(false)
        setChanged((before) => withValueAt(before ?? saved, path, value))
        if (refused?.field === path || refused?.field === null) setRefused(null)
      },
      left: (path: string) => setLeft((before) => new Set([...before, path])),
      problem(path: string): string | null {
        if (refused?.field === path) return say(refused.message)
        const wrong = left.has(path) ? problems.get(path) : undefined
        return wrong === undefined ? null : t(wrong)
      },
    },
  }
}

function Waiting() {
  const { t } = useI18n()
  return (
    <Stack gap="md" mt="lg" role="status" aria-label={t('shell.loading')}>
      <Skeleton height={60} />
      <Skeleton height={60} />
      <Skeleton height={60} />
      <Skeleton height={240} />
    </Stack>
  )
}
