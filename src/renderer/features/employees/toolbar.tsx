import { Button, Group, NativeSelect, Text, TextInput } from '@mantine/core'
import type { MatchRow } from '../../../shared/matching.ts'
import { IconRefresh, IconSearch } from '../../components/icons.ts'
import { useI18n } from '../../i18n.tsx'
import { FILTERS, type Filter } from './selection.ts'

/** Searches rows, changes all found ones, and reads Planfix again. */
export function Toolbar(props: {
  search: string
  onSearch(text: string): void
  filter: Filter
  onFilter(filter: Filter): void
  counts: Record<Filter, number>
  shown: readonly MatchRow[]
  /** Everybody may reply: there is nothing to allow. */
  fixed: boolean
  locked: boolean
  onAllow(allowed: boolean): void
  readAt: number | null
  onRefresh: (() => void) | undefined
  refreshing: boolean
}) {
  const { t, number, clock } = useI18n()
  const allAllowed = props.shown.length > 0 && props.shown.every((row) => row.allowed)
  return (
    <Group gap="xs" align="center">
      <TextInput
        flex={1}
        miw="9rem"
        size="xs"
        type="search"
        aria-label={t('employees.search')}
        placeholder={t('employees.search')}
        leftSection={<IconSearch size={14} aria-hidden />}
        value={props.search}
        onChange={(event) => props.onSearch(event.currentTarget.value)}
      />
      <NativeSelect
        size="xs"
        w="10.5rem"
        aria-label={t('employees.filter')}
        value={props.filter}
        onChange={(event) => props.onFilter(event.currentTarget.value as Filter)}
        data={FILTERS.map((one) => ({
          value: one,
          label: `${t(`employees.filter.${one}`)} (${number(props.counts[one])})`,
        }))}
      />
      {!props.locked && (
        <Button
          variant="default"
          disabled={props.fixed || props.shown.length === 0}
          onClick={() => props.onAllow(!allAllowed)}
        >
          {allAllowed && !props.fixed ? t('employees.allow-none') : t('employees.allow-all')}
        </Button>
      )}
      {props.onRefresh && (
        <Button
          variant="default"
          leftSection={<IconRefresh size={14} aria-hidden />}
          onClick={props.onRefresh}
          loading={props.refreshing}
        >
          {t('action.refresh')}
        </Button>
      )}
      <Text size="xs" c="dimmed" w="100%" role="status">
        {t('employees.shown', { count: props.shown.length, total: number(props.counts.all) })}
        {props.readAt !== null && ` · ${t('employees.read-at', { time: clock(props.readAt) })}`}
      </Text>
    </Group>
  )
}
