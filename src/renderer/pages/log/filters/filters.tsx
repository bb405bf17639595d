import {
  Button,
  CloseButton,
  Group,
  Indicator,
  Loader,
  Popover,
  SegmentedControl,
  Select,
  Stack,
  Text,
  TextInput,
} from '@mantine/core'
import { useDebouncedCallback, useMediaQuery, useWindowEvent } from '@mantine/hooks'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { IconFilter, IconSearch } from '../../../components/icons.ts'
import { useI18n } from '../../../i18n.tsx'
import { Chips } from './chips.tsx'
import { type Choice, isChosen, QUICK, type Quick } from './filter.ts'
import classes from './filters.module.css'
import { ClientFilter, ConnectionFilter, DirectionFilter, EmployeeFilter } from './narrow.tsx'
import { TimeFilter } from './time-filter.tsx'

const SEARCH_MS = 250

/** The filters of the list: text, state, time, and, in a second row or a popover behind a button, people. */
export function Filters(props: {
  choice: Choice
  onChange(choice: Choice): void
  /** The list of this choice is loading. */
  busy: boolean
  /** Number of matching messages. */
  found: ReactNode
}) {
  const { choice, onChange, busy, found } = props
  const { t } = useI18n()
  const isWide = useMediaQuery('(min-width: 75rem)', undefined, { getInitialValueInEffect: false })
  const isPhone = useMediaQuery('(max-width: 40em)', undefined, { getInitialValueInEffect: false })
  const states = QUICK.map((value) => ({ value, label: t(`log.quick.${value}`) }))
  const change = (part: Partial<Choice>) => onChange({ ...choice, ...part })
  const narrow = (
    <>
      <DirectionFilter value={choice.direction} onChange={(direction) => change({ direction })} />
      <ConnectionFilter value={choice.connectionId} onChange={(connectionId) => change({ connectionId })} />
      <ClientFilter choice={choice} onChange={(client) => change({ client })} />
      <EmployeeFilter choice={choice} onChange={change} />
    </>
  )
  return (
    <Stack gap="xs" pb="xs" role="search">
      <Group gap="xs" wrap={isPhone ? 'wrap' : 'nowrap'}>
        <Search value={choice.search} busy={busy} onChange={(search) => change({ search })} />
        <TimeFilter value={choice.when} onChange={(when) => change({ when })} />
        {isWide ? narrow : <More choice={choice}>{narrow}</More>}
      </Group>
      <Group gap="sm" wrap="nowrap" justify="space-between">
        {isPhone ? (
          <Select
            flex={1}
            aria-label={t('log.quick')}
            value={choice.quick}
            onChange={(quick) => change({ quick: quick as Quick })}
            data={states}
            allowDeselect={false}
          />
        ) : (
          <SegmentedControl<Quick>
            size="xs"
            aria-label={t('log.quick')}
            value={choice.quick}
            onChange={(quick) => change({ quick })}
            data={states}
            transitionDuration={0}
          />
        )}
        <Group gap="xs" wrap="nowrap">
          {/* Announced after a search; with a stream of messages nothing else could be heard. */}
          <Text size="sm" c="dimmed" role={isChosen(choice) ? 'status' : undefined} className={classes.found}>
            {found}
          </Text>
        </Group>
      </Group>
      <Chips choice={choice} onChange={onChange} />
    </Stack>
  )
}

/** The search starts when the typing pauses. */
function Search({ value, busy, onChange }: { value: string; busy: boolean; onChange(value: string): void }) {
  const { t } = useI18n()
  const input = useRef<HTMLInputElement>(null)
  const [typed, setTyped] = useState(value)
  const tell = useDebouncedCallback(onChange, SEARCH_MS)
  // Reset from elsewhere.
  useEffect(() => setTyped(value), [value])
  useWindowEvent('keydown', (event) => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
    event.preventDefault()
    input.current?.focus()
    input.current?.select()
  })
  const type = (text: string) => {
    setTyped(text)
    tell(text)
  }
  const clear = () => {
    tell.cancel()
    setTyped('')
    onChange('')
    input.current?.focus()
  }
  return (
    <TextInput
      ref={input}
      className={classes.search}
      type="search"
      aria-label={t('log.search')}
      placeholder={t('log.search')}
      title={t('log.search-key')}
      maxLength={200}
      leftSection={<IconSearch size={16} aria-hidden />}
      rightSection={
        busy ? (
          <Loader size={14} />
        ) : (
          typed !== '' && <CloseButton size="sm" aria-label={t('log.search-clear')} onClick={clear} />
        )
      }
      value={typed}
      onChange={(event) => type(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        if (typed !== '') clear()
        else event.currentTarget.blur()
      }}
    />
  )
}

/** The other filters, where there is no room for them. */
function More({ choice, children }: { choice: Choice; children: ReactNode }) {
  const { t } = useI18n()
  const count = [choice.direction, choice.connectionId, choice.client, choice.employee].filter(
    (one) => one !== null,
  ).length
  return (
    <Popover position="bottom-end" trapFocus shadow="md" returnFocus>
      <Indicator disabled={count === 0} label={count} size={16}>
        <Popover.Target>
          <Button
            variant="default"
            size="sm"
            leftSection={<IconFilter size={16} aria-hidden />}
            aria-label={count === 0 ? t('log.filter') : t('log.filter-count', { count })}
          >
            {t('log.filter')}
          </Button>
        </Popover.Target>
      </Indicator>
      <Popover.Dropdown aria-label={t('log.filter')}>
        <Stack gap="xs" w="16rem" className={classes.stacked}>
          {children}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  )
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLInputElement && target.type !== 'radio' && target.type !== 'checkbox'))
