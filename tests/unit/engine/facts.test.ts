import { expect, test } from 'vitest'
import { taskDescription } from '../../../src/main/engine/delivery/content.ts'
import { factsThatFit, shortAddress } from '../../../src/main/engine/delivery/facts.ts'
import { toHtml } from '../../../src/main/planfix/html/to-html.ts'
import { message, profile } from '../../support/builders.ts'
import { settingsOf } from './values.ts'

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

test('facts that fit are all there', () => {
  expect(factsThatFit('Hello', ['a', 'b'], () => 'x')).toEqual(['a', 'b'])
})

test('a long address loses its query first', () => {
  expect(shortAddress(`https://a.example/b?${'q'.repeat(4000)}`)).toEqual({
    text: 'https://a.example/b?…',
    link: 'https://a.example/b',
  })
})

test('a path that is too long leads to the site: cut in its middle it would lead to another page', () => {
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
