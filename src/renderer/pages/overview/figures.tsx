import { Anchor, Group, Paper, SimpleGrid, Skeleton, Text, Title } from '@mantine/core'
import { Link } from 'wouter'
import type { Overview } from '../../../shared/api/overview.ts'
import type { CallError } from '../../../shared/api.ts'
import { ErrorAlert } from '../../components/feedback/error-alert.tsx'
import { useI18n } from '../../i18n.tsx'
import classes from './overview.module.css'

const NONE = '–'

/** Today in six numbers. */
export function Figures(props: {
  today: Overview['today'] | undefined
  error: CallError | null
  retry(): void
}) {
  const { t, number, duration } = useI18n()
  const { today, error, retry } = props
  if (error !== null && today === undefined) return <ErrorAlert error={error} retry={retry} />
  const first = today?.medianFirstReplyMs
  return (
    <section aria-labelledby="today">
      <Group justify="space-between" align="baseline" mb="xs">
        <Title order={2} id="today">
          {t('overview.today')}
        </Title>
        <Anchor component={Link} href="/report" size="sm">
          {t('report.open')}
        </Anchor>
      </Group>
      <SimpleGrid cols={{ base: 2, sm: 3, lg: 6 }} spacing="sm">
        <Tile
          label={t('overview.chats')}
          value={today && number(today.chats)}
          href="/conversations?only=today"
        />
        <Tile
          label={t('overview.new-chats')}
          value={today && number(today.newChats)}
          href="/conversations?only=new"
        />
        <Tile
          label={t('overview.from-clients')}
          value={today && number(today.toPlanfix)}
          href="/log?when=today&direction=to-planfix"
        />
        <Tile
          label={t('overview.from-employees')}
          value={today && number(today.toChatra)}
          href="/log?when=today&direction=to-chatra"
        />
        <Tile
          label={t('overview.first-reply')}
          value={today && (first === null || first === undefined ? NONE : duration(first))}
          href="/report"
        />
        <Tile
          label={t('overview.failed')}
          value={today && number(today.failed + today.uncertain)}
          href="/log?when=today&state=attention"
        />
      </SimpleGrid>
    </section>
  )
}

/** A figure that leads to the conversations or messages that it counts. */
function Tile({ label, value, href }: { label: string; value: string | undefined; href: string }) {
  return (
    <Paper px="sm" py="xs">
      <Text size="sm" c="dimmed" className={classes.label}>
        {label}
      </Text>
      {value === undefined ? (
        <Skeleton height={24} width={56} mt={4} />
      ) : value === '0' || value === NONE ? (
        <Text className={classes.figure}>{value}</Text>
      ) : (
        <Anchor component={Link} href={href} className={classes.figure} aria-label={`${label}: ${value}`}>
          {value}
        </Anchor>
      )}
    </Paper>
  )
}
