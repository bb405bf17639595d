import { ActionIcon, Button, CopyButton, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { Link } from 'wouter'
import type { PublicAddress } from '../../../shared/api/state.ts'
import { Allowed } from '../../client/access.tsx'
import { StatusBadge } from '../../components/feedback/status-badge.tsx'
import { IconCheck, IconCopy } from '../../components/icons.ts'
import { useI18n } from '../../i18n.tsx'
import { ActionButton } from '../connection/action-button.tsx'

const TONES = { none: 'off', unproven: 'wait', proving: 'wait', proven: 'good', failing: 'bad' } as const

/** How Chatra reaches this computer: whether and since when it works, the address to copy, and the button that checks it. */
export function AddressCard({ address: now }: { address: PublicAddress }) {
  const { t, say, moment, clock } = useI18n()
  const { provider, standby, state, address, since, lostAt, provenAt, problem, problemParams, retryAt } = now
  const facts = [
    since !== null && t('tunnel.page.since', { time: moment(since) }),
    lostAt !== null && t('tunnel.page.lost', { time: moment(lostAt) }),
    retryAt !== null && t('tunnel.state.retry', { time: clock(retryAt) }),
    provenAt !== null && t('overview.address-proven-at', { time: moment(provenAt) }),
  ].filter((fact) => typeof fact === 'string')
  return (
    <Paper p="sm" component="article" aria-label={t('overview.address')}>
      <Stack gap={6}>
        <Title order={2}>{t('overview.address')}</Title>
        <Group gap="xs" justify="space-between">
          <StatusBadge tone={TONES[state]}>
            {standby && state === 'proven'
              ? t('tunnel.page.standby.short')
              : t(`overview.address-state.${state}`)}
          </StatusBadge>
          {provider !== 'none' && (
            <Text size="sm" c="dimmed">
              {t(`tunnel.provider.${provider}`)}
            </Text>
          )}
        </Group>
        {address !== null && (
          <Group gap={4} wrap="nowrap">
            <Text size="sm" truncate title={address}>
              {address}
            </Text>
            <Copy text={address} />
          </Group>
        )}
        {problem !== null && (
          <Text size="sm" lineClamp={3}>
            {say({ key: problem, params: problemParams })}
          </Text>
        )}
        {facts.map((fact) => (
          <Text key={fact} size="sm" c="dimmed">
            {fact}
          </Text>
        ))}
        <Group gap="xs">
          {provider !== 'none' && <ActionButton action={{ do: 'prove-address' }} label="tunnel.page.try" />}
          <Allowed call="tunnel.save">
            <Button component={Link} href="/settings/~address" variant="default">
              {t('action.edit')}
            </Button>
          </Allowed>
        </Group>
      </Stack>
    </Paper>
  )
}

function Copy({ text }: { text: string }) {
  const { t } = useI18n()
  return (
    <CopyButton value={text} timeout={2000}>
      {({ copied, copy }) => (
        <ActionIcon
          variant="subtle"
          color="gray"
          onClick={copy}
          aria-label={copied ? t('action.copied') : `${t('action.copy')}: ${t('overview.address')}`}
        >
          {copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
        </ActionIcon>
      )}
    </CopyButton>
  )
}
