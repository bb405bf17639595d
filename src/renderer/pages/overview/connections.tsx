import { Anchor, Badge, Button, Group, Paper, Progress, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { AppState, ConnectionState } from '../../../shared/api/state.ts'
import { Allowed } from '../../client/access.tsx'
import { Empty } from '../../components/feedback/error-alert.tsx'
import { StatusBadge, type Tone } from '../../components/feedback/status-badge.tsx'
import { ActionButton } from '../../features/connection/action-button.tsx'
import { AddressCard } from '../../features/public-address/address-card.tsx'
import { useI18n } from '../../i18n.tsx'

/** Each connection with the state of its two sides, and the public address. */
export function Connections({ state }: { state: AppState }) {
  const { t } = useI18n()
  if (state.connections.length === 0) {
    return (
      <Empty title={t('overview.no-connections')}>
        <Allowed call="setup.begin">
          <Button component={Link} href="/setup">
            {t('action.add-connection')}
          </Button>
        </Allowed>
      </Empty>
    )
  }
  return (
    <section aria-label={t('overview.connections')}>
      <SimpleGrid cols={{ base: 1, xs: 2, lg: 3 }} spacing="sm">
        {state.connections.map((connection) => (
          <Card key={connection.id} connection={connection} now={state.time} />
        ))}
        <AddressCard address={state.publicAddress} />
      </SimpleGrid>
    </section>
  )
}

function Card({ connection, now }: { connection: ConnectionState; now: number }) {
  const { t, number, moment } = useI18n()
  const { counts, budget, heard } = connection
  const waiting = (['queued', 'sending', 'retrying'] as const).reduce(
    (sum, state) => sum + (counts['to-planfix']?.[state] ?? 0) + (counts['to-chatra']?.[state] ?? 0),
    0,
  )
  return (
    <Paper p="sm" component="article" aria-label={connection.name}>
      <Stack gap={6}>
        <Group justify="space-between" wrap="nowrap">
          <Title order={2} lineClamp={1}>
            {connection.name}
          </Title>
          {connection.demo && (
            <Badge color="yellow.3" c="dark.9" radius="sm">
              {t('overview.demo')}
            </Badge>
          )}
        </Group>
        <Fact label={t('side.chatra')}>
          <Side connection={connection} side="chatra" now={now} />
        </Fact>
        <Fact label={t('side.planfix')}>
          <Side connection={connection} side="planfix" now={now} />
        </Fact>
        <Fact label={t('overview.waiting')}>
          {waiting === 0 ? (
            <Text size="sm">{number(waiting)}</Text>
          ) : (
            <Group gap="xs" wrap="nowrap">
              <Anchor component={Link} href={`/log?state=waiting&connection=${connection.id}`} size="sm">
                {number(waiting)}
              </Anchor>
              {isStopped(connection) && <ActionButton action={{ do: 'try', connectionId: connection.id }} />}
            </Group>
          )}
        </Fact>
        <Fact label={t('overview.last-chat')}>
          <Text size="sm">{heard.chatra === null ? t('overview.never') : moment(heard.chatra)}</Text>
        </Fact>
        <Fact label={t('overview.budget')}>
          <Budget budget={budget} />
        </Fact>
        <Plan budget={budget} />
        {connection.carriedBy !== null && (
          <Fact label={t('overview.carried-by')}>
            <Text size="sm">{connection.carriedBy}</Text>
          </Fact>
        )}
      </Stack>
    </Paper>
  )
}

const Fact = ({ label, children }: { label: string; children: ReactNode }) => (
  <Group justify="space-between" wrap="nowrap" gap="sm" mih={22}>
    <Text size="sm" c="dimmed">
      {label}
    </Text>
    {children}
  </Group>
)

const isStopped = ({ enabled, chatra, planfix }: ConnectionState): boolean =>
  enabled && (chatra.state !== 'ok' || planfix.state !== 'ok')

const SECRETS: Record<'chatra' | 'planfix', ConnectionState['missing']> = {
  chatra: ['chatra-secret-key'],
  planfix: ['planfix-token', 'planfix-chat-token'],
}

function Side({
  connection,
  side,
  now,
}: {
  connection: ConnectionState
  side: 'chatra' | 'planfix'
  now: number
}) {
  const { t, clock } = useI18n()
  const current = connection[side]
  const secrets = SECRETS[side]
  if (!connection.enabled) return <StatusBadge tone="off">{t('side.off')}</StatusBadge>
  if (connection.missing.some((what) => secrets.includes(what)))
    return <StatusBadge tone="bad">{t('side.missing')}</StatusBadge>
  if (current.state === 'ok') return <StatusBadge tone="good">{t('side.ok')}</StatusBadge>
  const isAhead = current.until > now
  // Nothing but the time is missing.
  if (current.code === 'daily-limit' && isAhead)
    return <StatusBadge tone="wait">{t('verdict.side.until', { time: clock(current.until) })}</StatusBadge>
  const tone: Tone = current.state === 'paused' ? 'bad' : 'wait'
  return (
    <Stack gap={0} align="flex-end">
      <StatusBadge tone={tone}>{t(`side.${current.state}`)}</StatusBadge>
      {isAhead && (
        <Text size="xs" c="dimmed">
          {t('verdict.side.next', { time: clock(current.until) })}
        </Text>
      )}
    </Stack>
  )
}

/** The day's requests: how many of Planfix's quota are left. */
function Budget({ budget }: { budget: ConnectionState['budget'] }) {
  const { t, number, clock } = useI18n()
  if (budget.remaining === null) {
    return <Text size="sm">{t('overview.budget-used', { used: number(budget.usedToday) })}</Text>
  }
  const left = (100 * budget.remaining) / Math.max(1, budget.remaining + budget.usedToday)
  const text = t('overview.budget-left', { left: number(budget.remaining) })
  return (
    <Group gap="xs" wrap="nowrap">
      <Progress value={left} w={64} color={left < 10 ? 'red.8' : 'bridge'} aria-label={text} />
      <Text size="sm">
        {budget.resetAt === null ? text : t('overview.budget-until', { time: clock(budget.resetAt) })}
      </Text>
    </Group>
  )
}

/** How the rest of them is spent: the polling interval, and the reserve for clients' messages. */
function Plan({ budget }: { budget: ConnectionState['budget'] }) {
  const { t, number, clock } = useI18n()
  const { limit, reservedForClients, isReserveOnly, pollEveryMs, renewedAt } = budget
  if (limit === null || pollEveryMs === 0) return null
  const count = number(reservedForClients)
  return (
    <Text size="xs" c="dimmed">
      {isReserveOnly
        ? t('overview.budget-reserve', { count, time: clock(renewedAt) })
        : t('overview.budget-plan', { count, seconds: number(Math.round(pollEveryMs / 1000)) })}
    </Text>
  )
}
