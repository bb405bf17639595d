import { List, Stack, Text, Title } from '@mantine/core'
import { useI18n } from '../../i18n.tsx'
import { RELEASES, type Release } from './releases.ts'

/** What is new in each version, for its owner. */
export function WhatsNew({ releases = RELEASES }: { releases?: readonly Release[] }) {
  const { language, t, date } = useI18n()
  return (
    <Stack gap="md">
      {releases.map((release) => (
        <div key={release.version}>
          <Title order={3}>{t('about.version', { version: release.version })}</Title>
          {release.date !== null && (
            <Text size="sm" c="dimmed">
              {/* Noon: the same day in every time zone. */}
              {date(new Date(`${release.date}T12:00:00`).getTime())}
            </Text>
          )}
          <List size="sm" spacing={4} mt={4}>
            {release.points[language].map((point) => (
              <List.Item key={point}>{point}</List.Item>
            ))}
          </List>
        </div>
      ))}
    </Stack>
  )
}
