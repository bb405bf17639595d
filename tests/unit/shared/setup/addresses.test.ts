import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addressesIn } from '../../../../src/shared/setup/addresses.ts'

const found = (text: string, known?: string[]) =>
  addressesIn(text, known).map(({ from, to }) => text.slice(from, to))
const A = 'https://x.example/a'

/** An address is surrounded by a sentence; no part of the sentence is in the link (R17). */
describe('the sentence is not part of the address:', () => {
  test.each([
    ['«@»'],
    ['“@”'],
    ['„@“'],
    ['”@”'],
    ['‘@’'],
    ['‚@‘'],
    ['‹@›'],
    ['»@«'],
    ['"@"'],
    ["'@'"],
    ['`@`'],
    ['「@」'],
    ['『@』'],
    ['《@》'],
    ['（@）'],
    ['(@)'],
    ['[@]'],
    ['{@}'],
    ['<@>'],
    ['【@】'],
    ['@.'],
    ['@,'],
    ['@;'],
    ['@:'],
    ['@!'],
    ['@?'],
    ['@?!'],
    ['@...'],
    ['@…'],
    ['@…и ещё'],
    ['@。'],
    ['@，'],
    ['@、'],
    ['@！'],
    ['@？'],
    ['@：'],
    ['@।'],
    ['@،'],
    ['@؟'],
    ['@؛'],
    ['@۔'],
    ['@—'],
    ['@—и'],
    ['@–'],
    ['@–, да'],
    ['@’'],
    ['@·'],
    ['@•'],
    ['@†'],
    ['**@**'],
    ['__@__'],
    ['*@*'],
    ['_@_'],
    ['~~@~~'],
    ['~@~'],
    ['**см. @**'],
    ['_vezi @_'],
    ['*vezi @*.'],
    ['**«@»**'],
    ['(см. @).'],
    ['(@),'],
    ['@\u200b'],
    ['@\u200bx'],
    ['\u200b@'],
    ['@\u2060'],
    ['@\ufeff'],
    ['@\u00a0x'],
    ['@\u202fx'],
    ['@\u3000x'],
    ['@\u200f'],
    ['\u2067@\u2069'],
    ['@\u00ad'],
    ['[цена](@)'],
    ['[цена](@)и'],
    ['![x](@).'],
    ['|@|'],
    ['@|'],
    ['@👍'],
    ['@❤️'],
    ['🔗@'],
    ['URL=@'],
    ['адрес:@'],
    ['см.@'],
    ['слово@'],
    ['@»,'],
    ['@»).'],
    ['@.)'],
    ['@).»'],
    ['@\tx'],
    ['@\nx'],
    ['@"'],
    ['@">x'],
  ])('%s', (sentence) => {
    expect(found(sentence.replace('@', A))).toEqual([A])
  })
})

describe('the address is complete, as a browser reads it:', () => {
  test.each(
    [
      'https://x.example/?q=a|b',
      'https://x.example/a|b^c',
      'https://x.example/{id}/b',
      'https://x.example/{id',
      'https://x.example/?f={a',
      "https://x.example/o'neil?b=c",
      "https://x.example/?q='a'",
      'https://x.example/a_(b)',
      'https://x.example/a[0]=1',
      'https://x.example/a[0',
      'https://x.example/a_b_c_',
      'https://x.example/*',
      'https://x.example/~ana/*/b',
      'https://x.example/a--b-',
      'https://x.example/a;b=1,2;c',
      'https://x.example/a%20b%E2%80%99',
      'https://x.example/#/a/b?c=d&e',
      'https://x.example/a?u=https://y.example/b',
      'https://x.example:8443/a//b',
      'https://user:word@x.example/a',
      'https://x.example/@ana:1.2.3!4',
      'https://x.example/a\\b',
      'https://x.example/$a+b==',
      'https://ru.wikipedia.org/wiki/Чай_(напиток)',
      'https://ro.wikipedia.org/wiki/D’Artagnan',
      'https://en.wikipedia.org/wiki/Michelson–Morley',
      'https://he.wikipedia.org/wiki/שלום',
      'https://ar.wikipedia.org/wiki/مرحبا',
      'https://fa.wikipedia.org/wiki/می‌خواهم',
      'https://zh.wikipedia.org/wiki/茶',
      'https://пример.рф/путь?ключ=значение',
      'http://localhost:3000/a',
      'http://192.168.1.1/a',
      'http://[2001:db8::1]:80/a',
      'HTTPS://X.EXAMPLE/A',
    ].map((address) => [address]),
  )('%s', (address) => {
    expect(found(address)).toEqual([address])
    expect(found(`см. ${address} здесь`)).toEqual([address])
    expect(found(`(${address})`)).toEqual([address])
    expect(found(`«${address}».`)).toEqual([address])
  })
})

test.each([
  ['two in a row', `${A},https://y.example/b`, [A, 'https://y.example/b']],
  ['two in quotes', `'${A}','https://y.example/b'`, [A, 'https://y.example/b']],
  ['on two lines', `${A}\nhttps://y.example/b`, [A, 'https://y.example/b']],
  ['none without a host', 'http:// https://? https://[ http://.', []],
  ['none of another kind', 'ftp://a.example javascript://a.example xhttp:/a', []],
  ['no port that does not exist', 'https://a.example:99999/', []],
])('the address is complete: %s', (_, text, addresses) => {
  expect(found(text)).toEqual(addresses)
})

test('a known address is matched completely, whatever its last character', () => {
  expect(found('• Search https://x.example/?q=what? next', ['https://x.example/?q=what?'])).toEqual([
    'https://x.example/?q=what?',
  ])
  expect(found('• https://x.example/a.', ['https://x.example/a.', 'https://x.example/'])).toEqual([
    'https://x.example/a.',
  ])
  expect(found('https://x.example/abc', ['https://x.example/'])).toEqual(['https://x.example/abc'])
})

test('positions are in order, separate, and valid addresses, for any text', () => {
  const piece = fc.constantFrom(
    'https://',
    'http://a.b',
    '/',
    '?',
    '#',
    '(',
    ')',
    '[',
    '{',
    '}',
    "'",
    '*',
    '_',
    '»',
    '’',
    '—',
    ' ',
    ',',
    '.',
    '🙂',
    'é',
    '\u200d',
  )
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string({ unit: 'binary', maxLength: 3 }))), (pieces) => {
      const text = pieces.join('')
      let done = 0
      for (const { from, to } of addressesIn(text)) {
        expect(from).toBeGreaterThanOrEqual(done)
        expect(URL.canParse(text.slice(from, to))).toBe(true)
        done = to
      }
    }),
    { numRuns: 1000 },
  )
})

describe('an address between two equal marks', () => {
  test.each([
    ['[https://x.example/a]b', 'https://x.example/a'],
    ['[https://x.example/a[b]c]d', 'https://x.example/a[b]c'],
    ['{https://x.example/a}b', 'https://x.example/a'],
    ['{https://x.example/{a}/{b}}c', 'https://x.example/{a}/{b}'],
    ['(https://x.example/(a)/b)c', 'https://x.example/(a)/b'],
    ['|https://x.example/a|b', 'https://x.example/a'],
    ["'https://x.example/a'b", 'https://x.example/a'],
    ['’https://x.example/a’b', 'https://x.example/a'],
    ['‘https://x.example/a’b', 'https://x.example/a'],
  ])('in %j is %j', (text, address) => {
    expect(found(text)).toEqual([address])
  })
})

describe('marks at the end of an address', () => {
  test.each([
    ['**https://x.example/a**', 'https://x.example/a'],
    ['https://x.example/a**', 'https://x.example/a'],
    ['https://x.example/a~~', 'https://x.example/a'],
    ['_see https://x.example/a_', 'https://x.example/a'],
    ['see https://x.example/a_', 'https://x.example/a_'],
    ['*see https://x.example/a*', 'https://x.example/a'],
    ['see * https://x.example/a*', 'https://x.example/a*'],
    ['2*3 https://x.example/a*', 'https://x.example/a*'],
    ['_other line\nhttps://x.example/a_', 'https://x.example/a_'],
    ["https://x.example/it's", "https://x.example/it's"],
    ["https://x.example/'a'", "https://x.example/'a'"],
    ["see 'x' https://x.example/a'", 'https://x.example/a'],
    ['https://x.example/a(b)', 'https://x.example/a(b)'],
    ['https://x.example/a(b))', 'https://x.example/a(b)'],
    ['https://x.example/a[b]', 'https://x.example/a[b]'],
    ['https://x.example/a{b}}', 'https://x.example/a{b}'],
  ])('of %j leave %j', (text, address) => {
    expect(found(text)).toEqual([address])
  })
})

test('addresses separated by a comma or semicolon are two', () => {
  expect(found(`${A},${A}`)).toEqual([A, A])
  expect(found(`${A};http://y.example/b`)).toEqual([A, 'http://y.example/b'])
  expect(found(`${A},xhttps`)).toEqual([`${A},xhttps`])
  expect(found(`${A};b`)).toEqual([`${A};b`])
})

test('emoji are allowed in the host of an address, not in its path', () => {
  expect(found('https://x.example/a🙂b')).toEqual(['https://x.example/a'])
  expect(found('https://🙂.example/a')).toEqual(['https://🙂.example/a'])
})

test('an address without a host, or of excessive length, is none', () => {
  expect(found('https://')).toEqual([])
  expect(found('://x.example')).toEqual([])
  expect(found(`https://x.example/${'a'.repeat(8_000)}`)).toEqual([])
  const longest = `https://x.example/${'a'.repeat(8_000 - 'https://x.example/'.length)}`
  expect(found(longest)).toEqual([longest])
  expect(found(`https://${'a.'.repeat(130)}example/b`)).toEqual([])
})

test('an address is found wherever it stands in a long text', () => {
  expect(found(`${'word '.repeat(2_000)}${A} ${'word '.repeat(200)}`)).toEqual([A])
  expect(found(`*${A}*${' word'.repeat(300)}`)).toEqual([A])
})

test.each([
  ['a dash that stands after no letter ends an address', `${A}/–b`, `${A}/`],
  ['a comma before other letters than a scheme is in the address', `${A},xhttp://y`, `${A},xhttp://y`],
  ['a symbol may stand inside the name of a host', 'https://i❤.example/a', 'https://i❤.example/a'],
  ['an apostrophe elsewhere in the sentence opens no quotation', `Don't: ${A}'`, A],
  ['the mark of a list is no opened bold text', `* ${A}*`, `${A}*`],
  ['bold text is opened after a space', `see *${A}*`, A],
  ['a mark after a letter opens no bold text', `a*${A}*`, `${A}*`],
])('%s', (_rule, text, address) => {
  expect(found(text)).toEqual([address])
})

test('the longest name of a host is part of an address, a longer one is not', () => {
  const host = (length: number) => `https://${'a'.repeat(61)}.${'b'.repeat(length - 62)}/c`
  expect(found(host(253))).toEqual([host(253)])
  expect(found(host(254))).toEqual([])
})
