import {
  Box,
  Button,
  CloseButton,
  Group,
  Loader,
  SegmentedControl,
  Select,
  Skeleton,
  Stack,
  Text,
  TextInput,
} from '@mantine/core'
import { useDebouncedCallback, useMediaQuery } from '@mantine/hooks'
import { useEffect, useRef, useState } from 'react'
import { LISTS } from '../../../shared/api/conversations.ts'
import { useAppState } from '../../client/hooks.tsx'
import { Empty, ErrorAlert } from '../../components/error-alert.tsx'
import { IconMessageCircle, IconSearch } from '../../components/icons.ts'
import { nowInList } from '../../components/last-list.ts'
import { Page } from '../../components/page.tsx'
import classes from '../../features/conversations/conversations.module.css'
import { WaitingActions } from '../../features/conversations/no-answer.tsx'
import { ConversationItem } from '../../features/conversations/row.tsx'
import { useI18n } from '../../i18n.tsx'
import { ALL, firstChoice, type ListChoice, rememberChoice } from './choice.ts'
import { useList } from './use-list.ts'

/** Every conversation as the owner thinks of it: who, the last words, who waits since when. */
export function ConversationsPage() {
  const { t } = useI18n()
  const { time } = useAppState()
  useEffect(() => nowInList('/conversations'), [])
  const [choice, setChoice] = useState(firstChoice)
  const { rows, error, busy, reload, more } = useList(choice)
  const change = (next: ListChoice) => {
    rememberChoice(next)
    setChoice(next)
  }
  return (
    <Page title={t('nav.conversations')}>
      <Choice choice={choice} onChange={change} busy={busy && rows !== null} />
      {error !== null && (
        <Box pb="xs">
          <ErrorAlert error={error} retry={reload} />
        </Box>
      )}
      {rows === null && error === null && <Bones />}
      {rows !== null && rows.length === 0 && <Nothing choice={choice} all={() => change(ALL)} />}
      {rows !== null && rows.length > 0 && (
        <ul className={classes.list} aria-label={t('conversations.list')}>
          {rows.map((row) => (
            <ConversationItem
              key={row.id}
              row={row}
              now={time}
              {...(choice.only === 'waiting' && { actions: <WaitingActions row={row} onDone={reload} /> })}
            />
          ))}
        </ul>
      )}
      {more !== null && (
        <Group justify="center" mt="sm">
          <Button variant="default" onClick={more} loading={busy}>
            {t('conversations.more')}
          </Button>
        </Group>
      )}
    </Page>
  )
}

const SEARCH_MS = 250

function Choice({
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

function Nothing({ choice, all }: { choice: ListChoice; all(): void }) {
  const { t } = useI18n()
  const icon = <IconMessageCircle size={32} stroke={1.3} aria-hidden />
  const isPlain = choice.text.trim() === '' && choice.connectionId === null
  if (isPlain && choice.only === 'all')
    return (
      <Empty title={t('conversations.empty.title')} icon={icon}>
        {t('conversations.empty.text')}
      </Empty>
    )
  if (isPlain && choice.only === 'waiting')
    return (
      <Empty title={t('conversations.nobody.title')} icon={icon}>
        {t('conversations.nobody.text')}
      </Empty>
    )
  return (
    <Empty title={t('conversations.none.title')} icon={icon}>
      <Text c="dimmed">{t('conversations.none.text')}</Text>
      <Button variant="default" onClick={all}>
        {t('conversations.none.all')}
      </Button>
    </Empty>
  )
}

const Bones = () => (
  <Stack gap="xs" aria-hidden>
    {[0, 1, 2, 3, 4, 5].map((line) => (
      <Skeleton key={line} height={40} />
    ))}
  </Stack>
)
