import { Anchor, Button, Group, Skeleton, Stack, Text, Title } from '@mantine/core'
import { Link } from 'wouter'
import type { LifeStep, MessageRow } from '../../../shared/api/log.ts'
import type { Language } from '../../../shared/i18n/texts.ts'
import { Allowed } from '../../client/access.tsx'
import { useAppState, useCall, usePush } from '../../client/hooks.tsx'
import { ErrorAlert } from '../../components/feedback/error-alert.tsx'
import { StatusBadge, type Tone } from '../../components/feedback/status-badge.tsx'
import { IconExternalLink, IconMessages } from '../../components/icons.ts'
import { useI18n } from '../../i18n.tsx'
import { ActionButton } from '../connection/action-button.tsx'
import { Actions } from './actions.tsx'
import classes from './panel.module.css'
import { RawData } from './raw-data.tsx'
import { type Reason, reasonOf, toneOf, waitingReason } from './reason.ts'
import { fileText, fullTime, speakerOf } from './row-text.ts'

/** All facts about one message: text, state changes with reasons, place, and possible actions. */
export function Detail({
  id,
  row,
  inConversation = false,
}: {
  id: number
  /** The facts known already. */
  row: MessageRow | null
  inConversation?: boolean
}) {
  const asked = useCall('log.message', { id })
  usePush('messages', ({ rows, more }) => {
    if (more || rows.some((one) => one.id === id)) asked.reload()
  })
  const message = asked.value?.message ?? row
  if (message === null)
    return asked.error ? <ErrorAlert error={asked.error} retry={asked.reload} /> : <LoadingSkeleton />
  return (
    <Stack gap="md">
      <State message={message} />
      <Words message={message} />
      <Actions message={message} onDone={asked.reload} />
      <Places message={message} inConversation={inConversation} />
      <Facts message={message} />
      {asked.error ? (
        <ErrorAlert error={asked.error} retry={asked.reload} />
      ) : (
        <Life life={asked.value?.life ?? null} direction={message.direction} />
      )}
      <Allowed call="log.payload">
        <RawData key={id} id={id} />
      </Allowed>
    </Stack>
  )
}

function State({ message }: { message: MessageRow }) {
  const words = useI18n()
  const { t } = words
  const { connections } = useAppState()
  const waits = waitingReason(message, connections, words)
  const reason = waits ?? reasonOf(message, words)
  return (
    <Stack gap={4} role="status">
      <Group gap="xs" justify="space-between">
        <Text fw={600} component="span">
          <StatusBadge tone={toneOf(message)}>{t(`state.${message.state}`)}</StatusBadge>
        </Text>
        <Text size="sm" c="dimmed">
          {t(`log.direction.${message.direction}`)}
        </Text>
      </Group>
      {message.kind !== 'event' && waits === null && (
        <Text size="sm">{t(`log.state.${message.direction}.${message.state}`)}</Text>
      )}
      {reason !== null && <Why reason={reason} />}
      {waits !== null && (
        <Group>
          <ActionButton action={{ do: waits.mend, connectionId: message.connectionId }} />
        </Group>
      )}
      {message.late && message.reason !== null && message.reason !== 'late' && (
        <Text size="sm">{t('log.panel.late')}</Text>
      )}
    </Stack>
  )
}

function Why({ reason }: { reason: Reason }) {
  return (
    <>
      <Text size="sm">{reason.long}</Text>
      {reason.detail !== null && <div className={classes.detail}>{reason.detail}</div>}
    </>
  )
}

function Words({ message }: { message: MessageRow }) {
  const { t, language } = useI18n()
  const kind =
    message.kind === 'edit' || message.kind === 'delete'
      ? t(`log.kind.${message.kind}`)
      : message.author.kind === 'agent' || message.author.kind === 'bridge'
        ? t(`log.kind.${message.author.kind}`)
        : null
  return (
    <Stack gap={4}>
      {kind !== null && (
        <Text size="sm" c="dimmed">
          {kind}
        </Text>
      )}
      {message.text !== '' && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a long text scrolls by the keyboard too.
        <div className={classes.text} data-direction={message.direction} tabIndex={0}>
          {message.text}
        </div>
      )}
      {message.text === '' && message.kind !== 'delete' && (
        <Text size="sm" c="dimmed">
          {t(
            message.kind === 'event'
              ? 'log.row.event'
              : message.files.length > 0
                ? 'log.row.no-text'
                : 'log.row.dropped',
          )}
        </Text>
      )}
      {message.files.length > 0 && (
        <Text size="sm">
          {t('log.panel.files')}: {message.files.map((file) => fileText(file, message, language)).join(', ')}
        </Text>
      )}
    </Stack>
  )
}

function Places({ message, inConversation }: { message: MessageRow; inConversation: boolean }) {
  const { t } = useI18n()
  const { taskUrl, chatUrl, conversationId } = message
  if (taskUrl === null && chatUrl === null && conversationId === null) return null
  return (
    <Stack gap="xs">
      {conversationId !== null && !inConversation && (
        <Button
          component={Link}
          fullWidth
          href={`/conversation/${conversationId}`}
          variant="default"
          leftSection={<IconMessages size={16} aria-hidden />}
        >
          {t('log.panel.conversation')}
        </Button>
      )}
      <Group gap="lg">
        {taskUrl !== null && <Outside href={taskUrl}>{t('log.panel.task')}</Outside>}
        {chatUrl !== null && <Outside href={chatUrl}>{t('log.panel.chat')}</Outside>}
      </Group>
    </Stack>
  )
}

/** A page of one of the services. */
export function Outside({ href, children }: { href: string; children: string }) {
  const { t } = useI18n()
  return (
    <Anchor
      href={href}
      target="_blank"
      rel="noopener noreferrer"
      size="sm"
      title={t('log.panel.new-window')}
      style={{ whiteSpace: 'nowrap' }}
    >
      {children}
      <IconExternalLink size={14} aria-hidden style={{ verticalAlign: '-2px', marginInlineStart: 3 }} />
    </Anchor>
  )
}

function Facts({ message }: { message: MessageRow }) {
  const words = useI18n()
  const { t, language, number } = words
  const { connections } = useAppState()
  const connection = connections.find(({ id }) => id === message.connectionId)
  const facts: [string, string][] = [
    ...(message.clientName === null ? [] : [[t('log.panel.client'), message.clientName] as [string, string]]),
    ...(speakerOf(message, words) === null
      ? []
      : [[t('log.panel.author'), speakerOf(message, words) ?? ''] as [string, string]]),
    [t('log.panel.written'), fullTime(message.writtenAt, language)],
    [t('log.panel.received'), fullTime(message.receivedAt, language)],
  ]
  if (message.attempts > 0) facts.push([t('log.panel.attempts'), number(message.attempts)])
  if (connections.length > 1 || connection === undefined)
    facts.push([t('log.panel.connection'), connection?.name ?? message.connectionId])
  return (
    <dl className={classes.facts}>
      {facts.map(([name, value]) => (
        <Fact key={name} name={name} value={value} />
      ))}
    </dl>
  )
}

const Fact = ({ name, value }: { name: string; value: string }) => (
  <>
    <dt>{name}</dt>
    <dd>{value}</dd>
  </>
)

function Life({ life, direction }: { life: LifeStep[] | null; direction: MessageRow['direction'] }) {
  const words = useI18n()
  const { t, language } = words
  return (
    <section>
      <Title order={3} mb="xs">
        {t('log.panel.life')}
      </Title>
      {life === null ? (
        <Stack gap="xs">
          {[0, 1, 2].map((step) => (
            <Skeleton key={step} height={22} />
          ))}
        </Stack>
      ) : (
        <ol className={classes.life} data-direction={direction}>
          {life.map((step, index) => {
            const reason = reasonOf({ reason: step.reason, late: false }, words)
            const isLast = index === life.length - 1
            return (
              <li key={step.seq} className={classes.step}>
                <Group justify="space-between" wrap="nowrap" align="baseline">
                  <StatusBadge tone={isLast ? toneOf(step) : passedTone(step)}>
                    {t(`state.${step.state}`)}
                  </StatusBadge>
                  <time dateTime={new Date(step.time).toISOString()} title={fullTime(step.time, language)}>
                    {stepTime(step.time, life[index - 1]?.time ?? 0, language)}
                  </time>
                </Group>
                {reason !== null && (
                  <div className={classes.why}>
                    {reason.short}
                    {reason.detail !== null && <div className={classes.detail}>{reason.detail}</div>}
                  </div>
                )}
              </li>
            )
          })}
        </ol>
      )}
    </section>
  )
}

/** A finished state: the awaited event has come, or failed. */
const passedTone = (step: LifeStep): Tone =>
  step.state === 'received' || step.state === 'queued' || step.state === 'sending'
    ? 'good'
    : step.state === 'retrying'
      ? 'attention'
      : toneOf(step)

/** The time; with the day when it differs from the previous one. */
function stepTime(time: number, before: number, language: Language): string {
  const isSameDay = new Date(time).toDateString() === new Date(before).toDateString()
  return new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, {
    ...(!isSameDay && { day: 'numeric', month: 'short' }),
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).format(time)
}

function LoadingSkeleton() {
  return (
    <Stack aria-hidden>
      <Skeleton height={40} />
      <Skeleton height={80} />
      <Skeleton height={120} />
    </Stack>
  )
}
