import { Alert, Stack, Text } from '@mantine/core'
import type { PublicAddress } from '../../../shared/api/state.ts'
import { StatusBadge, type Tone } from '../../components/feedback/status-badge.tsx'
import { IconAlertTriangle, IconInfoCircle } from '../../components/icons.ts'
import { type Speech, useI18n } from '../../i18n.tsx'

const TONES: Record<PublicAddress['state'], Tone> = {
  none: 'attention',
  unproven: 'attention',
  proving: 'wait',
  proven: 'good',
  failing: 'bad',
}

/** Whether this computer is reachable, by which provider, the age of the proof, and problems. */
export function PublicAddressState({ address }: { address: PublicAddress }) {
  const words = useI18n()
  const { t, say, moment, clock } = words
  const { gap } = address
  const facts = [
    address.since !== null && t('tunnel.page.since', { time: moment(address.since) }),
    address.lostAt !== null && t('tunnel.page.lost', { time: moment(address.lostAt) }),
    address.needsOwner && t('tunnel.page.needs-owner'),
    address.retryAt !== null && t('tunnel.state.retry', { time: clock(address.retryAt) }),
    gap !== null && t('tunnel.state.gap', { from: moment(gap.from), to: moment(gap.to) }),
    gap?.kept && t('tunnel.page.gap-kept'),
  ].filter((fact) => typeof fact === 'string')
  return (
    <Stack gap="xs">
      <div role="status">
        <StatusBadge tone={TONES[address.state]}>{stateText(address, words)}</StatusBadge>
        {address.provider !== 'none' && (
          <Text size="sm" mt={4}>
            {t('tunnel.page.by', { provider: t(`tunnel.provider.${address.provider}`) })}
          </Text>
        )}
        {address.address !== null && (
          <Text ff="monospace" size="sm" mt={4} style={{ overflowWrap: 'anywhere' }}>
            {address.address}
          </Text>
        )}
      </div>
      {address.problem !== null && (
        <Alert
          color={address.needsOwner || address.lostAt === null ? 'red' : 'orange'}
          variant="light"
          icon={<IconAlertTriangle aria-hidden />}
          py="xs"
        >
          {say({ key: address.problem, params: address.problemParams })}
        </Alert>
      )}
      {address.standby && (
        <Alert color="blue" variant="light" icon={<IconInfoCircle aria-hidden />} py="xs">
          {t(address.state === 'proven' ? 'tunnel.page.standby' : 'tunnel.page.standby.unknown')}
        </Alert>
      )}
      {facts.length > 0 && (
        <Text size="sm" c="dimmed">
          {facts.join(' ')}
        </Text>
      )}
    </Stack>
  )
}

function stateText({ state, provenAt }: PublicAddress, { t, moment, duration }: Speech): string {
  if (state !== 'proven' || provenAt === null) return t(`settings.address.state.${state}`)
  const age = duration(Math.max(1000, Date.now() - provenAt))
  return t('settings.address.state.proven-at', { time: moment(provenAt), age })
}
