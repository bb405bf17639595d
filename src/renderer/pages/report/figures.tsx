import { Paper, SimpleGrid, Table, Text, Title } from '@mantine/core'
import { useMemo } from 'react'
import type { Report, ReportPart } from '../../../shared/api/report.ts'
import { useI18n } from '../../i18n.tsx'
import { hourName } from './as-csv.ts'
import classes from './report.module.css'

/** The figures of a period: all of it, then by person, weekday and hour. */
export function Figures({ report }: { report: Report }) {
  const { t, number } = useI18n()
  const weekdays = useWeekdays()
  const { total } = report
  const time = useTime()
  return (
    <>
      <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="sm">
        <Tile label={t('report.chats')} value={number(total.chats)} />
        <Tile
          label={t('report.answered')}
          value={t('report.answered-share', { answered: number(total.answered), all: number(total.chats) })}
        />
        <Tile label={t('report.median')} value={time(total.medianMs)} hint={t('report.median-hint')} />
        <Tile label={t('report.p90')} value={time(total.p90Ms)} hint={t('report.p90-hint')} />
        <Tile label={t('report.late')} value={number(total.late)} hint={t('report.late-hint')} />
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
      <Table horizontalSpacing={6}>
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
              <Table.Td className={classes.cell}>
                <span className={classes.chats}>{number(part.chats)}</span>
                <span
                  className={classes.bar}
                  style={{ width: `${(6 * part.chats) / most}rem` }}
                  aria-hidden
                />
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
export function useWeekdays(): string[] {
  const { language } = useI18n()
  return useMemo(() => {
    const format = new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, { weekday: 'long' })
    // 5 January 2026 was a Monday.
    return Array.from({ length: 7 }, (_, day) => format.format(new Date(2026, 0, 5 + day)))
  }, [language])
}
