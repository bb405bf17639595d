import { Button, Group, Select, Skeleton, Stack, Text } from '@mantine/core'
import { useMemo, useState } from 'react'
import { useAppState, useCall } from '../../client/hooks.tsx'
import { dayStartsUntil } from '../../components/days.ts'
import { ErrorAlert } from '../../components/feedback/error-alert.tsx'
import { IconDownload } from '../../components/icons.ts'
import { Page } from '../../components/page.tsx'
import { fileName, save } from '../../components/save-file.ts'
import { useI18n } from '../../i18n.tsx'
import { asCsv } from './as-csv.ts'
import { Figures, useWeekdays } from './figures.tsx'

const PERIODS = ['7', '30', '90'] as const
type Period = (typeof PERIODS)[number]

/** How many chats there were, and how soon they were answered: by person, weekday and hour. */
export function ReportPage() {
  const speech = useI18n()
  const { t } = speech
  const { connections } = useAppState()
  const [period, setPeriod] = useState<Period>('30')
  const [connectionId, setConnectionId] = useState<string | null>(null)
  const args = useMemo(() => periodOf(Number(period), Date.now()), [period])
  const { value, error, reload } = useCall(
    'report.get',
    { ...args, ...(connectionId !== null && { connectionId }) },
    { keepPrevious: true },
  )
  const weekdays = useWeekdays()
  const saveTable = () =>
    value !== undefined &&
    save(
      new Blob([asCsv(value, speech, weekdays)], { type: 'text/csv;charset=utf-8' }),
      fileName(t('report.file'), 'csv', new Date()),
    )
  return (
    <Page
      title={t('report.title')}
      actions={
        <Button
          variant="default"
          disabled={value === undefined}
          leftSection={<IconDownload size={16} aria-hidden />}
          onClick={saveTable}
        >
          {t('report.csv')}
        </Button>
      }
    >
      <Stack gap="lg">
        <Group gap="xs">
          <Select
            aria-label={t('report.period')}
            data={PERIODS.map((days) => ({ value: days, label: t(`report.days-${days}`) }))}
            value={period}
            allowDeselect={false}
            onChange={(days) => setPeriod(days as Period)}
          />
          {connections.length > 1 && (
            <Select
              aria-label={t('report.connection')}
              placeholder={t('report.any-connection')}
              data={connections.map(({ id, name }) => ({ value: id, label: name }))}
              value={connectionId}
              onChange={setConnectionId}
              clearable
            />
          )}
        </Group>
        <Text size="sm" c="dimmed" maw="50rem">
          {t('report.intro')}
        </Text>
        {error !== null && <ErrorAlert error={error} retry={reload} />}
        {value === undefined ? error === null && <Skeleton height={240} /> : <Figures report={value} />}
      </Stack>
    </Page>
  )
}

/** The last `days` days including that of `now`, by this computer's calendar. */
export function periodOf(
  days: number,
  now: number,
): { dayStarts: number[]; to: number; firstWeekday: number } {
  const dayStarts = dayStartsUntil(now, days)
  return { dayStarts, to: now, firstWeekday: (new Date(dayStarts[0] ?? now).getDay() + 6) % 7 }
}
