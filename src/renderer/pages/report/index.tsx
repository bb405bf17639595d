import { Button, Group, Paper, Select, SimpleGrid, Skeleton, Stack, Table, Text, Title } from '@mantine/core'
import { useMemo, useState } from 'react'
import type { Report, ReportPart } from '../../../shared/api/report.ts'
import { useAppState, useCall } from '../../client/hooks.tsx'
import { dayStartsUntil } from '../../components/days.ts'
import { ErrorAlert } from '../../components/error-alert.tsx'
import { IconDownload } from '../../components/icons.ts'
import { Page } from '../../components/page.tsx'
import { fileName, save } from '../../components/save-file.ts'
import { useI18n } from '../../i18n.tsx'
import { asCsv, hourName } from './as-csv.ts'
import classes from './report.module.css'

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

function Figures({ report }: { report: Report }) {
  const { t, number } = useI18n()
  const weekdays = useWeekdays()
  const { total } = report
  const time = useTime()
  return (
    <>
      <SimpleGrid cols={{ base: 2, sm: 3, lg: 6 }} spacing="sm">
        <Tile label={t('report.chats')} value={number(total.chats)} />
        <Tile
          label={t('report.answered')}
          value={t('report.answered-share', { answered: number(total.answered), all: number(total.chats) })}
        />
        <Tile label={t('report.median')} value={time(total.medianMs)} hint={t('report.median-hint')} />
        <Tile label={t('report.p90')} value={time(total.p90Ms)} hint={t('report.p90-hint')} />
        <Tile label={t('report.from-clients')} value={number(total.fromClients)} />
        <Tile label={t('report.from-employees')} value={number(total.replies)} />
      </SimpleGrid>
      <Employees report={report} />
      {total.chats === 0 ? (
        <Text c="dimmed">{t('report.none')}</Text>
      ) : (
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
          <Parts
            title={t('report.weekdays')}
            column={t('report.weekday')}
            names={weekdays}
            parts={report.weekdays}
          />
          <Parts
            title={t('report.hours')}
            column={t('report.hour')}
            names={report.hours.map((_, hour) => hourName(hour))}
            parts={report.hours}
          />
        </SimpleGrid>
      )}
    </>
  )
}

const Tile = ({ label, value, hint }: { label: string; value: string; hint?: string }) => (
  <Paper px="sm" py="xs" title={hint}>
    <Text size="sm" c="dimmed" lh={1.3}>
      {label}
    </Text>
    <Text fz={20} fw={600} lh="28px">
      {value}
    </Text>
  </Paper>
)

function Employees({ report: { employees } }: { report: Report }) {
  const { t, number } = useI18n()
  const time = useTime()
  return (
    <section aria-labelledby="report-employees">
      <Title order={2} id="report-employees" mb={4}>
        {t('report.employees')}
      </Title>
      {employees.length === 0 ? (
        <Text c="dimmed">{t('report.nobody')}</Text>
      ) : (
        <Table.ScrollContainer minWidth={480} type="native" scrollAreaProps={{ tabIndex: 0 }}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('report.employee')}</Table.Th>
                <Table.Th>{t('report.replies')}</Table.Th>
                <Table.Th>{t('report.first-replies')}</Table.Th>
                <Table.Th>{t('report.median')}</Table.Th>
                <Table.Th>{t('report.p90')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {employees.map((one) => (
                <Table.Tr key={`${one.inChatra} ${one.name}`}>
                  <Table.Th scope="row" fw={500}>
                    {one.inChatra ? t('report.in-chatra', { name: one.name }) : one.name}
                  </Table.Th>
                  <Table.Td>{number(one.replies)}</Table.Td>
                  <Table.Td>{number(one.firstReplies)}</Table.Td>
                  <Table.Td>{time(one.medianMs)}</Table.Td>
                  <Table.Td>{time(one.p90Ms)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </section>
  )
}

/** Chats of each weekday or hour, with a bar beside the number. */
function Parts(props: { title: string; column: string; names: readonly string[]; parts: ReportPart[] }) {
  const { title, column, names, parts } = props
  const { t, number } = useI18n()
  const time = useTime()
  const most = Math.max(1, ...parts.map(({ chats }) => chats))
  return (
    <section aria-label={title}>
      <Title order={2} mb={4}>
        {title}
      </Title>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{column}</Table.Th>
            <Table.Th>{t('report.chats')}</Table.Th>
            <Table.Th>{t('report.median')}</Table.Th>
            <Table.Th>{t('report.p90')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {parts.map((part, index) => (
            <Table.Tr key={names[index]}>
              <Table.Th scope="row" fw={500}>
                {names[index]}
              </Table.Th>
              <Table.Td>
                <span className={classes.chats}>{number(part.chats)}</span>
                <span className={classes.bar} style={{ width: `${(40 * part.chats) / most}%` }} aria-hidden />
              </Table.Td>
              <Table.Td>{time(part.medianMs)}</Table.Td>
              <Table.Td>{time(part.p90Ms)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  )
}

function useTime(): (ms: number | null) => string {
  const { duration } = useI18n()
  return (ms) => (ms === null ? '–' : duration(ms))
}

/** From Monday, in the owner's language. */
function useWeekdays(): string[] {
  const { language } = useI18n()
  return useMemo(() => {
    const format = new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, { weekday: 'long' })
    // 5 January 2026 was a Monday.
    return Array.from({ length: 7 }, (_, day) => format.format(new Date(2026, 0, 5 + day)))
  }, [language])
}

/** The last `days` days including that of `now`, by this computer's calendar. */
export function periodOf(
  days: number,
  now: number,
): { dayStarts: number[]; to: number; firstWeekday: number } {
  const dayStarts = dayStartsUntil(now, days)
  return { dayStarts, to: now, firstWeekday: (new Date(dayStarts[0] ?? now).getDay() + 6) % 7 }
}
