import { CSV_BEGINNING, csvLine } from '../../../shared/csv.ts'
import { clientNameOf } from '../../engine/index.ts'
import type { MessageView } from '../../store/index.ts'

export type ExportFormat = 'csv' | 'json'

/** One part of an export. `isFirst` and `isLast` add the beginning and the end of the whole text. */
export function exportText(
  format: ExportFormat,
  shown: readonly MessageView[],
  { isFirst, isLast }: { isFirst: boolean; isLast: boolean },
): string {
  const lines = shown.map(exported)
  return format === 'csv' ? csv(lines, isFirst) : json(lines, isFirst, isLast)
}

/** Columns in order: those of `log --json` with the same names, and additional ones for a table. */
const COLUMNS = [
  'id',
  'time',
  'writtenAt',
  'connection',
  'conversation',
  'client',
  'author',
  'direction',
  'kind',
  'state',
  'reason',
  'text',
  'files',
  'chatraMessageId',
  'planfixTaskId',
  'planfixCommentId',
] as const
type Exported = Record<(typeof COLUMNS)[number], string | number | string[] | null>

const exported = ({ message, conversation, client }: MessageView): Exported => ({
  id: String(message.id),
  time: new Date(message.receivedAt).toISOString(),
  writtenAt: new Date(message.writtenAt).toISOString(),
  connection: message.connectionId,
  conversation: conversation ? String(conversation.id) : null,
  client: clientNameOf({ message, client }),
  author: message.author.kind === 'bridge' ? null : message.author.name,
  direction: message.direction,
  kind: message.kind,
  state: message.state,
  reason: message.reason,
  text: message.text,
  files: message.files.map(({ name }) => name),
  chatraMessageId: message.chatraMessageId,
  planfixTaskId: message.planfixTaskId,
  planfixCommentId: message.planfixCommentId,
})

/** One array over all parts. */
function json(lines: readonly Exported[], isFirst: boolean, isLast: boolean): string {
  const values = lines.map((line) => JSON.stringify(line)).join(',\n')
  const before = isFirst ? '[\n' : lines.length > 0 ? ',\n' : ''
  return `${before}${values}${isLast ? '\n]\n' : ''}`
}

function csv(lines: readonly Exported[], isFirst: boolean): string {
  const rows = lines.map((line) => csvLine(COLUMNS.map((name) => csvValueOf(line[name]))))
  return isFirst ? `${CSV_BEGINNING}${csvLine(COLUMNS)}${rows.join('')}` : rows.join('')
}

const csvValueOf = (value: Exported[keyof Exported]): string | null =>
  value === null ? null : Array.isArray(value) ? value.join('; ') : String(value)
