import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Notice, Stuck } from '../../../../src/main/desktop/notifications/show.ts'
import { forSystem } from '../../../../src/main/desktop/notifications/system-notices.ts'
import { noticeText, plainLine } from '../../../../src/main/desktop/notifications/text.ts'
import { LANGUAGES } from '../../../../src/shared/i18n/index.ts'

const ONE = { language: 'en', names: new Map([['shop', 'shop.example']]) } as const
const TWO = {
  language: 'en',
  names: new Map([
    ['shop', 'shop.example'],
    ['b', 'b.example'],
  ]),
} as const
const chat = (text: string, client = 'Anna'): Notice => ({
  kind: 'chat',
  chat: { connectionId: 'shop', conversationId: 7, client, text },
})
const chats = (count: number): Notice => ({
  kind: 'chats',
  count,
  first: ['Anna', 'Boris', 'Vera'].map((client, id) => ({
    connectionId: 'shop',
    conversationId: id,
    client,
    text: '',
  })),
})
const fault = (
  what: 'chatra' | 'planfix' | 'address' | 'store',
  code = 'unreachable',
  needsOwner = false,
) => ({
  what,
  code,
  needsOwner,
  connectionId: what === 'chatra' || what === 'planfix' ? 'shop' : null,
  params: { detail: 'away' },
})

describe('the text of a notification', () => {
  test('a notification contains client and first line, and leads to the conversation', () => {
    expect(noticeText(chat('\n\n Do you   deliver?\nTo Cluj'), ONE)).toEqual({
      title: 'New chat: Anna',
      body: 'Do you deliver?',
      target: { kind: 'conversation', connectionId: 'shop', conversationId: 7 },
    })
  })

  test('a notification names the site when there are several', () => {
    expect(noticeText(chat('Hello'), TWO).body).toBe('shop.example: Hello')
  })

  test('a notification mentions a file without text', () => {
    expect(noticeText(chat(' '), ONE).body).toBe('[file]')
  })

  test.each([
    ['en', '7 new chats', 'Anna, Boris, Vera and 4 more'],
    ['ro', '7 chat-uri noi', 'Anna, Boris, Vera și încă 4'],
    ['ru', '7 новых чатов', 'Anna, Boris, Vera и ещё 4'],
  ] as const)('a notification counts in %s', (language, title, body) => {
    expect(noticeText(chats(7), { ...ONE, language })).toMatchObject({ title, body })
  })

  test('a notification names the failing side and what to do', () => {
    const told = noticeText({ kind: 'lost', faults: [fault('chatra', 'no-plan', true)], alsoBack: [] }, ONE)
    expect(told.title).toBe('Chatra is not working: shop.example')
    expect(told.body).toContain('paid licence')
  })

  test('a notification names all lost sides, and the recovered ones', () => {
    const faults = [fault('chatra'), fault('planfix'), fault('address', 'tunnel.problem.time-out')]
    const told = noticeText({ kind: 'lost', faults, alsoBack: [fault('store')] }, TWO)
    expect(told.body).toBe(
      'Not responding: Chatra (shop.example), Planfix (shop.example), the public address. The bridge keeps trying.\nBack online: the data folder.',
    )
  })

  test('the summary of quiet hours leads to the items that need the owner', () => {
    const stuck: Stuck = {
      id: 1,
      connectionId: 'shop',
      conversationId: 1,
      client: 'Anna',
      text: '',
      state: 'failed',
      direction: 'to-chatra',
    }
    const told = noticeText(
      {
        kind: 'summary',
        unanswered: { count: 0, first: [] },
        chats: { count: 2, first: [{ connectionId: 'shop', conversationId: 1, client: 'Anna', text: '' }] },
        failures: { count: 1, first: [stuck] },
        events: [
          { time: 0, connectionId: null, level: 'warning', key: 'event.gap', params: { from: 0, to: 1 } },
        ],
      },
      ONE,
    )
    expect(told.body.split('\n')).toEqual([
      '2 new chats: Anna and 1 more',
      '1 message needs attention',
      'The bridge was not running for a while',
    ])
    expect(told.target).toEqual({ kind: 'page', route: '/log?state=attention' })
  })

  test.each([
    [
      'en',
      'Your week in the chat',
      '21 chats, first reply after 4 mins (median). Without a reply within an hour: 2.',
    ],
    [
      'ro',
      'Săptămâna în chat',
      '21 de chat-uri, primul răspuns după 4 min. (median). Fără răspuns într-o oră: 2.',
    ],
    ['ru', 'Ваша неделя в чате', '21 чат, первый ответ через 4 мин (медиана). Без ответа в течение часа: 2.'],
  ] as const)('the summary of a week in %s leads to its report', (language, title, end) => {
    const params = { week: 1_764_547_200_000, count: 21, medianMs: 240_000, late: 2 }
    const event = { time: 0, connectionId: null, level: 'info', key: 'event.week', params } as const
    const told = noticeText({ kind: 'event', event }, { ...TWO, language })
    expect(told.title).toBe(title)
    expect(told.body.endsWith(end)).toBe(true)
    expect(told.target).toEqual({ kind: 'page', route: '/report?week=1764547200000' })
  })

  test.each(LANGUAGES)('every notification has texts in %s', (language) => {
    const stuck = { id: 1, connectionId: 'shop', conversationId: null, client: null, text: 'Hi' }
    const notices: Notice[] = [
      chat('Hello'),
      chats(4),
      ...(['failed', 'uncertain'] as const).flatMap((state) =>
        (['to-chatra', 'to-planfix'] as const).map((direction): Notice => {
          return { kind: 'failure', message: { ...stuck, state, direction } }
        }),
      ),
      { kind: 'failures', count: 5, first: [{ ...stuck, state: 'failed', direction: 'to-chatra' }] },
      ...(['chatra', 'address', 'store'] as const).flatMap((what): Notice[] => [
        { kind: 'lost', faults: [fault(what)], alsoBack: [] },
        { kind: 'lost', faults: [fault(what), fault('planfix', 'unpaid', true)], alsoBack: [fault(what)] },
        { kind: 'back', faults: [fault(what)] },
        { kind: 'back', faults: [fault(what), fault('planfix')] },
      ]),
    ]
    for (const notice of notices) {
      const { title, body } = noticeText(notice, { ...TWO, language })
      expect(`${title}\n${body}`).not.toMatch(/notices\.|\{\w+\}|undefined|null/)
      expect(title).not.toBe('')
    }
  })
})

describe('a first line', () => {
  test('a first line is plain: no control characters, no change of text direction', () => {
    expect(plainLine('\u202etxt\u0007 \u2066a\tb\u2069\r\nsecond', 50)).toBe('txt a b')
  })

  test('a first line is cut between visible characters', () => {
    expect(plainLine('👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧', 3)).toBe('👩‍👩‍👧👩‍👩‍👧…')
  })

  test('a first line is never longer than requested, and one line, for any text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 400 }),
        fc.integer({ min: 1, max: 120 }),
        (text, max) => {
          const line = plainLine(text, max)
          expect([...new Intl.Segmenter('en').segment(line)].length).toBeLessThanOrEqual(max)
          expect(line).not.toMatch(/[\r\n\p{Cc}]/u)
        },
      ),
    )
  })
})

describe("a client's text is never markup", () => {
  const told = {
    title: 'A <b>x</b>',
    body: '<b>1</b> & <img src=x>',
    target: { kind: 'page', route: '/' },
  } as const

  test('on Linux tags lose their brackets, and & is escaped in the body', () => {
    expect(forSystem(told, 'linux')).toEqual({ title: 'A ‹b›x‹/b›', body: '‹b›1‹/b› &amp; ‹img src=x›' })
  })

  test('other systems read no markup, so the text stays', () => {
    expect(forSystem(told, 'win32')).toEqual({ title: told.title, body: told.body })
  })
})
