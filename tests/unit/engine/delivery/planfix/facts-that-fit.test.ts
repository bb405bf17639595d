import { describe, expect, test } from 'vitest'
import { factsThatFit, shortAddress } from '../../../../../src/main/engine/delivery/planfix/facts-that-fit.ts'
import { taskDescription } from '../../../../../src/main/engine/delivery/planfix/planfix-text.ts'
import { toHtml } from '../../../../../src/main/planfix/html/to-html.ts'
import { message, profile } from '../../../../support/builders.ts'
import { settingsOf } from '../../values.ts'

const bytes = (said: string, facts: string[]) =>
  Buffer.byteLength(
    toHtml({
      paragraphs: [
        { label: null, text: said },
        { label: null, text: facts.join('\n'), quote: true },
      ],
    }),
  )

test.each(['a', 'ж', '"', 'a  ', '🙂', '& <'])(
  'facts of %j stay below 60 KB with the first message',
  (piece) => {
    const said = 'ж'.repeat(9_000)
    const facts = Array.from({ length: 300 }, () => `x: ${piece.repeat(400)} https://a.example/?q=1&w=2`)
    const fitting = factsThatFit(said, facts, (count) => `left out: ${count}`)
    expect(bytes(said, fitting)).toBeLessThanOrEqual(60_000)
    expect(fitting.at(-1)).toBe(`left out: ${300 - (fitting.length - 1)}`)
    expect(fitting.length).toBeGreaterThan(5)
  },
)

test('facts of many short addresses stay below 60 KB as links', () => {
  const facts = Array.from({ length: 300 }, () => 'https://a.b '.repeat(50))
  const fitting = factsThatFit('Hello', facts, (count) => `left out: ${count}`)
  expect(bytes('Hello', fitting)).toBeLessThanOrEqual(60_000)
  expect(fitting.length).toBeGreaterThan(5)
})

test('a site that leaves no room for its page is left out', () => {
  const site = (length: number) => `https://${'a'.repeat(length - 8)}`
  const shown = (length: number) => shortAddress(`${site(length)}/${'p'.repeat(400)}`)
  expect(shown(299).link).toBe(`${site(299)}/`)
  expect(shown(300)).toEqual({ link: '', text: '…' })
})

test('facts that fit are complete', () => {
  expect(factsThatFit('Hello', ['a', 'b'], () => 'x')).toEqual(['a', 'b'])
})

test('a long address loses its query first', () => {
  expect(shortAddress(`https://a.example/b?${'q'.repeat(4000)}`)).toEqual({
    text: 'https://a.example/b?…',
    link: 'https://a.example/b',
  })
})

test('a path that is too long is replaced by the site', () => {
  expect(shortAddress(`https://a.example/${'p'.repeat(4000)}`)).toEqual({
    text: 'https://a.example/…',
    link: 'https://a.example/',
  })
})

test.each(['ж', '"', '& <', '🙂', 'https://a.example/?q&'])(
  'twenty long messages of %j leave room for the new one',
  (piece) => {
    const long = piece.repeat(Math.floor(9_000 / piece.length))
    const said = (id: number, text: string) =>
      message({ id, text, author: { kind: 'client', id: 'c1', name: 'Anna' }, writtenAt: 60_000 * id })
    const history = Array.from({ length: 20 }, (_, n) => said(n, `${n}: ${long}`))
    const links = { previous: 7, related: null, perhaps: null }
    const text = taskDescription(
      [said(99, long.slice(0, 3000))],
      profile(),
      links,
      settingsOf(),
      'en',
      history,
    )
    const html = toHtml(text)
    expect(Buffer.byteLength(html)).toBeLessThanOrEqual(60_000)
    expect(html).toContain('/task/7')
    expect(text.paragraphs.at(-1)?.text).toContain('Anna, 1970-01-01 00:19 UTC: 19: ')
  },
)

describe('an address', () => {
  const path = (length: number) => `https://a.example/${'p'.repeat(length - 'https://a.example/'.length)}`
  test('an address of at most 300 characters is unchanged', () => {
    expect(shortAddress(path(300))).toEqual({ text: path(300), link: path(300) })
  })
  test('an address whose path has less than 300 characters loses its query', () => {
    expect(shortAddress(`${path(299)}?q`)).toMatchObject({ link: path(299) })
    expect(shortAddress(`${path(300)}?q`)).toMatchObject({ link: 'https://a.example/' })
    expect(shortAddress(`https://a.example/b#${'q'.repeat(400)}`)).toMatchObject({
      link: 'https://a.example/b',
    })
  })
  test('an address with a very long site name, or none, has no link', () => {
    const site = `https://${`${'n'.repeat(60)}.`.repeat(5)}example`
    expect(shortAddress(`${site}/${'p'.repeat(400)}`)).toEqual({ link: '', text: '…' })
    expect(shortAddress('x'.repeat(400))).toEqual({ link: '', text: '…' })
  })
})

describe('room', () => {
  const leftOut = (count: number) => `left out: ${count}`
  /** Each of the facts takes 60 bytes and 4 for the end of its line. */
  const facts = Array.from({ length: 2_000 }, () => 'x'.repeat(60))
  const fitting = (said: string) => factsThatFit(said, facts, leftOut).length - 1

  test('the room is 58,000 bytes minus the messages and the line about omissions', () => {
    const line = Buffer.byteLength('left out: 2000') + 5 + 4
    expect(fitting('')).toBe(Math.floor((58_000 - 4 - line) / 64))
    expect(fitting('a'.repeat(640))).toBe(Math.floor((58_000 - 640 - 4 - line) / 64))
  })
  test('the room is filled to the last byte', () => {
    const line = Buffer.byteLength('left out: 1') + 2 * 5 + 4
    const said = (length: number) => factsThatFit('a'.repeat(length), ['y'], leftOut)
    const most = 58_000 - 4 - line - 5
    expect(said(most)).toEqual(['y'])
    expect(said(most + 1)).toEqual(['left out: 1'])
  })
  test('the room counts entities, and addresses twice with their link markup', () => {
    for (const mark of ['&', '<', '>', '"', "'", '\n', ' ']) {
      const plain = fitting('a'.repeat(6_400))
      expect(fitting(mark.repeat(6_400)), JSON.stringify(mark)).toBeLessThan(plain - 450)
    }
    const address = 'http://a.example'
    const link = 2 * (Buffer.byteLength(address) + 4) + '<a href=""></a>'.length
    const line = Buffer.byteLength('left out: 1') + 2 * 5 + 4
    const said = (length: number) => factsThatFit('a'.repeat(length), [address], leftOut)
    expect(said(58_000 - 4 - line - link)).toEqual([address])
    expect(said(58_000 - 4 - line - link + 1)).toEqual(['left out: 1'])
  })
})
