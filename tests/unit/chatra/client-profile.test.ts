import { describe, expect, test } from 'vitest'
import { readChatEvent } from '../../../src/main/chatra/webhook.ts'
import { fragment, client as sample } from './samples.ts'

function profile(client: object) {
  const read = readChatEvent({ ...fragment, client: { id: 'c', ...client } })
  if (!read.ok) throw new Error(read.reason)
  return read.event.client
}

test('the sample is read completely', () => {
  expect(profile(sample)).toEqual({
    id: sample.id,
    chatId: sample.chatId,
    displayedName: 'Anna',
    name: 'Anna',
    email: 'anna@example.com',
    phone: null,
    ip: '192.0.2.10',
    country: 'Moldova',
    city: 'Chisinau',
    os: 'Windows 10',
    browser: 'Chrome 141',
    language: 'ro',
    visit: {
      startedAt: 1760000000000,
      finishedAt: null,
      host: 'shop.example',
      pages: [{ link: 'https://shop.example/red-shoes', title: 'Red shoes' }],
    },
    startPage: null,
    extra: { Order: '1001' },
    vouched: { name: false, email: false, phone: false },
  })
})

test("the client's channel is read where Chatra sends it", () => {
  expect(profile({ source: ' widget\n' })).toMatchObject({ source: 'widget' })
  for (const source of [undefined, null, '', {}, []]) expect(profile({ source })).not.toHaveProperty('source')
})

test('a client with only an id is enough, and its chat is named after it', () => {
  expect(profile({})).toMatchObject({
    id: 'c',
    chatId: 'c',
    displayedName: null,
    name: null,
    visit: null,
    extra: {},
  })
})

test('an id that is a number becomes text', () => {
  expect(profile({ id: 42 }).id).toBe('42')
})

describe('the name', () => {
  test('a displayed name proves nothing', () => {
    expect(profile({ displayedName: 'Swift Fox' }).name).toBeNull()
  })
  test.each([
    [{ basicInfo: { name: 'Anna' }, info: { name: 'Other' } }, 'Anna'],
    [{ info: { name: 'Anna' } }, 'Anna'],
    [{ integrationData: { Name: 'Anna' } }, 'Anna'],
    [{ basicInfo: { name: null }, integrationData: { name: 'Anna' }, info: { name: 'Anna' } }, 'Anna'],
    [{ basicInfo: { name: null }, info: { name: 'Anna' } }, 'Anna'],
    [{ basicInfo: { name: ' ' } }, null],
    [{ basicInfo: { name: 'An\u0000na\u202e \n Lee' } }, 'An na Lee'],
    [{ basicInfo: { name: ['Anna'] } }, null],
  ])('the name in %j is %j', (client, name) => {
    expect(profile(client).name).toBe(name)
  })
  test('a name in info that neither of its parts contains was generated', () => {
    expect(profile({ basicInfo: {}, integrationData: {}, info: { name: 'Swift Fox' } }).name).toBeNull()
  })
  test('a long name is cut, not inside a character', () => {
    const name = profile({ info: { name: `${'a'.repeat(199)}😀` } }).name
    expect(name).toBe('a'.repeat(199))
  })
})

describe('e-mail and phone', () => {
  test.each([
    [{ basicInfo: { email: ' Anna@Example.COM ' } }, 'anna@example.com'],
    [{ basicInfo: { email: 'not an address' }, info: { email: 'a@b.example' } }, 'a@b.example'],
    [{ integrationData: { 'E-Mail': 'a@b.example' } }, 'a@b.example'],
    [{ basicInfo: { email: 'a@b' } }, null],
    [{ basicInfo: { email: `${'a'.repeat(260)}@b.example` } }, null],
    [{ basicInfo: { email: '<a@b.example>' } }, null],
  ])('the e-mail of %j is %j', (client, email) => {
    expect(profile(client).email).toBe(email)
  })
  test.each([
    [{ basicInfo: { phone: '+373 60 000 000' } }, '+373 60 000 000'],
    [{ info: { Phone: 37360000000 } }, '37360000000'],
    [{ basicInfo: { phone: 'call me' } }, null],
  ])('the phone of %j is %j', (client, phone) => {
    expect(profile(client).phone).toBe(phone)
  })
})

describe('other data of the site', () => {
  test("labels keep their values, without contact details and agents' notes", () => {
    const integrationData = { Order: 1001, Paid: true, Имя: 'Анна', name: 'Anna', email: 'a@b.example' }
    const info = { ...integrationData, notes: 'difficult', Tags: ['a', 'b', {}], Deep: { x: 1 }, Empty: '' }
    expect(profile({ basicInfo: { name: 'Anna' }, integrationData, info }).extra).toEqual({
      Order: '1001',
      Paid: 'true',
      Имя: 'Анна',
      Tags: 'a, b',
    })
  })
  test('an e-mail other than the chosen one is kept', () => {
    const both = { basicInfo: { email: 'typed@b.example' }, integrationData: { email: 'site@b.example' } }
    // Data that the site vouches for takes precedence over what anybody can type.
    expect(profile(both)).toMatchObject({
      email: 'site@b.example',
      extra: { email: 'typed@b.example' },
      vouched: { email: true, name: false, phone: false },
    })
  })
  test('at most 30 labels and 500 characters', () => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`label ${i}`, 'x'.repeat(1000)]))
    const { extra } = profile({ info: many })
    expect(Object.keys(extra)).toHaveLength(30)
    expect(extra['label 0']).toHaveLength(500)
  })
  test('a label __proto__ changes nothing', () => {
    const { extra } = profile({ info: JSON.parse('{"__proto__":{"polluted":"yes"},"a":"b"}') })
    expect(extra).toEqual({ a: 'b' })
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })
})

describe('the visit', () => {
  test('only web pages are read, and only the latest 50', () => {
    const viewedPages = [
      ...Array.from({ length: 60 }, (_, i) => ({ link: `https://shop.example/${i}` })),
      { link: 'javascript:alert(1)', title: 'x' },
      'https://shop.example/text',
    ]
    const pages = profile({ lastVisit: { viewedPages } }).visit?.pages
    expect(pages).toHaveLength(48)
    expect(pages?.[0]).toEqual({ link: 'https://shop.example/12', title: null })
    expect(pages?.at(-1)).toEqual({ link: 'https://shop.example/59', title: null })
  })
  test('a finished visit has an end', () => {
    expect(profile({ lastVisit: { finishedAt: 1760000600000 } }).visit).toEqual({
      startedAt: null,
      finishedAt: 1760000600000,
      host: null,
      pages: [],
    })
  })
})

test.each([
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36',
    'Windows',
    'Chrome 141',
  ],
  ['Mozilla/5.0 (Windows NT 10.0) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0', 'Windows', 'Edge 141'],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1',
    'iOS',
    'Safari 18',
  ],
  ['Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36', 'Android', 'Chrome 140'],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0', 'Linux', 'Firefox 143'],
  ['curl/8', null, null],
])('the user agent %s replaces missing keys', (userAgent, os, browser) => {
  expect(profile({ userAgent })).toMatchObject({ os, browser })
})

test("Chatra's own values take precedence over the user agent", () => {
  const userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0'
  expect(profile({ userAgent, os: 'Windows 10', browser: 'Chrome 141' })).toMatchObject({
    os: 'Windows 10',
    browser: 'Chrome 141',
  })
})

test.each([
  ['zero-width spaces', '\u200b\u200b'],
  ['a Hangul filler', '\u3164'],
  ['an empty Braille pattern', '\u2800'],
  ['a soft hyphen', '\u00ad'],
  ['a word joiner', '\u2060'],
  ['a joiner alone', '\u200d'],
  ['blanks between them', ' \u2800 \u200b '],
])('a name of only %s is no name', (_what, name) => {
  const read = profile({ displayedName: name, basicInfo: { name }, integrationData: {} })
  expect([read.name, read.displayedName]).toEqual([null, null])
})

test.each([
  ['an emoji of joined ones', '👩\u200d💻'],
  ['Persian with a non-joiner', 'می\u200cخواهم'],
  ['Hebrew with points', 'שָׁלוֹם'],
])('a name with %s is unchanged', (_what, name) => {
  expect(profile({ basicInfo: { name }, integrationData: {} }).name).toBe(name)
})
