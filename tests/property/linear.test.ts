import { describe, expect, test } from 'vitest'
import { explanation } from '../../src/main/chatra/errors.ts'
import { compareWithBroken } from '../../src/main/chatra/keys.ts'
import { line, prose } from '../../src/main/chatra/values.ts'
import { comparable, firstLine, partsWithLines, sameText, splitText } from '../../src/main/engine/text.ts'
import { htmlToText, toHtml } from '../../src/main/planfix/html/to-html.ts'
import { createRedactor } from '../../src/main/settings/redact.ts'
import { fold } from '../../src/main/store/queries/fold.ts'
import { printedAddress } from '../../src/main/tunnel/ssh/printed-address.ts'
import { planfixAddress, publicAddressOf } from '../../src/shared/fields.ts'
import { translate } from '../../src/shared/i18n/index.ts'
import { normalForm, plainField } from '../../src/shared/plain.ts'
import { HOSTILE_HTML, HOSTILE_TEXTS } from '../support/hostile.ts'

/** Twice the text may take up to three times as long, and this much for other work of the thread. */
const SLACK_MS = 60
const ROUNDS = 6

/** CPU time, which other programs do not change much. */
function cpuMs(work: (text: string) => unknown, text: string): number {
  const before = process.threadCpuUsage()
  work(text)
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) / 1000
}

/** Quadratic work on 60,000 characters takes seconds, so measurement noise cannot hide it; a slow run is repeated. */
function expectLinear(work: (text: string) => unknown, make: (size: number) => string, size: number): void {
  const best = { half: Number.POSITIVE_INFINITY, whole: Number.POSITIVE_INFINITY }
  for (let round = 0; round < ROUNDS; round++) {
    best.half = Math.min(best.half, cpuMs(work, make(size / 2)))
    best.whole = Math.min(best.whole, cpuMs(work, make(size)))
    if (best.whole < 3 * best.half + SLACK_MS) return
  }
  expect(best.whole).toBeLessThan(3 * best.half + SLACK_MS)
}

const answer = (body: string) => ({ kind: 'answer', status: 400, body }) as never
const redact = createRedactor('a-secret-of-the-shop')
const READERS: Record<string, (text: string) => unknown> = {
  toHtml: (text) => toHtml({ paragraphs: [{ label: text, text }] }),
  'toHtml and back': (text) => htmlToText(toHtml({ paragraphs: [{ label: null, text }] })),
  htmlToText,
  comparable,
  sameText: (text) => sameText(text, `${text}!`),
  splitText: (text) => splitText(text, 5000),
  partsWithLines: (text) => partsWithLines(text, ['a: http://b'], 5000),
  firstLine,
  plainField: (text) => plainField(text, 'x'),
  normalForm: (text) => [normalForm(text, 'NFC'), normalForm(text, 'NFKD')],
  fold,
  redact: (text) => [redact(text), redact(JSON.stringify({ text }))],
  translate: (text) => translate('en', 'settings.remove.done', { name: text }),
  'a line of Chatra': (text) => line(text, 500),
  'a text of Chatra': prose,
  'an error of Chatra': (text) => explanation(text, ['secret']),
  'an HTML error of Chatra': (text) => explanation(`<${text}`, ['secret']),
  'a 400 of Chatra': (text) => compareWithBroken(answer(text), answer(`${text}!`), ['key']),
  'what a tunnel prints': printedAddress,
  'a pasted address': (text) => [publicAddressOf(`https://a.example/${text}`), planfixAddress(text)],
}

describe.each(Object.entries(READERS))('%s takes time linear in the length of', (_name, work) => {
  test.each(Object.entries(HOSTILE_TEXTS))('the time is linear for %s', (_, make) => {
    expectLinear(work, make, 60_000)
  })
})

describe('an HTML comment is read in time linear in its length:', () => {
  // Below the length at which texts are cut.
  test.each(Object.entries(HOSTILE_HTML))('an HTML comment is read in linear time: %s', (_, make) => {
    expectLinear(htmlToText, make, 64_000)
  })
})

describe('a comment longer than Planfix allows', () => {
  test('a comment that is too long is cut with a mark, at no extra cost', () => {
    const text = htmlToText(`<p>${'word '.repeat(200_000)}</p>`)
    expect(text.length).toBeLessThan(70_000)
    expect(text).toMatch(/word…$/)
    for (const make of Object.values(HOSTILE_HTML)) {
      const long = make(4_000_000)
      expect(cpuMs(htmlToText, long)).toBeLessThan(400)
    }
  })

  test('a comment that is too long is not cut within a tag, a word or a character', () => {
    for (let n = 0; n < 60; n++) {
      const text = htmlToText(
        `${'<p>'.padEnd(n + 3, 'x')}${'<a href="https://a.example">🙂🙂 b</a>'.repeat(3000)}`,
      )
      expect(text.isWellFormed()).toBe(true)
      expect(text).not.toMatch(/href|<a/)
    }
  })
})

describe('deeply nested HTML', () => {
  test.each(['b', 'blockquote', 'ul', 'div', 'p', 'table', 'svg'])(
    '%s: the nested text is still read',
    (tag) => {
      const closed = tag === 'svg' ? '</svg>'.repeat(3000) : ''
      expect(htmlToText(`${`<${tag}>`.repeat(3000)}${closed}words`)).toMatch(/words$/)
    },
  )

  test('after closed nesting the text behind is unchanged', () => {
    const deep = 2000
    const text = htmlToText(`a${'<blockquote>'.repeat(deep)}b${'</blockquote>'.repeat(deep)}c`)
    expect(text).toMatch(/^a\n(> )+b\nc$/)
  })

  test('a script below deep nesting stays invisible', () => {
    expect(htmlToText(`${'<div>'.repeat(1000)}<script>secret</script>seen`)).toBe('seen')
    expect(htmlToText(`${'<div>'.repeat(1000)}<svg><title>secret</title><svg>x</svg></svg>seen`)).toBe('seen')
  })
})
