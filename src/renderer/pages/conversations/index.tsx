import { Box, Button, Group, Skeleton, Stack, Text } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useAppState } from '../../client/hooks.tsx'
import { Empty, ErrorAlert } from '../../components/feedback/error-alert.tsx'
import { IconMessageCircle } from '../../components/icons.ts'
import { nowInList } from '../../components/last-list.ts'
import { Page } from '../../components/page.tsx'
import classes from '../../features/conversations/conversations.module.css'
import { WaitingActions } from '../../features/conversations/no-answer.tsx'
import { ConversationItem } from '../../features/conversations/row.tsx'
import { useI18n } from '../../i18n.tsx'
import { ALL, firstChoice, type ListChoice, rememberChoice } from './choice.ts'
import { ChoiceBar } from './choice-bar.tsx'
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
    <Page title={t('nav.conversations')} help="internal-notes">
      <ChoiceBar choice={choice} onChange={change} busy={busy && rows !== null} />
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
