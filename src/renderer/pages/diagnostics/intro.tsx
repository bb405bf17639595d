import { Button, Paper, Stack, Text, Title } from '@mantine/core'
import { useMay } from '../../client/access.tsx'
import { IconStethoscope } from '../../components/icons.ts'
import { useI18n } from '../../i18n.tsx'

/** Before the first run: an explanation, and the button that starts it. */
export function Intro({ onStart, busy }: { onStart: () => void; busy: boolean }) {
  const { t } = useI18n()
  return (
    <Paper p="lg">
      <Stack gap="sm" align="flex-start" maw="42rem">
        <IconStethoscope size={28} stroke={1.4} aria-hidden />
        <Title order={2}>{t('diagnostics.intro.title')}</Title>
        <Text>{t('diagnostics.intro.text')}</Text>
        <Text c="dimmed" size="sm">
          {t('diagnostics.intro.time')}
        </Text>
        {useMay()('diagnostics.start') ? (
          <Button size="sm" onClick={onStart} loading={busy}>
            {t('diagnostics.start')}
          </Button>
        ) : (
          <Text size="sm">{t('access.check-up')}</Text>
        )}
      </Stack>
    </Paper>
  )
}
