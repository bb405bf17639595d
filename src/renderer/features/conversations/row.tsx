import { Anchor, Badge, Text, VisuallyHidden } from '@mantine/core'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { ConversationRow } from '../../../shared/api/conversations.ts'
import { useAppState } from '../../client/hooks.tsx'
import { IconClock, IconEyeOff, IconPaperclip } from '../../components/icons.ts'
import { type Speech, useI18n } from '../../i18n.tsx'
import { Outside } from '../messages/detail.tsx'
import classes from './conversations.module.css'

/** A conversation in a list: its client, the last words, who waits since when, and its task. */
export function ConversationItem({
  row,
  now,
  actions,
}: {
  row: ConversationRow
  now: number
  /** Shown instead of the time. */
  actions?: ReactNode
}) {
  const { t, clock, moment } = useI18n()
  const { connections } = useAppState()
  const connection = connections.find(({ id }) => id === row.connectionId)
  return (
    <li className={classes.item} data-actions={actions !== undefined || undefined}>
      <div className={classes.head}>
        <Anchor component={Link} href={`/conversation/${row.id}`} className={classes.client}>
          {row.clientName}
        </Anchor>
        {connections.length > 1 && (
          <Text size="xs" c="dimmed" className={classes.connection}>
            {connection?.name ?? row.connectionId}
          </Text>
        )}
      </div>
      <div className={classes.words}>
        <LastWords row={row} />
      </div>
      <div className={classes.state}>
        <State row={row} now={now} />
      </div>
      <div className={classes.task}>
        {row.task !== null &&
          (row.task.url === null ? (
            <Text size="sm" c="dimmed">
              {t('conversations.task', { id: row.task.id })}
            </Text>
          ) : (
            <Outside href={row.task.url}>{t('conversations.task', { id: row.task.id })}</Outside>
          ))}
      </div>
      <div className={classes.end}>
        {actions ?? (
          <Text size="sm" c="dimmed" component="time">
            {isSameDay(row.activeAt, now) ? clock(row.activeAt) : moment(row.activeAt)}
          </Text>
        )}
      </div>
    </li>
  )
}

function LastWords({ row: { last, clientName } }: { row: ConversationRow }) {
  const { t } = useI18n()
  if (last === null) return null
  const isClient = last.author.kind === 'client'
  const name = isClient ? null : last.author.name || null
  return (
    <Text size="sm" component="span" className={classes.last} c={isClient ? undefined : 'dimmed'}>
      {last.internal && (
        <>
          <IconEyeOff size={14} aria-hidden className={classes.mark} />
          <VisuallyHidden>{t('conversations.internal')}: </VisuallyHidden>
        </>
      )}
      {last.files.length > 0 && <IconPaperclip size={14} aria-hidden className={classes.mark} />}
      {name !== null && `${name}: `}
      {isClient && <VisuallyHidden>{clientName}: </VisuallyHidden>}
      {last.text.replace(/\s+/g, ' ').trim() || last.files.join(', ') || t('conversations.text-gone')}
    </Text>
  )
}

/** Marks in words; what is usual has none. */
function State({ row, now }: { row: ConversationRow; now: number }) {
  const speech = useI18n()
  const { t } = speech
  const { waitingSince } = row
  return (
    <>
      {waitingSince !== null && (
        <span
          className={classes.waits}
          title={t('conversations.waits-since', { time: speech.moment(waitingSince) })}
        >
          <IconClock size={14} aria-hidden className={classes.mark} />
          {t('conversations.waits', { age: ageOf(waitingSince, now, speech) })}
        </span>
      )}
      {row.paused && <Mark>{t('conversations.paused')}</Mark>}
      {row.blocked && <Mark>{t('conversations.blocked')}</Mark>}
      {row.muted && <Mark>{t('conversations.muted')}</Mark>}
      {row.last?.state === 'failed' && <Mark>{t('state.failed')}</Mark>}
      {row.last?.state === 'uncertain' && <Mark>{t('state.uncertain')}</Mark>}
      {waitingSince === null && row.clientLeft && !row.blocked && (
        <Text size="sm" c="dimmed" component="span">
          {t('conversations.left')}
        </Text>
      )}
    </>
  )
}

const Mark = ({ children }: { children: string }) => (
  <Badge variant="outline" color="gray" c="var(--mantine-color-text)" radius="sm" tt="none" fw={500}>
    {children}
  </Badge>
)

/** At least a minute: seconds would change all the time. */
const ageOf = (since: number, now: number, { duration }: Pick<Speech, 'duration'>): string =>
  duration(Math.max(60_000, Math.floor((now - since) / 60_000) * 60_000))

const isSameDay = (one: number, other: number): boolean =>
  new Date(one).toDateString() === new Date(other).toDateString()
