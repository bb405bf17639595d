import { CloseButton, Group, Loader, SegmentedControl, Select, Stack, TextInput } from '@mantine/core'
import { useDebouncedCallback, useMediaQuery } from '@mantine/hooks'
import { useEffect, useRef, useState } from 'react'
import { LISTS } from '../../../shared/api/conversations.ts'
import { useAppState } from '../../client/hooks.tsx'
import { IconSearch } from '../../components/icons.ts'
import classes from '../../features/conversations/conversations.module.css'
import { useI18n } from '../../i18n.tsx'
import type { ListChoice } from './choice.ts'

const SEARCH_MS = 250

/** Search and filters above the list. */
export function ChoiceBar({
  choice,
  onChange,
  busy,
}: {
  choice: ListChoice
  onChange(choice: ListChoice): void
  busy: boolean
}) {
  const { t } = useI18n()
  const { connections, waiting } = useAppState()
  const isNarrow = useMediaQuery('(max-width: 40em)', undefined, { getInitialValueInEffect: false })
  const input = useRef<HTMLInputElement>(null)
  const [typed, setTyped] = useState(choice.text)
  const search = useDebouncedCallback((text: string) => onChange({ ...choice, text }), SEARCH_MS)
  useEffect(() => setTyped(choice.text), [choice.text])
  const clear = () => {
    search.cancel()
    setTyped('')
    onChange({ ...choice, text: '' })
    input.current?.focus()
  }
  const lists = LISTS.map((value) => ({
    value,
    label:
      value === 'waiting' && waiting.count > 0
        ? `${t('conversations.only.waiting')} (${waiting.count})`
        : t(`conversations.only.${value}`),
  }))
  return (
    <Stack gap="xs" pb="sm" role="search">
      <Group gap="xs">
        <TextInput
          ref={input}
          flex={1}
          miw="12rem"
          type="search"
          classNames={{ input: classes.search ?? '' }}
          aria-label={t('conversations.search')}
          placeholder={t('conversations.search')}
          maxLength={200}
          leftSection={<IconSearch size={16} aria-hidden />}
          rightSection={
            busy ? (
              <Loader size={14} />
            ) : (
              typed !== '' && (
                <CloseButton size="sm" aria-label={t('conversations.search-clear')} onClick={clear} />
              )
            )
          }
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value)
            search(event.currentTarget.value)
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return
            if (typed !== '') clear()
            else event.currentTarget.blur()
          }}
        />
        {connections.length > 1 && (
          <Select
            w="12rem"
            aria-label={t('conversations.connection')}
            placeholder={t('conversations.any-connection')}
            data={connections.map(({ id, name }) => ({ value: id, label: name }))}
            value={choice.connectionId}
            onChange={(connectionId) => onChange({ ...choice, connectionId })}
            clearable
          />
        )}
      </Group>
      {isNarrow ? (
        <Select
          aria-label={t('conversations.only')}
          data={lists}
          value={choice.only}
          allowDeselect={false}
          onChange={(only) => onChange({ ...choice, only: only as ListChoice['only'] })}
        />
      ) : (
        <Group>
          <SegmentedControl
            size="xs"
            aria-label={t('conversations.only')}
            data={lists}
            value={choice.only}
            onChange={(only) => onChange({ ...choice, only: only as ListChoice['only'] })}
            transitionDuration={0}
          />
        </Group>
      )}
    </Stack>
  )
}
