import { Button, Group, Select, Skeleton, Stack, Text } from '@mantine/core'
import { useEffect, useMemo, useState } from 'react'
import { useSearch } from 'wouter'
import { useAppState, useCall } from '../../client/hooks.tsx'
import { ErrorAlert } from '../../components/feedback/error-alert.tsx'
import { IconDownload } from '../../components/icons.ts'
import { Page } from '../../components/page.tsx'
import { fileName, save } from '../../components/save-file.ts'
import { useI18n } from '../../i18n.tsx'
import { asCsv } from './as-csv.ts'
import { Figures, useWeekdays } from './figures.tsx'
import { askedWeek, lastWeek, PERIODS, type Period, periodOf, weekOf } from './period.ts'

/** How many chats there were, and how soon they were answered: by person, weekday and hour. */
export function ReportPage() {
  const speech = useI18n()
  const { t, date } = speech
  const { connections } = useAppState()
  const [asked, setAsked] = useState(askedWeek)
  const [period, setPeriod] = useState<Period>(asked === null ? '30' : 'week')
  const search = useSearch()
  // A link to a week while the page is open.
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever the address has changed.
  useEffect(() => {
    const next = askedWeek()
    if (next === null) return
    setAsked(next)
    setPeriod('week')
  }, [search])
  const [connectionId, setConnectionId] = useState<string | null>(null)
  const week = useMemo(() => weekOf(asked ?? lastWeek(Date.now())), [asked])
  const args = useMemo(
    () => (period === 'week' ? week : periodOf(Number(period), Date.now())),
    [period, week],
  )
  const { value, error, reload } = useCall(
    'report.get',
    { ...args, ...(connectionId !== null && { connectionId }) },
    { keepPrevious: true },
  )
  const weekdays = useWeekdays()
  const weekName = t('report.week', { from: date(week.dayStarts[0]!), to: date(week.dayStarts[6]!) })
  const saveTable = () =>
    value !== undefined &&
    save(
      new Blob([asCsv(value, speech, weekdays)], { type: 'text/csv;charset=utf-8' }),
      fileName(t('report.file'), 'csv', new Date()),
    )
  return (
    <Page
      title={t('report.title')}
      help="report"
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
            data={PERIODS.map((one) => ({
              value: one,
              label: one === 'week' ? weekName : t(`report.days-${one}`),
            }))}
            w="22rem"
            maw="100%"
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
