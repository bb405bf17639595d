import { describe, expect, it } from 'vitest'
import { exportText } from '../../../../src/main/api/log/export-text.ts'
import type { MessageView } from '../../../../src/main/store/index.ts'
import type { Message } from '../../../../src/shared/domain.ts'
import { conversation, message, profile } from '../../../support/builders.ts'

const shown = (fields: Partial<Message> = {}, name = 'Anna'): MessageView => ({
  message: message(fields),
  conversation: conversation({ id: 7 }),
  client: {
    connectionId: 'shop',
    clientId: 'client',
    conversationId: 7,
    profile: profile({ name }),
    lastWroteAt: 0,
    lastVisitAt: null,
  },
  canRetry: false,
  canDismiss: false,
})
const whole = { isFirst: true, isLast: true }

/** Parses a CSV by RFC 4180, written independently of the code that makes it. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [[]]
  let cell = ''
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]!
    if (quoted) {
      if (sign !== '"') cell += sign
      else if (text[at + 1] === '"') cell += text[++at]
      else quoted = false
    } else if (sign === '"') quoted = true
    else if (sign === ',') {
      rows.at(-1)!.push(cell)
      cell = ''
    } else if (sign === '\r' && text[at + 1] === '\n') {
      rows.at(-1)!.push(cell)
      cell = ''
      rows.push([])
      at += 1
    } else cell += sign
  }
  rows.pop()
  return rows
}

describe('a CSV', () => {
  it('a CSV begins with a byte order mark and column names, only in its first part', () => {
    const first = exportText('csv', [shown()], { isFirst: true, isLast: false })
    const second = exportText('csv', [shown({ id: 2 })], { isFirst: false, isLast: true })
    expect(first.startsWith('\uFEFFid,time,')).toBe(true)
    const rows = readCsv((first + second).slice(1))
    expect(rows.map((row) => row[0])).toEqual(['id', '1', '2'])
    expect(new Set(rows.map((row) => row.length)).size).toBe(1)
  })

  it('a CSV contains every column of a message', () => {
    const text = exportText(
      'csv',
      [
        shown({
          id: 5,
          receivedAt: 1_000,
          writtenAt: 500,
          state: 'failed',
          reason: 'planfix: refused',
          chatraMessageId: 'm5',
          planfixTaskId: 92,
          planfixCommentId: 93,
          text: 'Hello',
          files: [
            { name: 'a.png', url: null, planfixFileId: null, size: 1 },
            { name: 'b.pdf', url: null, planfixFileId: null, size: null },
          ],
        }),
      ],
      whole,
    )
    const [names, values] = readCsv(text.slice(1))
    expect(Object.fromEntries(names!.map((name, at) => [name, values![at]]))).toEqual({
      id: '5',
      time: '1970-01-01T00:00:01.000Z',
      writtenAt: '1970-01-01T00:00:00.500Z',
      connection: 'shop',
      conversation: '7',
      client: 'Anna',
      author: 'Anna',
      direction: 'to-planfix',
      kind: 'text',
      state: 'failed',
      reason: 'planfix: refused',
      text: 'Hello',
      files: 'a.png; b.pdf',
      chatraMessageId: 'm5',
      planfixTaskId: '92',
      planfixCommentId: '93',
    })
  })

  it.each(['a,b', 'say "yes"', 'two\r\nlines', 'one\nmore', '"', 'țară', ''])(
    'a CSV contains %j unchanged',
    (text) => {
      const rows = readCsv(exportText('csv', [shown({ text })], whole).slice(1))
      expect(rows[1]![rows[0]!.indexOf('text')]).toBe(text)
    },
  )

  it.each(['=1+1', '+373', '-2', '@SUM(A1)', '\tx', '\rx', '=HYPERLINK("http://x","y")'])(
    'a CSV makes no formula of %j',
    (text) => {
      const rows = readCsv(exportText('csv', [shown({ text }, text)], whole).slice(1))
      expect(rows[1]![rows[0]!.indexOf('text')]).toBe(`'${text}`)
      expect(rows[1]![rows[0]!.indexOf('client')]).toBe(`'${text}`)
    },
  )
})

describe('JSON', () => {
  const parts = (...counts: number[]) =>
    counts
      .map((count, n) =>
        exportText(
          'json',
          Array.from({ length: count }, (_, at) => shown({ id: 10 * n + at + 1 })),
          { isFirst: n === 0, isLast: n === counts.length - 1 },
        ),
      )
      .join('')

  it.each([[[0]], [[1]], [[2, 2]], [[2, 0]], [[1, 1, 1]]])(
    'JSON is one array over parts of %j messages',
    (counts) => {
      const read = JSON.parse(parts(...counts)) as unknown[]
      expect(read.length).toBe(counts.reduce((sum, one) => sum + one, 0))
    },
  )

  it('JSON uses the names of `log --json`', () => {
    const [one] = JSON.parse(exportText('json', [shown({ id: 5, text: '=1', planfixTaskId: 92 })], whole))
    expect(one).toMatchObject({
      id: '5',
      connection: 'shop',
      conversation: '7',
      text: '=1',
      planfixTaskId: 92,
    })
  })
})

it('an event of the bridge has neither author nor client', () => {
  const event = { ...shown({ kind: 'event', author: { kind: 'bridge' }, conversationId: null }) }
  const [one] = JSON.parse(exportText('json', [{ ...event, client: null, conversation: null }], whole))
  expect(one).toMatchObject({ client: null, author: null, conversation: null, kind: 'event' })
})
