import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import type { LogFilter, MessageRow } from '../../../shared/api/log.ts'
import { useMay } from '../../client/access.tsx'
import { type Stuck, useStuckActions } from '../../features/messages/use-stuck-actions.tsx'
import { useI18n } from '../../i18n.tsx'

/** Actions on the selected messages, or, in the list of those that need attention, on all of them. */
export function BulkBar({
  selected,
  clear,
  all,
}: {
  selected: ReadonlyMap<number, MessageRow>
  clear(): void
  /** The whole list, where all of it is stuck; null elsewhere. */
  all: { filter: LogFilter; count: number } | null
}) {
  const { t, number } = useI18n()
  const { retry, dismiss } = useStuckActions()
  const may = useMay()
  const [asks, setAsks] = useState(false)
  const [busy, setBusy] = useState(false)
  const isSelection = selected.size > 0
  const count = isSelection ? selected.size : (all?.count ?? 0)
  if (count === 0 || !may('log.bulk')) return null
  const stuck: Stuck = isSelection ? { ids: [...selected.keys()] } : { filter: all?.filter ?? {} }
  const mayDouble = isSelection
    ? [...selected.values()].some(
        ({ state, direction }) => state === 'uncertain' && direction === 'to-chatra',
      )
    : true
  const carryOut = async (act: (stuck: Stuck) => Promise<void>) => {
    setBusy(true)
    await act(stuck)
    setBusy(false)
    setAsks(false)
    clear()
  }
  const shown = number(count)
  return (
    <Group gap="xs" pb="xs" role="toolbar" aria-label={t('bulk.bar')}>
      {isSelection && (
        <Text size="sm" role="status">
          {t('bulk.selected', { count, shown })}
        </Text>
      )}
      <Button
        size="compact-sm"
        variant="default"
        loading={busy}
        onClick={() => (mayDouble ? setAsks(true) : void carryOut(retry))}
      >
        {t(isSelection ? 'bulk.retry' : 'bulk.retry-all', { shown })}
      </Button>
      <Button size="compact-sm" variant="default" loading={busy} onClick={() => void carryOut(dismiss)}>
        {t(isSelection ? 'bulk.dismiss' : 'bulk.dismiss-all', { shown })}
      </Button>
      {isSelection && (
        <Button size="compact-sm" variant="subtle" onClick={clear}>
          {t('bulk.clear')}
        </Button>
      )}
      <Modal
        opened={asks}
        onClose={() => setAsks(false)}
        title={t('bulk.retry.title')}
        closeButtonProps={{ 'aria-label': t('action.close') }}
      >
        <Stack>
          <Text>{t('bulk.retry.text')}</Text>
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={() => setAsks(false)} data-autofocus>
              {t('action.cancel')}
            </Button>
            <Button loading={busy} onClick={() => void carryOut(retry)}>
              {t('log.retry')}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </Group>
  )
}
