import { Button, Group, Stack, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import { useLocation } from 'wouter'
import { useAppState, useClient } from '../../../client/hooks.tsx'
import { IconExternalLink } from '../../../components/icons.ts'
import { useI18n } from '../../../i18n.tsx'
import { Section } from '../section.tsx'

/** Simulated accounts have no settings; they can be opened and stopped. */
export function Demo({ id }: { id: string }) {
  const bridge = useClient()
  const { t, say } = useI18n()
  const { demo, host } = useAppState()
  const [, navigate] = useLocation()
  const [busy, setBusy] = useState(false)
  const end = async () => {
    setBusy(true)
    const answer = await bridge.call('demo.stop', {})
    setBusy(false)
    if (answer.ok) navigate('/settings')
    else notifications.show({ color: 'red', message: say(answer.error.message) })
  }
  const pages = demo?.connectionId === id ? demo : null
  return (
    <Section title={t('settings.demo')} intro={t('settings.demo.text')}>
      <Stack gap="sm" align="flex-start">
        {pages && (
          <Group gap="xs">
            <OpenButton href={pages.visitorUrl} label={t('settings.demo.visitor')} />
            <OpenButton href={pages.planfixUrl} label={t('settings.demo.planfix')} />
          </Group>
        )}
        {host === 'demo' ? (
          <Text size="sm" c="dimmed">
            {t('settings.demo.whole')}
          </Text>
        ) : (
          <Button variant="default" loading={busy} onClick={() => void end()}>
            {t('settings.demo.end')}
          </Button>
        )}
      </Stack>
    </Section>
  )
}

const OpenButton = ({ href, label }: { href: string; label: string }) => (
  <Button
    component="a"
    href={href}
    target="_blank"
    rel="noreferrer"
    variant="default"
    rightSection={<IconExternalLink size={14} aria-hidden />}
  >
    {label}
  </Button>
)
