import { describe, expect, test } from 'vitest'
import {
  commentText,
  ownerOf,
  plainOf,
  taskDescription,
  taskName,
  withEmail,
} from '../../../../../src/main/engine/delivery/planfix/planfix-text.ts'
import type { AgentSeen, Message, Page } from '../../../../../src/shared/domain.ts'
import { message, profile } from '../../../../support/builders.ts'
import { settingsOf } from '../../values.ts'

const employee = (planfixUserId: number, changes: Record<string, unknown> = {}) => ({
  planfixUserId: `user:${planfixUserId}`,
  name: `Employee ${planfixUserId}`,
  ...changes,
})
const settings = settingsOf({
  employees: [
    employee(5, { email: 'Julia@shop.example' }),
    employee(6, { chatraAgentId: 'agent-oleg', email: 'oleg@shop.example' }),
    employee(7),
  ],
})
const byAgent = (id: string | null, name: string, email: string | null, changes: Partial<Message> = {}) =>
  message({ author: { kind: 'agent', id, name, email }, ...changes })
const file = { name: 'bill.pdf', url: 'https://files.example/1', planfixFileId: null, size: null }

describe('the employee for an agent', () => {
  test('the author is the employee who chose the agent, before an equal address', () => {
    expect(ownerOf(byAgent('agent-oleg', 'Oleg', 'julia@shop.example'), settings)).toBe(6)
  })
  test('the author is otherwise the employee with the same address, in any case', () => {
    expect(ownerOf(byAgent('other', 'Julia', 'JULIA@SHOP.example'), settings)).toBe(5)
    expect(ownerOf(byAgent(null, 'Julia', 'julia@shop.example'), settings)).toBe(5)
  })
  test('an unmatched agent has no employee as author, nor has a client', () => {
    expect(ownerOf(byAgent(null, 'Ion', null), settings)).toBeNull()
    expect(ownerOf(byAgent('other', 'Ion', ''), settings)).toBeNull()
    expect(ownerOf(byAgent('other', 'Ion', 'ion@shop.example'), settings)).toBeNull()
    expect(
      ownerOf(message({ author: { kind: 'client', id: 'agent-oleg', name: 'Anna' } }), settings),
    ).toBeNull()
  })
})

describe('an agent named by id only', () => {
  const agents: AgentSeen[] = [
    { id: 'a1', email: 'julia@shop.example', name: 'Julia', seenAt: 0 } as AgentSeen,
    { id: 'a2', email: null, name: null, seenAt: 0 } as AgentSeen,
  ]
  test('an agent named by id gets the address and the name seen before', () => {
    expect(withEmail(byAgent('a1', '', null), agents).author).toEqual({
      kind: 'agent',
      id: 'a1',
      name: 'Julia',
      email: 'julia@shop.example',
    })
  })
  test("an agent named by id keeps the webhook's values", () => {
    expect(withEmail(byAgent('a1', 'J.', null), agents).author).toMatchObject({
      name: 'J.',
      email: 'julia@shop.example',
    })
    expect(withEmail(byAgent('a1', '', 'other@shop.example'), agents).author).toMatchObject({
      name: 'Julia',
      email: 'other@shop.example',
    })
    const whole = byAgent('a1', 'J.', 'other@shop.example')
    expect(withEmail(whole, agents)).toBe(whole)
  })
  test('a client without a name is no agent', () => {
    const client = message({ author: { kind: 'client', id: 'a1', name: '' } })
    expect(withEmail(client, agents)).toBe(client)
  })
  test('an agent that was never seen stays without address and name', () => {
    const unknown = byAgent('a9', '', null)
    expect(withEmail(unknown, agents)).toBe(unknown)
    expect(withEmail(byAgent('a2', '', null), agents).author).toMatchObject({ name: '', email: null })
    const client = message()
    expect(withEmail(client, agents)).toBe(client)
  })
})

describe('the label in front of a paragraph', () => {
  const labelOf = (one: Message, named?: 'unmapped' | 'agents' | 'all') =>
    commentText([one], settings, 'en', named).paragraphs[0]?.label
  const mapped = byAgent('agent-oleg', 'Oleg', null)
  const unmapped = byAgent('x', 'Ion', null)

  test('the label names an agent without an employee', () => {
    expect(labelOf(unmapped)).toBe('Ion (Chatra)')
    expect(labelOf(mapped)).toBeNull()
    expect(labelOf(message())).toBeNull()
  })
  test('the label names every agent where the text has no author', () => {
    expect(labelOf(mapped, 'agents')).toBe('Oleg (Chatra)')
    expect(labelOf(message(), 'agents')).toBeNull()
  })
  test('the label names clients where it is not written under their name', () => {
    expect(labelOf(message(), 'all')).toBe('Anna (Chatra)')
    expect(labelOf(mapped, 'all')).toBe('Oleg (Chatra)')
  })
  test('the label says "Agent" where the name is unknown', () => {
    expect(labelOf(byAgent('x', '', null))).toBe('Agent (Chatra)')
    expect(labelOf(message({ author: { kind: 'bridge' } }), 'all')).toBe('Agent (Chatra)')
  })
  test('the label contains the time of a late message', () => {
    const writtenAt = Date.UTC(2026, 2, 2, 9, 5, 59)
    expect(labelOf(message({ late: true, writtenAt }))).toBe('written 2026-03-02 09:05 UTC')
    expect(labelOf({ ...unmapped, late: true, writtenAt })).toBe('Ion (Chatra), written 2026-03-02 09:05 UTC')
  })
})

describe('the text of a paragraph', () => {
  const paragraph = (changes: Partial<Message>) =>
    commentText([message(changes)], settings, 'en').paragraphs[0]

  test('a message is a paragraph of its own', () => {
    const both = commentText([message({ text: 'one' }), message({ text: 'two' })], settings, 'en')
    expect(plainOf(both)).toBe('one\ntwo')
    expect(paragraph({ text: 'one' })).toEqual({ links: [], label: null, text: 'one' })
  })
  test("a text equal to its file's name is omitted", () => {
    expect(paragraph({ text: 'bill.pdf', files: [file] })?.text).toBe('')
    expect(paragraph({ text: 'bill.pdf here', files: [file] })?.text).toBe('bill.pdf here')
    expect(paragraph({ text: 'bill.pdf', files: [] })?.text).toBe('bill.pdf')
  })
  test('a text that begins with a shortened long file name is omitted', () => {
    const name = 'n'.repeat(151)
    expect(paragraph({ text: `${name} and the rest`, files: [{ ...file, name }] })?.text).toBe('')
    const short = 'n'.repeat(150)
    const text = `${short} and the rest`
    expect(paragraph({ text, files: [{ ...file, name: short }] })?.text).toBe(text)
    expect(paragraph({ text: `see ${name}`, files: [{ ...file, name }] })?.text).toBe(`see ${name}`)
  })
  test('the addresses of refused files follow the text', () => {
    const files = [file, { ...file, name: 'big.zip', linkOnly: true }]
    expect(paragraph({ text: 'Look', files })).toEqual({
      links: ['https://files.example/1'],
      label: null,
      text: 'Look\nbig.zip: https://files.example/1',
    })
    expect(paragraph({ text: 'Look', files: [{ ...file, linkOnly: true, url: null }] })).toEqual({
      links: [],
      label: null,
      text: 'Look\nbill.pdf: ',
    })
  })
  test('the text follows its label in plain text', () => {
    const late = message({ late: true, text: 'Hello', writtenAt: 0 })
    expect(plainOf(commentText([late], settings, 'en'))).toBe('written 1970-01-01 00:00 UTC: Hello')
  })
})

test('a task is named after its client and channel', () => {
  expect(taskName(profile({ name: 'Anna' }))).toBe('Anna (Chatra)')
  expect(taskName(profile({ name: null, displayedName: null, id: 'abcdefghi' }))).toBe(
    'Client abcdef (Chatra)',
  )
})

describe('the text of a task', () => {
  const none = { previous: null, related: null, perhaps: null }
  const describeTask = (
    client = profile(),
    links: Parameters<typeof taskDescription>[2] = none,
    history: readonly Message[] = [],
  ) => taskDescription([message({ text: 'Hello' })], client, links, settings, 'en', history).paragraphs
  const facts = (...args: Parameters<typeof describeTask>) => describeTask(...args)[1]?.text.split('\n')

  test("a task's text begins with the first messages and quotes the visitor's facts", () => {
    expect(describeTask()).toEqual([
      { links: [], label: null, text: 'Hello' },
      { links: [], label: null, text: 'Source: Chatra', quote: true },
    ])
  })

  test("a task's text contains all known facts, in a fixed order", () => {
    const page = (link: string, title: string | null = null): Page => ({ link, title })
    const client = profile({
      country: 'Moldova',
      city: 'Chisinau',
      os: 'Linux',
      browser: 'Firefox',
      source: 'widget',
      extra: { Basket: '3 things', Order: '17' },
      startPage: page('https://shop.example/start'),
      visit: {
        startedAt: null,
        finishedAt: null,
        host: 'shop.example',
        pages: [page('https://shop.example/a', 'Catalogue'), page('https://shop.example/b')],
      },
    })
    expect(facts(client, { previous: 41, related: 42, perhaps: 43 })).toEqual([
      'Location: Moldova, Chisinau',
      'Pages visited:',
      '• Catalogue https://shop.example/a',
      '• https://shop.example/b',
      'Source: Chatra, widget, shop.example',
      'Device: Linux, Firefox',
      'Basket: 3 things',
      'Order: 17',
      'Previous task: https://a.example/task/41',
      'Related task: https://a.example/task/42',
      'Possibly the same person: https://a.example/task/43',
    ])
    expect(describeTask(client)[1]?.links).toEqual(['https://shop.example/a', 'https://shop.example/b'])
  })

  test("a task's text contains place and device even alone", () => {
    expect(facts(profile({ city: 'Chisinau', browser: 'Firefox' }))).toEqual([
      'Location: Chisinau',
      'Source: Chatra',
      'Device: Firefox',
    ])
  })

  test("a task's text names the start page where the visit contains none", () => {
    const startPage = { link: 'https://shop.example/start', title: null }
    const visit = { startedAt: null, finishedAt: null, host: null, pages: [] }
    for (const client of [profile({ startPage }), profile({ startPage, visit })])
      expect(facts(client)).toEqual(['Pages visited:', '• https://shop.example/start', 'Source: Chatra'])
  })

  test("a task's text names twenty pages at most", () => {
    const pages = Array.from({ length: 25 }, (_, n) => ({ link: `https://shop.example/${n}`, title: null }))
    const visit = { startedAt: null, finishedAt: null, host: null, pages }
    const lines = facts(profile({ visit })) ?? []
    expect(lines.filter((line) => line.startsWith('•'))).toHaveLength(20)
    expect(lines).toContain('• https://shop.example/19')
  })

  test('an unusable address is shortened and not linked', () => {
    const visit = {
      startedAt: null,
      finishedAt: null,
      host: null,
      pages: [{ link: 'x'.repeat(400), title: 'Odd' }],
    }
    expect(facts(profile({ visit }))).toContain('• Odd …')
    expect(describeTask(profile({ visit }))[1]?.links).toEqual([])
  })

  test("a task's text names mapped agents too, for it has no author", () => {
    const text = taskDescription(
      [byAgent('agent-oleg', 'Oleg', null, { text: 'Hi' })],
      profile(),
      none,
      settings,
      'en',
    )
    expect(text.paragraphs[0]).toMatchObject({ label: 'Oleg (Chatra)', text: 'Hi' })
  })

  test("a task's text counts omitted parts, also of the history", () => {
    const extra = Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`Field ${n}`, 'x'.repeat(690)]))
    const lines = facts(profile({ extra })) ?? []
    expect(lines.at(-1)).toBe(`Not shown for lack of space: ${201 - (lines.length - 1)}`)
    const long = Array.from({ length: 100 }, (_, n) => message({ text: `${n} ${'y'.repeat(690)}` }))
    const history = describeTask(profile(), none, long)[2]?.text.split('\n') ?? []
    expect(history[1]).toBe(`Not shown for lack of space: ${100 - (history.length - 2)}`)
  })

  test("a task's text names every agent who wrote its first messages", () => {
    const batch = [byAgent(null, 'Julia', 'julia@shop.example')]
    const [first] = taskDescription(batch, profile(), none, settings, 'en').paragraphs
    expect(first?.label).toBe('Julia (Chatra)')
  })

  test('a note of the bridge among the earlier messages is nobody else’s', () => {
    const note = message({ text: 'Joined', author: { kind: 'bridge' } as Message['author'] })
    expect(describeTask(profile(), none, [note])[2]?.text).toContain('• , 1970-01-01 00:00 UTC: Joined')
  })

  test("a task's text ends with the earlier messages, one line each", () => {
    const history = [
      message({ text: ' two\n lines ', writtenAt: 60_000 }),
      message({ text: 'bill.pdf', files: [file], writtenAt: 120_000 }),
      message({ text: 'Look', files: [file], author: { kind: 'agent', id: null, name: '', email: null } }),
      message({ text: '', files: [] }),
    ]
    expect(describeTask(profile(), none, history)[2]).toEqual({
      label: null,
      text: [
        'Last messages of the previous task:',
        '• Anna, 1970-01-01 00:01 UTC: two lines',
        '• Anna, 1970-01-01 00:02 UTC: bill.pdf',
        '• Agent, 1970-01-01 00:00 UTC: Look bill.pdf',
      ].join('\n'),
      quote: true,
    })
    expect(describeTask(profile(), none, [message({ text: '' })])).toHaveLength(2)
  })
})

test('a message that is only a linked file has no empty line', () => {
  const linked = message({ text: '', files: [{ ...file, linkOnly: true }] })
  const [paragraph] = commentText([linked], settings, 'en').paragraphs
  expect(paragraph?.text).toContain('bill.pdf')
  expect(paragraph?.text).not.toMatch(/^\n/)
})
