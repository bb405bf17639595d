import type { Report, ReportPart } from '../../../shared/api/report.ts'
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
  return `\uFEFF${lines.map((line) => `${line.map(cell).join(',')}\r\n`).join('')}`
}

/** `09:00` */
export const hourName = (hour: number): string => `${String(hour).padStart(2, '0')}:00`

function cell(value: Cell): string {
  const text = value === null ? '' : String(value)
  // A spreadsheet would read it as a formula, and a name may be anything.
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe
}
