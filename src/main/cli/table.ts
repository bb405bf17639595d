import type { LogEntry } from '../../shared/domain.ts'
import { eventText } from '../../shared/i18n/event-text.ts'
import type { Language } from '../../shared/i18n/index.ts'
import type { StoredEvent } from '../store/index.ts'

const WIDTHS = { time: 19, id: 7, connection: 12, talk: 7, direction: 10, state: 10, reason: 24 }

const row = (cells: Record<keyof typeof WIDTHS, string>): string =>
  (Object.keys(WIDTHS) as (keyof typeof WIDTHS)[])
    .map((name) => cut(cells[name], WIDTHS[name]).padEnd(WIDTHS[name]))
    .join('  ')

export const HEADING = `${row({
  time: 'TIME',
  id: 'ID',
  connection: 'CONNECTION',
  talk: 'TALK',
  direction: 'TO',
  state: 'STATE',
  reason: 'REASON',
})}  TEXT`

/** A state change of a message as one aligned line; cut to `width` if given. */
export function entryLine(entry: LogEntry, width: number | null): string {
  const cells = row({
    time: localTime(entry.time),
    id: entry.id,
    connection: entry.connection,
    talk: entry.conversation ?? '-',
    direction: entry.direction === 'to-planfix' ? '→ Planfix' : '← Chatra',
    state: entry.state,
    reason: plain(entry.reason ?? ''),
  })
  const line = `${cells}  ${plain(entry.text)}`.trimEnd()
  return width === null ? line : cut(line, width)
}

/** An event spans the columns: it belongs to no message. */
export function eventLine(event: StoredEvent, language: Language, width: number | null): string {
  const mark = event.level === 'info' ? '·' : event.level === 'warning' ? '!' : '✗'
  const place = event.connectionId === null ? '' : `${event.connectionId}: `
  const line = `${localTime(event.time)}  ${mark} ${place}${plain(eventText(language, event))}`
  return width === null ? line : cut(line, width)
}

function localTime(time: number): string {
  const date = new Date(time)
  return new Date(time - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19).replace('T', ' ')
}

/** A client's text must not control the terminal, and one line stays one line. */
const plain = (text: string) => text.replace(/\s+/g, ' ').replace(/[\p{Cc}\p{Bidi_Control}]/gu, '')

function cut(text: string, width: number): string {
  const letters = Array.from(text)
  return letters.length <= width ? text : `${letters.slice(0, Math.max(0, width - 1)).join('')}…`
}
