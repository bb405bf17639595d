import { type ComboboxItem, Select } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQueries } from '@tanstack/react-query'
import { useState } from 'react'
import type { EmployeesView } from '../../../../shared/api/employees.ts'
import { useAppState, useCall, useClient } from '../../../client/hooks.tsx'
import { useI18n } from '../../../i18n.tsx'
import type { Choice } from './filter.ts'
import classes from './filters.module.css'

const TYPING_MS = 250
/** A click into a list elsewhere in the page would close its popover. */
const INSIDE = { withinPortal: false } as const

export function DirectionFilter({
  value,
  onChange,
}: {
  value: Choice['direction']
  onChange(value: Choice['direction']): void
}) {
  const { t } = useI18n()
  return (
    <Select
      className={classes.select}
      aria-label={t('log.filter.direction')}
      placeholder={t('log.filter.any-direction')}
      data={(['to-planfix', 'to-chatra'] as const).map((one) => ({
        value: one,
        label: t(`log.direction.${one}`),
      }))}
      value={value}
      onChange={onChange}
      comboboxProps={INSIDE}
      {...useClear()}
    />
  )
}

/** Only where there are several to choose from. */
export function ConnectionFilter({
  value,
  onChange,
}: {
  value: string | null
  onChange(value: string | null): void
}) {
  const { t } = useI18n()
  const { connections } = useAppState()
  const clear = useClear()
  if (connections.length < 2 && value === null) return null
  return (
    <Select
      className={classes.select}
      aria-label={t('log.filter.connection')}
      placeholder={t('log.filter.any-connection')}
      data={connections.map(({ id, name }) => ({ value: id, label: name }))}
      value={value}
      onChange={onChange}
      comboboxProps={INSIDE}
      {...clear}
    />
  )
}

/** One client's messages; conversations are searched while typing. */
export function ClientFilter({
  choice,
  onChange,
}: {
  choice: Choice
  onChange(client: Choice['client']): void
}) {
  const { t } = useI18n()
  const { client, connectionId } = choice
  const [wanted, setWanted] = useState(false)
  const [typed, setTyped] = useState('')
  const text = useDebouncedValue(typed === client?.name ? '' : typed.trim(), TYPING_MS)[0]
  const found = useCall(
    'conversations.find',
    { text: text.slice(0, 200), limit: 30, ...(connectionId !== null && { connectionId }) },
    { skip: !wanted, keepPrevious: true },
  )
  const offered: (ComboboxItem & { email?: string | null })[] = (found.value?.conversations ?? []).map(
    ({ id, clientName, email }) => ({
      value: String(id),
      label: email === null ? clientName : `${clientName} · ${email}`,
    }),
  )
  const own = client && { value: String(client.conversationId), label: client.name }
  return (
    <Select
      className={classes.select}
      aria-label={t('log.filter.client')}
      placeholder={t('log.filter.any-client')}
      searchable
      data={own ? [own, ...offered.filter(({ value }) => value !== own.value)] : offered}
      // The application has already filtered.
      filter={({ options }) => options}
      onFocus={() => setWanted(true)}
      onDropdownOpen={() => setWanted(true)}
      onSearchChange={setTyped}
      nothingFoundMessage={found.loading ? t('log.reading') : t('log.filter.no-client')}
      value={own?.value ?? null}
      onChange={(value, option) =>
        onChange(value === null ? null : { conversationId: Number(value), name: option?.label ?? '' })
      }
      comboboxProps={{ ...INSIDE, width: 280, position: 'bottom-start' }}
      {...useClear()}
    />
  )
}

/** Replies of one employee; with several connections, also the employee's connection. */
export function EmployeeFilter({
  choice,
  onChange,
}: {
  choice: Choice
  onChange(change: Pick<Choice, 'employee'> & Partial<Choice>): void
}) {
  const { t } = useI18n()
  const { connections } = useAppState()
  const { employee, connectionId } = choice
  const [wanted, setWanted] = useState(false)
  const asked = connections.filter(({ id }) => connectionId === null || id === connectionId)
  const views = useEmployees(
    asked.map(({ id }) => id),
    wanted,
  )
  const offered = views.flatMap((view, index) =>
    namesOf(view).map(({ id, name }) => ({
      value: `${asked[index]?.id}:${id}`,
      label: asked.length > 1 ? `${name} · ${asked[index]?.name}` : name,
    })),
  )
  const own = employee && {
    value: `${connectionId ?? connections[0]?.id}:${employee.id}`,
    label: employee.name,
  }
  const choose = (value: string | null, label: string) => {
    if (value === null) return onChange({ employee: null })
    const cut = value.lastIndexOf(':')
    const several = connections.length > 1 && { connectionId: value.slice(0, cut) }
    onChange({ employee: { id: Number(value.slice(cut + 1)), name: label }, ...several })
  }
  return (
    <Select
      className={classes.select}
      aria-label={t('log.filter.employee')}
      placeholder={t('log.filter.any-employee')}
      searchable
      data={own && !offered.some(({ value }) => value === own.value) ? [own, ...offered] : offered}
      onFocus={() => setWanted(true)}
      onDropdownOpen={() => setWanted(true)}
      nothingFoundMessage={views.length < asked.length ? t('log.reading') : t('log.filter.no-employee')}
      value={own?.value ?? null}
      onChange={(value, option) => choose(value, option?.label ?? '')}
      comboboxProps={{ ...INSIDE, width: 260, position: 'bottom-end' }}
      {...useClear()}
    />
  )
}

function useEmployees(ids: string[], wanted: boolean): EmployeesView[] {
  const bridge = useClient()
  return useQueries({
    queries: ids.map((id) => ({
      queryKey: ['employees.get', { id, refresh: false }],
      enabled: wanted,
      async queryFn() {
        const answer = await bridge.call('employees.get', { id, refresh: false })
        return answer.ok ? answer.value : null
      },
    })),
    combine: (results) => results.flatMap(({ data }) => (data ? [data] : [])),
  })
}

/** Listed employees and those of Planfix, without duplicates, by name. */
function namesOf({ choices, planfix }: EmployeesView): { id: number; name: string }[] {
  const names = new Map<number, string>()
  for (const { planfixUserId, name, email } of choices)
    names.set(planfixUserId, name ?? email ?? String(planfixUserId))
  for (const { id, name } of planfix ?? []) names.set(id, name)
  return [...names].map(([id, name]) => ({ id, name })).sort((a, b) => a.name.localeCompare(b.name))
}

function useClear() {
  const { t } = useI18n()
  return { clearable: true, clearButtonProps: { 'aria-label': t('log.filter.clear') } }
}
