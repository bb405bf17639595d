import { expect, test } from 'vitest'
import { factsThatFit, shortAddress } from '../../../src/main/engine/delivery/facts.ts'
import { toHtml } from '../../../src/main/planfix/html.ts'

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
  expect(shortAddress(`https://a.example/b?${'q'.repeat(4000)}`)).toBe('https://a.example/b?…')
  expect(shortAddress(`https://a.example/${'p'.repeat(4000)}`).length).toBeLessThanOrEqual(300)
})
