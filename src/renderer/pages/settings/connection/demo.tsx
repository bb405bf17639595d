import { Button, Stack, Text } from '@mantine/core'
import { Link } from 'wouter'
import { useI18n } from '../../../i18n.tsx'
import { Section } from '../section.tsx'

/** Simulated accounts have no settings; what they do is on the demo's page. */
export function Demo() {
  const { t } = useI18n()
  return (
    <Section title={t('settings.demo')} intro={t('settings.demo.text')}>
      <Stack gap="sm" align="flex-start">
        <Button component={Link} href="/demo" variant="default">
          {t('demo.open')}
        </Button>
        <Text size="sm" c="dimmed">
          {t('settings.demo.whole')}
        </Text>
      </Stack>
    </Section>
  )
}
