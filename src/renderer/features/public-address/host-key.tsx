import { Alert, Group, Input, SimpleGrid, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import type { TunnelView } from '../../../shared/api/tunnel.ts'
import type { CallError } from '../../../shared/api.ts'
import { ConfirmButton } from '../../components/feedback/confirm-button.tsx'
import { ErrorAlert } from '../../components/feedback/error-alert.tsx'
import { IconAlertTriangle } from '../../components/icons.ts'
import { useI18n } from '../../i18n.tsx'
import classes from './public-address.module.css'

type Key = NonNullable<TunnelView['hostKey']['pinned']>

/** The accepted key of the SSH server, and a refused one with a button to accept it. */
export function HostKey(props: {
  hostKey: TunnelView['hostKey']
  disabled: boolean
  trust(fingerprint: string): Promise<CallError | null>
}) {
  const { hostKey, disabled, trust } = props
  const { pinned, refused } = hostKey
  const { t } = useI18n()
  const [error, setError] = useState<CallError | null>(null)
  return (
    <Input.Wrapper label={t('tunnel.host-key')} labelElement="div" description={t('tunnel.host-key.text')}>
      <Stack gap="xs" mt={6} role="group" aria-label={t('tunnel.host-key')}>
        {pinned === null && refused === null && <Text size="sm">{t('tunnel.page.host-key.none')}</Text>}
        {refused !== null && (
          <Alert color="red" variant="light" icon={<IconAlertTriangle aria-hidden />} py="xs">
            {t('tunnel.page.host-key.changed')}
          </Alert>
        )}
        <SimpleGrid cols={{ base: 1, xs: refused === null ? 1 : 2 }} spacing="xs">
          {pinned && <Print name={t('tunnel.page.host-key.pinned')} shown={pinned} />}
          {refused && <Print name={t('tunnel.page.host-key.refused')} shown={refused} />}
        </SimpleGrid>
        {error && <ErrorAlert error={error} />}
        {refused && (
          <Group>
            <ConfirmButton
              disabled={disabled}
              title={t('tunnel.page.host-key.trust.title')}
              consequence={
                <Text style={{ overflowWrap: 'anywhere' }}>
                  {t('tunnel.page.host-key.trust.text', { key: refused.fingerprint })}
                </Text>
              }
              confirm={t('tunnel.host-key.trust')}
              onConfirm={async () => setError(await trust(refused.fingerprint))}
            >
              {t('tunnel.host-key.trust')}
            </ConfirmButton>
          </Group>
        )}
      </Stack>
    </Input.Wrapper>
  )
}

function Print({ name, shown }: { name: string; shown: Key }) {
  const { t, moment } = useI18n()
  return (
    <div className={classes.key}>
      <Text size="sm" fw={600}>
        {name}
      </Text>
      <div className={classes.fingerprint}>{shown.fingerprint}</div>
      {shown.seenAt > 0 && (
        <Text size="xs" c="dimmed">
          {t('tunnel.page.host-key.at', { time: moment(shown.seenAt) })}
        </Text>
      )}
    </div>
  )
}
