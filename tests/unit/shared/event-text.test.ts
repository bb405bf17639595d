import { describe, expect, test } from 'vitest'
import type { BridgeEvent } from '../../../src/shared/domain.ts'
import { eventText } from '../../../src/shared/i18n/event-text.ts'
import { LANGUAGES } from '../../../src/shared/i18n/index.ts'

const time = Date.UTC(2026, 10, 22, 9, 30)
/** Each event as it is stored. */
const EVENTS: Pick<BridgeEvent, 'key' | 'params'>[] = [
  { key: 'event.gap', params: { from: time, to: time + 3_600_000 } },
  { key: 'event.week', params: { week: time, count: 12, medianMs: 240_000, late: 2 } },
  { key: 'event.week-unanswered', params: { week: time, count: 1 } },
  { key: 'event.loop', params: { conversation: 12345, why: 'same-text' } },
  { key: 'event.no-completed-status', params: { conversation: 1 } },
  ...['note', 'assigner', 'introduce', 'complete', 'leave-check', 'verify', 'visit'].map((job) => ({
    key: 'event.chore-failed',
    params: { conversation: 1, chore: job, code: 'refused', detail: 'HTTP 400' },
  })),
  { key: 'event.upkeep-failed', params: { detail: 'ENOSPC' } },
  { key: 'event.backup-failed', params: { detail: 'ENOSPC' } },
  { key: 'event.connection-left', params: { connection: 'shop', waiting: 3 } },
  { key: 'event.store-damaged', params: {} },
  { key: 'event.store-no-thread', params: { detail: 'its file is missing' } },
  { key: 'event.store-restored', params: { backupTime: time, movedTo: '/data/bridge.broken' } },
  { key: 'event.store-started-empty', params: { movedTo: '/data/bridge.broken' } },
  { key: 'event.side-ok', params: { side: 'planfix' } },
  { key: 'event.side-paused', params: { side: 'planfix', code: 'missing-scope', detail: 'comment_add' } },
  { key: 'event.side-waiting', params: { side: 'chatra', code: 'unreachable', detail: 'ENOTFOUND' } },
]

const loop = EVENTS.find(({ key }) => key === 'event.loop')!

describe('an event', () => {
  test.each(LANGUAGES)('an event is a whole sentence without machine words in %s', (language) => {
    for (const event of EVENTS) {
      const text = eventText(language, event)
      expect(text).toMatch(/^\p{Lu}.*[.?]$/u)
      expect(text).not.toMatch(/\{\w+\}|\bevent\.|same-text|leave-check|\bassigner:|completedStatusId/)
    }
  })

  test('an event of a side says what to do, and which right is missing', () => {
    const paused = EVENTS.find(({ key }) => key === 'event.side-paused')!
    expect(eventText('en', paused)).toMatch(/^Planfix has stopped .*comment_add.*Tick it in Planfix/)
  })

  test('an event formats times by language', () => {
    expect(eventText('en', EVENTS[0]!)).toMatch(/from 22 Nov 2026, \d\d:30 to 22 Nov 2026, \d\d:30/)
  })

  test('a week has its number of chats in words, and its time in hours and minutes', () => {
    const week = (count: number, medianMs: number) =>
      eventText('en', { key: 'event.week', params: { week: time, count, medianMs, late: 2 } })
    expect(week(1, 20_000)).toBe(
      'Last week: 1 chat, first reply after 1 min (median). Without a reply within an hour: 2.',
    )
    expect(week(1200, 59.4 * 60_000)).toContain('1,200 chats, first reply after 59 min')
    expect(week(5, 60 * 60_000)).toContain('after 1 hr (')
    expect(week(5, 125 * 60_000)).toContain('after 2 hrs 5 mins (')
    const odd = { key: 'event.week', params: { week: time, count: 2, medianMs: 'soon', late: 0 } }
    expect(eventText('en', odd)).toContain('first reply after soon (')
    const few = { key: 'event.week-unanswered', params: { week: time, count: 3 } }
    expect(eventText('ru', few)).toBe('Прошлая неделя: 3 чата, ни одного ответа.')
  })

  test('an event names the client, or gives the number of the conversation', () => {
    const named = { ...loop, params: { ...loop.params, client: 'Anna' } }
    expect(eventText('en', named)).toContain('The conversation with Anna was paused')
    expect(eventText('ro', loop)).toContain('Conversația cu clientul nr. 12345')
    expect(eventText('ru', loop)).toContain('Переписка с клиентом № 12345')
  })

  test('an event shows a time that is no number as it is stored', () => {
    expect(eventText('en', { key: 'event.gap', params: { from: 'noon', to: time } })).toContain(
      'from noon to',
    )
  })

  test('an event without a text is shown by its key', () => {
    expect(eventText('en', { key: 'event.new', params: { a: 1 } })).toBe('event.new, a: 1')
  })
})
