import type { Report, ReportPart } from '../../../shared/api/report.ts'
import { CSV_BEGINNING, csvLine } from '../../../shared/csv.ts'
import type { Speech } from '../../i18n.tsx'

type Cell = string | number | null

/** All figures of the report as one table, with the mark by which spreadsheets recognise UTF-8. */
export function asCsv(report: Report, { t }: Pick<Speech, 't'>, weekdays: readonly string[]): string {
  const seconds = (ms: number | null): number | null => (ms === null ? null : Math.round(ms / 1000))
  const row = (group: string, name: string, part: ReportPart, replies: number | null): Cell[] => [
    ...[group, name, part.chats, part.answered, replies],
    ...[seconds(part.medianMs), seconds(part.p90Ms)],
  ]
  const lines: Cell[][] = [
    [
      ...[t('report.csv.group'), t('report.csv.name'), t('report.chats'), t('report.answered')],
      ...[t('report.replies'), t('report.csv.median'), t('report.csv.p90')],
    ],
    row(t('report.csv.all'), '', report.total, report.total.replies),
    ...report.employees.map((one) =>
      row(
        t('report.employees'),
        one.inChatra ? t('report.in-chatra', { name: one.name }) : one.name,
        { ...one, chats: one.firstReplies, answered: one.firstReplies },
        one.replies,
      ),
    ),
    ...report.weekdays.map((part, day) => row(t('report.weekdays'), weekdays[day] ?? '', part, null)),
    ...report.hours.map((part, hour) => row(t('report.hours'), hourName(hour), part, null)),
  ]
  return CSV_BEGINNING + lines.map(csvLine).join('')
}

/** `09:00` */
export const hourName = (hour: number): string => `${String(hour).padStart(2, '0')}:00`
