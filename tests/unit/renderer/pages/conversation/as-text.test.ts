import { describe, expect, it } from 'vitest'
import { asText, wholeThread } from '../../../../../src/renderer/pages/conversation/as-text.ts'
import type { ConversationView, MessageRow } from '../../../../../src/shared/api/log.ts'
import { translate } from '../../../../../src/shared/i18n/index.ts'
import { row } from '../log/rows.ts'

const speech = {
  language: 'en',
  t: (key: never, params: never) => translate('en', key, params),
  date: (time: number) => new Date(time).toISOString().slice(0, 10),
  clock: (time: number) => new Date(time).toISOString().slice(11, 16),
} as never
const view = {
  id: 1,
  clientName: 'Anna',
  email: 'anna@example.com',
  phone: null,
  place: 'Chisinau',
} as ConversationView
const NOON = Date.UTC(2026, 10, 22, 12)
const at = (minutes: number) => ({ writtenAt: NOON + minutes * 60_000, receivedAt: NOON + minutes * 60_000 })
const client = (id: number, text: string, more: Partial<MessageRow> = {}) =>
  row(id, { author: { kind: 'client', name: 'Anna' }, direction: 'to-planfix', text, ...at(id), ...more })
const reply = (id: number, text: string, more: Partial<MessageRow> = {}) =>
  row(id, { author: { kind: 'employee', name: 'Ana' }, direction: 'to-chatra', text, ...at(id), ...more })

describe('a conversation as text', () => {
  it('it has the head, the days and what was said; internal comments are left out', () => {
    const text = asText(
      view,
      [
        client(1, 'Do you deliver?'),
        reply(2, 'She bargains', { state: 'skipped', reason: 'internal-client-not-notified' }),
        reply(3, 'Yes', { files: [{ name: 'map.png', size: null }] }),
        reply(4, 'Lost', { state: 'failed' }),
        client(5, 'Spam', { state: 'skipped', reason: 'blocked' }),
      ],
      speech,
    )
    expect(text.split('\n')).toEqual([
      'Conversation with Anna',
      'anna@example.com',
      'Chisinau',
      'Internal comments are left out.',
      '',
      '2026-11-22',
      '12:01  Anna: Do you deliver?',
      '12:03  Ana: Yes (files: map.png)',
      '12:04  Ana: Lost (not sent)',
      '12:05  Anna: Spam (not sent)',
      '',
    ])
  })

  it('a day with internal comments alone has no heading', () => {
    const inside = reply(1, 'Inside', { state: 'skipped', reason: 'internal-hidden' })
    expect(asText(view, [inside], speech)).not.toContain('2026-11-22')
  })

  it('all parts are read, also when their number is exact', async () => {
    const rows = Array.from({ length: 5 }, (_, n) => client(n + 1, `m${n + 1}`))
    const bridge = {
      call: async (_name: string, { beforeId }: { beforeId: number | null }) => {
        const before = rows.filter(({ id }) => beforeId === null || id < beforeId)
        return { ok: true, value: { rows: before.slice(-2), hasOlder: before.length > 2 } }
      },
    }
    const all = await wholeThread(bridge as never, 1)
    expect(all.ok && all.value.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5])
  })
})
