import { Anchor, Button, Group, Text, Title, VisuallyHidden } from '@mantine/core'
import { useState } from 'react'
import { Link } from 'wouter'
import type { BridgeEventView } from '../../../shared/api/state.ts'
import { eventText } from '../../../shared/i18n/event-text.ts'
import { useAppState, useCall, usePush } from '../../client/hooks.tsx'
import { ErrorAlert } from '../../components/feedback/error-alert.tsx'
import { StatusBadge } from '../../components/feedback/status-badge.tsx'
import { useI18n } from '../../i18n.tsx'
import classes from './overview.module.css'

const READ = 100
const SHOWN = 8

const TONES = { info: 'good', warning: 'attention', error: 'bad' } as const

/** Events of a connection or of the whole program, newest first. Gaps have a separate list. */
export function Happenings() {
  const { t } = useI18n()
  const [all, setAll] = useState(false)
  const answer = useCall('events.list', { afterId: null, limit: READ })
  usePush('event', answer.reload)
  if (answer.error && !answer.value) return <ErrorAlert error={answer.error} retry={answer.reload} />
  const events = (answer.value?.events ?? []).filter(({ key }) => key !== 'event.gap').toReversed()
  if (events.length === 0) return null
  const older = events.length - SHOWN
  return (
    <section aria-labelledby="happenings">
      <Title order={2} id="happenings" mb={4}>
        {t('overview.happenings')}
      </Title>
      <ul className={classes.happenings}>
        {(all ? events : events.slice(0, SHOWN)).map((event) => (
          <Happening key={event.id} event={event} />
        ))}
      </ul>
      {older > 0 && !all && (
        <Button variant="subtle" onClick={() => setAll(true)}>
          {t('overview.happenings-older', { count: older })}
        </Button>
      )}
    </section>
  )
}

function Happening({ event }: { event: BridgeEventView }) {
  const { t, language, moment } = useI18n()
  const { connections } = useAppState()
  const { connectionId, params } = event
  const name = connections.find(({ id }) => id === connectionId)?.name ?? connectionId
  return (
    <li>
      <Text size="sm" c="dimmed" className={classes.when}>
        {moment(event.time)}
      </Text>
      <StatusBadge size="xs" tone={TONES[event.level]}>
        <VisuallyHidden>{t(`overview.level.${event.level}`)}: </VisuallyHidden>
      </StatusBadge>
      <Group gap="xs" component="span">
        <Text size="sm" component="span">
          {name !== null && <strong>{name}: </strong>}
          {eventText(language, event)}
        </Text>
        {typeof params.conversation === 'number' && (
          <Anchor component={Link} href={`/conversation/${params.conversation}`} size="sm">
            {t('overview.open-conversation')}
          </Anchor>
        )}
        {typeof params.week === 'number' && (
          <Anchor component={Link} href={`/report?week=${params.week}`} size="sm">
            {t('report.open')}
          </Anchor>
        )}
      </Group>
    </li>
  )
}
