import { Anchor, Group, Text, Title } from '@mantine/core'
import { useEffect } from 'react'
import { Link } from 'wouter'
import { useAppState, useCall } from '../../client/hooks.tsx'
import classes from '../../features/conversations/conversations.module.css'
import { WaitingActions } from '../../features/conversations/no-answer.tsx'
import { ConversationItem } from '../../features/conversations/row.tsx'
import { useI18n } from '../../i18n.tsx'

const SHOWN = 5

export const useWaiting = (options: { skip?: boolean } = {}) =>
  useCall(
    'conversations.list',
    { text: '', only: 'waiting', after: null, limit: SHOWN },
    { keepPrevious: true, ...options },
  )

/** The clients who wait for an answer, longest first. */
export function WaitingForAnswer() {
  const { t, number } = useI18n()
  const { waiting, time } = useAppState()
  const { value, reload } = useWaiting()
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever the list has changed.
  useEffect(reload, [waiting.version])
  const rows = value?.rows ?? []
  return (
    <section aria-labelledby="waiting">
      <Group justify="space-between" align="baseline" mb={4}>
        <Title order={2} id="waiting">
          {t('waiting.title')}
        </Title>
        {waiting.count > 0 && (
          <Anchor component={Link} href="/conversations?only=waiting" size="sm">
            {t('waiting.all', { shown: number(waiting.count) })}
          </Anchor>
        )}
      </Group>
      {rows.length === 0 ? (
        <Text c="dimmed">{t('waiting.nobody')}</Text>
      ) : (
        <>
          <Text size="sm" c="dimmed" mb={6}>
            {t('waiting.text')}
          </Text>
          <ul className={classes.list}>
            {rows.map((row) => (
              <ConversationItem
                key={row.id}
                row={row}
                now={time}
                actions={<WaitingActions row={row} onDone={reload} />}
              />
            ))}
          </ul>
        </>
      )}
    </section>
  )
}
