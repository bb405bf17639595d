import type { LogFilter, MessageRow } from '../../../../shared/api/log.ts'
import type { MessageState } from '../../../../shared/domain.ts'

/** Filter by a message's state. */
export const QUICK = ['all', 'waiting', 'attention', 'skipped'] as const
export type Quick = (typeof QUICK)[number]

const STATES: Record<Quick, MessageState[] | null> = {
  all: null,
  waiting: ['received', 'queued', 'sending', 'retrying'],
  attention: ['uncertain', 'failed'],
  skipped: ['skipped'],
}

export const SPANS = ['today', 'yesterday', 'week', 'month'] as const
/** A named span moves with the clock; a range includes both of its days, as `YYYY-MM-DD`. */
export type Span =
  | { span: (typeof SPANS)[number] }
  | { from: string; to: string }
  /** Milliseconds since 1970: an hour of a chart. */
  | { start: number; end: number }

/** The choice in the bar above the list. */
export interface Choice {
  search: string
  quick: Quick
  direction: 'to-planfix' | 'to-chatra' | null
  connectionId: string | null
  client: { conversationId: number; name: string } | null
  employee: { id: number; name: string } | null
  when: Span | null
}

export const NO_CHOICE: Choice = {
  search: '',
  quick: 'all',
  direction: null,
  connectionId: null,
  client: null,
  employee: null,
  when: null,
}

export const isChosen = (choice: Choice): boolean =>
  choice.search.trim() !== '' ||
  choice.quick !== 'all' ||
  choice.direction !== null ||
  choice.connectionId !== null ||
  choice.client !== null ||
  choice.employee !== null ||
  choice.when !== null

/** The choice in the application's format; named spans begin and end at midnights around `now`. */
export function filterOf(choice: Choice, now: number): LogFilter {
  const states = STATES[choice.quick]
  const search = choice.search.trim().slice(0, 200)
  return {
    ...(choice.connectionId !== null && { connectionId: choice.connectionId }),
    ...(choice.direction !== null && { direction: choice.direction }),
    ...(states !== null && { states }),
    ...(choice.client !== null && { conversationId: choice.client.conversationId }),
    ...(choice.employee !== null && { employeeId: choice.employee.id }),
    ...(choice.when !== null && boundsOf(choice.when, now)),
    ...(search !== '' && { search }),
  }
}

/** From (inclusive) and to (exclusive) in the computer's time zone. */
export function boundsOf(when: Span, now: number): { from: number; to?: number } {
  if ('start' in when) return { from: when.start, to: when.end }
  if ('from' in when) return { from: dayStart(dateOf(when.from)), to: dayStart(dateOf(when.to), 1) }
  const today = new Date(now)
  switch (when.span) {
    case 'today':
      return { from: dayStart(today) }
    case 'yesterday':
      return { from: dayStart(today, -1), to: dayStart(today) }
    case 'week':
      return { from: dayStart(today, -6) }
    case 'month':
      return { from: dayStart(today, -29) }
  }
}

/** Days are counted by the calendar, not in steps of 24 hours: two days a year are longer or shorter. */
const dayStart = (day: Date, offset = 0): number =>
  new Date(day.getFullYear(), day.getMonth(), day.getDate() + offset).getTime()

function dateOf(text: string): Date {
  const [year = 1970, month = 1, day = 1] = text.split('-').map(Number)
  return new Date(year, month - 1, day)
}

/** When a named span must be evaluated again: the next midnight. */
export const nextMidnight = (now: number): number => dayStart(new Date(now), 1)

/**
 * Whether a message matches the filter. `ask` = only the application can decide: the row contains neither the
 * whole text nor the employee's number.
 */
export function fits(filter: LogFilter, row: MessageRow): boolean | 'ask' {
  if (filter.connectionId !== undefined && row.connectionId !== filter.connectionId) return false
  if (filter.direction !== undefined && row.direction !== filter.direction) return false
  if (filter.states !== undefined && !filter.states.includes(row.state)) return false
  if (filter.conversationId !== undefined && row.conversationId !== filter.conversationId) return false
  if (filter.from !== undefined && row.receivedAt < filter.from) return false
  if (filter.to !== undefined && row.receivedAt >= filter.to) return false
  if (filter.employeeId !== undefined) return row.author.kind === 'employee' ? 'ask' : false
  return filter.search === undefined ? true : 'ask'
}
