import { Box, Button, Flex, Skeleton, Stack, Text } from '@mantine/core'
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { Link } from 'wouter'
import type { MessageRow } from '../../../shared/api/log.ts'
import type { AppState } from '../../../shared/api/state.ts'
import { useMay } from '../../client/access.tsx'
import { useAppState, useLine } from '../../client/hooks.tsx'
import { Empty, ErrorAlert } from '../../components/feedback/error-alert.tsx'
import { IconMessages, IconSearch } from '../../components/icons.ts'
import { nowInList } from '../../components/last-list.ts'
import { Page } from '../../components/page.tsx'
import { Detail } from '../../features/messages/detail.tsx'
import { soughtWords } from '../../features/messages/highlight.tsx'
import { Panel } from '../../features/messages/panel.tsx'
import { useI18n } from '../../i18n.tsx'
import { BulkBar } from './bulk-bar.tsx'
import { ExportMenu } from './export-menu.tsx'
import { type Choice, isChosen, NO_CHOICE } from './filters/filter.ts'
import { Filters } from './filters/filters.tsx'
import { countOf, indexOf, type List, matchesOf, rowAt } from './list.ts'
import classes from './log.module.css'
import { forgetLinkedChoice, rememberChoice, rememberedChoice, rememberPlace } from './saved-position.ts'
import { Table, type TableHandle } from './table.tsx'
import { useReading } from './use-reading.ts'

/** Every message and its state, newest first, live. */
export function LogPage() {
  const { t } = useI18n()
  useEffect(() => nowInList('/log'), [])
  const [choice, setChoice] = useState(rememberedChoice)
  const { reader, reading, key, place } = useReading(choice)
  const [open, setOpen] = useState<{ id: number; row: MessageRow | null } | null>(
    place?.openId ? { id: place.openId, row: null } : null,
  )
  const table = useRef<TableHandle>(null)
  const { list, loading, error, generation } = reading
  // While the connection is lost the whole window says so, and the shown data stays.
  const line = useLine()

  const change = (next: Choice) => {
    rememberChoice(next)
    setChoice(next)
  }
  const onOpen = useCallback((row: MessageRow) => setOpen({ id: row.id, row }), [])
  const onClose = useCallback(() => setOpen(null), [])
  const [selected, setSelected] = useState<ReadonlyMap<number, MessageRow>>(new Map())
  const may = useMay()
  const clear = useCallback(() => setSelected(new Map()), [])
  const onSelect = useCallback(
    (row: MessageRow) =>
      setSelected((before) => {
        const next = new Map(before)
        if (!next.delete(row.id)) next.set(row.id, row)
        return next
      }),
    [],
  )
  // Another list: what was selected in the last one is out of sight.
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever the filter is another one.
  useEffect(clear, [key])
  // The panel belongs to a message of the list.
  useEffect(() => {
    if (open !== null && list !== null && !loading && isGone(list, open.id)) setOpen(null)
  }, [list, loading, open])

  // The list opens where it was left.
  const left = useRef<() => void>(() => {})
  useEffect(() => {
    left.current = () => {
      forgetLinkedChoice(choice)
      const at = table.current?.place()
      rememberPlace(
        list === null || loading || at === undefined ? null : { key, list, ...at, openId: open?.id ?? null },
      )
    }
  })
  // While the table still exists.
  useLayoutEffect(() => () => left.current(), [])

  const filter = useMemo(() => JSON.parse(key), [key])
  const words = useMemo(() => soughtWords(choice.search), [choice.search])
  return (
    <Page fill title={t('nav.log')} help="messages" actions={<ExportMenu filter={filter} list={list} />}>
      <Filters
        choice={choice}
        onChange={change}
        busy={loading && list !== null}
        found={list !== null && <Found list={list} choice={choice} />}
      />
      {error !== null && (list === null || line === 'online') && (
        <Box pb="xs">
          <ErrorAlert error={error} retry={() => reader.reload()} />
        </Box>
      )}
      <BulkBar
        selected={selected}
        clear={clear}
        all={choice.quick === 'attention' && list !== null ? { filter, count: matchesOf(list) } : null}
      />
      <Flex gap="sm" flex={1} mih={0}>
        {list === null && error === null && <LoadingSkeleton />}
        {list !== null && countOf(list) === 0 && !loading && (
          <Nothing chosen={isChosen(choice)} reset={() => change(NO_CHOICE)} />
        )}
        {list !== null && (countOf(list) > 0 || loading) && (
          <Table
            reader={reader}
            list={list}
            generation={generation}
            begin={place}
            busy={loading}
            openId={open?.id ?? null}
            selected={selected}
            onSelect={may('log.bulk') ? onSelect : null}
            words={words}
            onOpen={onOpen}
            onClose={onClose}
            handle={table}
          />
        )}
        <Panel opened={open !== null} onClose={onClose} giveBack={() => table.current?.focus()}>
          {open !== null && <Detail key={open.id} id={open.id} row={open.row} />}
        </Panel>
      </Flex>
    </Page>
  )
}

/** The message is certainly not in the list. */
function isGone(list: List, id: number): boolean {
  if (countOf(list) === 0) return list.held.length === 0
  const index = indexOf(list, id)
  const there = index === null ? undefined : rowAt(list, index)
  return there !== undefined && there.id !== id && !list.held.some((row) => row.id === id)
}

/** `3 of 12,480`, or the total number. */
function Found({ list, choice }: { list: List; choice: Choice }) {
  const { t, number } = useI18n()
  const [found, all] = [matchesOf(list), allOf(useAppState())]
  return isChosen(choice) && all >= found
    ? t('log.found-of', { found: number(found), all: number(all) })
    : t('log.found', { count: found, shown: number(found) })
}

const allOf = ({ connections }: AppState): number =>
  connections
    .flatMap(({ counts }) => Object.values(counts))
    .flatMap((states) => Object.values(states))
    .reduce((sum, count) => sum + count, 0)

function Nothing({ chosen, reset }: { chosen: boolean; reset(): void }) {
  const { t } = useI18n()
  return (
    <Stack className={classes.nothing} justify="center">
      {chosen ? (
        <Empty title={t('log.none.title')} icon={<IconSearch size={32} stroke={1.3} aria-hidden />}>
          <Text c="dimmed">{t('log.none.text')}</Text>
          <Button variant="default" onClick={reset}>
            {t('log.filter.reset')}
          </Button>
        </Empty>
      ) : (
        <Empty title={t('log.empty.title')} icon={<IconMessages size={32} stroke={1.3} aria-hidden />}>
          <Text c="dimmed" maw="34rem">
            {t('log.empty.text')}
          </Text>
          <Button component={Link} href="/diagnostics" variant="default">
            {t('log.empty.check')}
          </Button>
        </Empty>
      )}
    </Stack>
  )
}

/** Lines of the list's own height, so that nothing moves when it is loaded. */
function LoadingSkeleton() {
  return (
    <div className={classes.bones} aria-hidden>
      {Array.from({ length: 24 }, (_, line) => line).map((line) => (
        <div key={line} className={classes.bone}>
          <Skeleton height={10} radius="xl" width={`${92 - ((line * 13) % 30)}%`} />
        </div>
      ))}
    </div>
  )
}
